"""A second person reads a rule before it is published, where the organization asks for it."""

from __future__ import annotations

from portal import clock, history, jobs
from portal.database import db, locked
from portal.directory.models import Organization
from portal.errors import N_, NotYours, Refused
from portal.history import Actor, Person
from portal.referrals.models import ReferralRule, RuleVersion
from portal.referrals.ruling.versions import done, draft_of, held, record, refuse_stale, texts, touch
from portal.staff.models import Staff

LONGEST_REASON = 1000
TWO = 2  # people, for one to read what the other wrote


def is_reviewed(organization_id: int) -> bool:
    """Whether a second person publishes the rules of this organization."""
    query = db.select(Organization.rules_reviewed).filter_by(id=organization_id)
    return bool(db.session.scalar(query))


def require_review(wanted: bool, *, by: Person) -> None:
    """From now on a second person publishes the rules of this organization, or need not. Both stay in the history."""
    query = db.select(Organization).filter_by(id=by.organization_id)
    organization = db.session.scalars(locked(query)).one()
    if organization.rules_reviewed == wanted:
        return
    if wanted and _publishers(by.organization_id) < TWO:
        raise Refused(N_("Il faut au moins deux personnes qui administrent pour que l’une relise l’autre."))
    organization.rules_reviewed = wanted
    verb = "rules_review_required" if wanted else "rules_review_ended"
    history.record(f"organization.{verb}", organization, by=by.actor)


def _publishers(organization_id: int) -> int:
    query = db.select(db.func.count(Staff.id)).filter_by(
        organization_id=organization_id, role="administrator"
    )
    return db.session.scalar(query.where(Staff.disabled_at.is_(None))) or 0


def may_publish(rule: ReferralRule, draft: RuleVersion, by: Actor) -> bool:
    """Whoever wrote the draft last does not publish it alone."""
    return not is_reviewed(rule.organization_id) or draft.created_by != by.id


def refuse_alone(rule: ReferralRule, draft: RuleVersion, by: Actor) -> None:
    if not may_publish(rule, draft, by):
        raise NotYours(
            N_("Une autre personne doit relire cette règle et la publier : demandez une relecture.")
        )


def ask_for_review(rule: ReferralRule, *, version: int | None, by: Actor, form_key: str = "") -> RuleVersion:
    """The draft is ready to be read by somebody else."""
    rule = held(rule)
    draft = _draft(rule)
    if draft.review_asked_at:
        return draft
    refuse_stale(rule, version, texts(draft))
    draft.review_asked_at, draft.review_asked_by = clock.now(), by.id
    touch(rule)
    record("rule.review_asked", rule, by, form_key, after={}, number=draft.number)
    return draft


def send_back(rule: ReferralRule, reason: str, *, version: int | None, by: Actor, form_key: str = "") -> None:
    """The second person does not publish it, and says why: its author is written to, the draft stays."""
    rule = held(rule)
    if done(rule, form_key):
        return
    draft, reason = _draft(rule), reason.strip()
    refuse_stale(rule, version, texts(draft))
    if not draft.review_asked_at:
        raise Refused(N_("Personne n’a demandé de relire ce brouillon."))
    if draft.created_by == by.id:
        raise NotYours(N_("Une autre personne doit relire cette règle."))
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Refused(N_("Dites pourquoi, en quelques mots."), field="reason")
    draft.review_asked_at, draft.review_asked_by = None, None
    touch(rule)
    record("rule.sent_back", rule, by, form_key, after={}, number=draft.number, reason=reason)
    _tell_author(rule, draft, reason, by)


def _tell_author(rule: ReferralRule, draft: RuleVersion, reason: str, by: Actor) -> None:
    if draft.created_by is not None and by.id is not None:
        told = {"rule": rule.id, "author": draft.created_by, "reader": by.id, "reason": reason}
        jobs.enqueue("tell_author", told)


def _draft(rule: ReferralRule) -> RuleVersion:
    draft = draft_of(rule)
    if draft is None:
        raise Refused(N_("Cette règle n’a pas de brouillon."))
    return draft
