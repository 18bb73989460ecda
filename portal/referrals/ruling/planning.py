"""A rule published at an hour to come: checked when it is planned, and checked again when its hour comes."""

from __future__ import annotations

from datetime import datetime

from portal import clock, jobs
from portal.database import db
from portal.errors import N_, Refused
from portal.history import SYSTEM, Actor
from portal.referrals.models import ReferralRule, RuleVersion
from portal.referrals.ruling.examples import refuse_failing
from portal.referrals.ruling.reviewing import refuse_alone
from portal.referrals.ruling.versions import (
    done,
    draft_of,
    held,
    held_to_change,
    planned_of,
    published_of,
    put_in_force,
    record,
    refuse_stale,
    texts,
    touch,
)
from portal.referrals.ruling.wording import check, wording_of
from portal.telephony.alerts import alert


def plan(
    rule: ReferralRule, at: datetime, *, version: int | None, by: Actor, form_key: str = ""
) -> RuleVersion:
    """The draft waits for `at`, and is then put in force by the worker. It is refused now as it would be then."""
    rule = held(rule)
    waiting = planned_of(rule)
    if waiting and done(rule, form_key):
        return waiting
    draft = draft_of(rule)
    if draft is None:
        raise Refused(N_("Cette règle n’a pas de brouillon à publier."))
    refuse_stale(rule, version, texts(draft))
    if at <= clock.now():
        raise Refused(N_("Choisissez une date à venir, ou publiez maintenant."), field="publish_on")
    refuse_alone(rule, draft, by)
    check(wording_of(draft))
    refuse_failing(draft)
    draft.state, draft.publish_at, draft.published_by = "planned", at, by.id
    touch(rule)
    jobs.enqueue("publish_rules", {"version": draft.id}, not_before=at)
    record("rule.planned", rule, by, form_key, after={}, number=draft.number, at=at.isoformat())
    return draft


def unplan(rule: ReferralRule, *, version: int | None, by: Actor, form_key: str = "") -> None:
    """What waited for its hour is a draft again."""
    rule = held(rule)
    waiting = planned_of(rule)
    if waiting is None:
        return
    refuse_stale(rule, version, texts(waiting))
    waiting.state, waiting.publish_at, waiting.published_by = "draft", None, None
    touch(rule)
    record("rule.unplanned", rule, by, form_key, after={}, number=waiting.number)


def publish_planned(version_id: int) -> bool:
    """Its hour has come. What can no longer be published stays planned, and the administrators are told why.

    Done twice, or after somebody put it off, it does nothing.
    """
    planned = db.session.get(RuleVersion, version_id)
    rule = held_to_change(planned.rule) if planned else None
    if planned is None or rule is None or planned_of(rule) is not planned or not _is_due(planned):
        return False
    former = published_of(rule)
    try:
        check(wording_of(planned))
        refuse_failing(planned)
    except Refused as refusal:
        why = refusal.sentence % refusal.values if refusal.values else refusal.sentence
        sentence = f"La règle {rule.slug} devait entrer en vigueur et ne l’a pas pu : {why}"
        alert(f"rule-{planned.id}", sentence, organization_id=rule.organization_id)
        return False
    put_in_force(rule, planned, former, planned.published_by)
    record(
        "rule.published", rule, SYSTEM, "", before=texts(former), after=texts(planned), number=planned.number
    )
    return True


def _is_due(version: RuleVersion) -> bool:
    return version.publish_at is not None and version.publish_at <= clock.now()
