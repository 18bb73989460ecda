"""The life of a rule: drafted, revised, published, rolled back, retired. Each act writes what it changed.

The row of the rule is locked and its version compared: a save that began from an older one is refused, with
both versions. The same form sent twice is one act: its key is in the event of the first.
"""

from __future__ import annotations

from portal import clock
from portal.database import db
from portal.directory.names import slug_of
from portal.errors import N_, Refused
from portal.history import Actor
from portal.referrals.models import ReferralRule, RuleVersion
from portal.referrals.ruling.examples import refuse_failing, warn_of_failing
from portal.referrals.ruling.reviewing import refuse_alone
from portal.referrals.ruling.versions import (
    add_draft,
    done,
    draft_of,
    former_of,
    held,
    held_to_change,
    planned_of,
    published_of,
    put_in_force,
    record,
    refuse_stale,
    texts,
    touch,
    write,
)
from portal.referrals.ruling.wording import Wording, check, tidy, wording_of


def draft_rule(
    name: str, wording: Wording, *, organization_id: int, by: Actor, form_key: str = ""
) -> ReferralRule:
    """A new rule, as a draft: nobody is sent anywhere before it is published."""
    slug = slug_of(name)
    if not slug:
        raise Refused(N_("Donnez un nom à cette règle."), field="name")
    existing = db.session.scalar(db.select(ReferralRule).filter_by(slug=slug))
    if existing:
        if existing.organization_id == organization_id and done(existing, form_key):
            return existing
        raise Refused(N_("Une règle porte déjà ce nom."), field="name")
    rule = ReferralRule(slug=slug, organization_id=organization_id)
    add_draft(rule, tidy(wording), by)
    db.session.add(rule)
    db.session.flush()
    record("rule.drafted", rule, by, form_key, after=texts(draft_of(rule)))
    return rule


def revise_draft(
    rule: ReferralRule, wording: Wording, *, version: int | None, by: Actor, form_key: str = ""
) -> RuleVersion:
    """Saves the rule's draft, or begins one beside the version in force. Refuses a stale save with both versions.

    Saving what is there is no act: nothing changes, nothing is written. A draft that changes is read again: what
    was asked of a second person is forgotten.
    """
    rule = held(rule)
    draft = draft_of(rule)
    if draft and done(rule, form_key):
        return draft
    wording = tidy(wording)
    before = texts(draft or planned_of(rule) or published_of(rule))
    refuse_stale(rule, version, before, wording)
    if planned_of(rule):
        raise Refused(N_("Cette version attend sa date : annulez la publication prévue pour la modifier."))
    if draft and wording_of(draft) == wording:
        return draft
    if draft is None:
        draft = add_draft(rule, wording, by)
    else:
        write(draft, wording)
        draft.created_by, draft.review_asked_at, draft.review_asked_by = by.id, None, None
    touch(rule)
    record("rule.revised", rule, by, form_key, before=before, after=texts(draft))
    return draft


def publish(rule: ReferralRule, *, version: int | None, by: Actor, form_key: str = "") -> RuleVersion:
    """Puts the draft, or what waits for its hour, in force; the next suggestion obeys it. The former one stays.

    Refuses the author alone where a second person must read, and a rule with which an example fails.
    """
    rule = held_to_change(rule)
    former = published_of(rule)
    if former and done(rule, form_key):
        return former
    draft = draft_of(rule) or planned_of(rule)
    if draft is None:
        raise Refused(N_("Cette règle n’a pas de brouillon à publier."))
    refuse_stale(rule, version, texts(draft))
    refuse_alone(rule, draft, by)
    check(wording_of(draft))
    refuse_failing(draft)
    put_in_force(rule, draft, former, by.id)
    record(
        "rule.published", rule, by, form_key, before=texts(former), after=texts(draft), number=draft.number
    )
    return draft


def roll_back(
    rule: ReferralRule, *, version: int | None, knowingly: bool = False, by: Actor, form_key: str = ""
) -> RuleVersion:
    """Puts what was in force before in force again, as a new version; of a retired rule, what was in force last.

    One act, at once, by one person, even where publications are read by two: it was read when it was published. An
    example that would fail by it is told first; `knowingly` does it all the same.
    """
    rule = held_to_change(rule)
    current = published_of(rule)
    if current and done(rule, form_key):
        return current
    refuse_stale(rule, version, texts(current))
    former = former_of(rule)
    if former is None:
        raise Refused(N_("Cette règle n’a pas de version précédente."))
    check(wording_of(former))
    if not knowingly:
        warn_of_failing(rule, former)
    restored = add_draft(rule, wording_of(former), by)
    put_in_force(rule, restored, current, by.id)
    said = {"number": restored.number, "restores": former.number, "knowingly": knowingly}
    record("rule.rolled_back", rule, by, form_key, before=texts(current), after=texts(restored), **said)
    return restored


def retire(
    rule: ReferralRule, *, version: int | None, knowingly: bool = False, by: Actor, form_key: str = ""
) -> None:
    """Takes the rule out of force, examples that would fail by it told first. Its versions stay, and it can be rolled
    back."""
    rule = held_to_change(rule)
    if done(rule, form_key):
        return
    current = published_of(rule)
    refuse_stale(rule, version, texts(current))
    if current is None:
        raise Refused(N_("Cette règle n’est pas en vigueur."))
    if not knowingly:
        warn_of_failing(rule, None)
    current.state, current.ended_at = "past", clock.now()
    touch(rule)
    said = {"number": current.number, "knowingly": knowingly}
    record("rule.retired", rule, by, form_key, before=texts(current), after={}, **said)


def drop_draft(rule: ReferralRule, *, version: int | None, by: Actor, form_key: str = "") -> None:
    """Gives the draft up; the history keeps what it said."""
    rule = held(rule)
    draft = draft_of(rule)
    if draft is None:
        return
    before = texts(draft)
    refuse_stale(rule, version, before)
    rule.versions.remove(draft)
    db.session.delete(draft)
    touch(rule)
    record("rule.draft_dropped", rule, by, form_key, before=before, after={})
