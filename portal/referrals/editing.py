"""The life of a rule: drafted, revised, published, rolled back, retired. Each act writes what it changed.

The row of the rule is locked and its version compared: a save that began from an older one is refused, with
both versions. The same form sent twice is one act: its key is in the event of the first.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import func

from portal import clock, history
from portal.database import db, locked
from portal.directory.editing import slug_of
from portal.errors import N_, Missing, Refused, Stale
from portal.history import Actor
from portal.referrals.models import ReferralRule, RuleVersion
from portal.referrals.wording import Wording, check, tidy


def draft_rule(
    name: str, wording: Wording, *, organization_id: int, by: Actor, form_key: str = ""
) -> ReferralRule:
    """A new rule, as a draft: nobody is sent anywhere before it is published."""
    slug = slug_of(name)
    if not slug:
        raise Refused(N_("Donnez un nom à cette règle."), field="name")
    existing = db.session.scalar(db.select(ReferralRule).filter_by(slug=slug))
    if existing:
        if existing.organization_id == organization_id and _done(existing, form_key):
            return existing
        raise Refused(N_("Une règle porte déjà ce nom."), field="name")
    rule = ReferralRule(slug=slug, organization_id=organization_id)
    _add_draft(rule, 1, tidy(wording), by)
    db.session.add(rule)
    db.session.flush()
    _record("rule.drafted", rule, by, form_key, after=_texts(draft_of(rule)))
    return rule


def revise_draft(
    rule: ReferralRule, wording: Wording, *, version: int | None, by: Actor, form_key: str = ""
) -> RuleVersion:
    """Saves the rule's draft, or begins one beside the version in force. Refuses a stale save with both versions.

    Saving what is there is no act: nothing changes, nothing is written.
    """
    rule = _held(rule)
    draft = draft_of(rule)
    if draft and _done(rule, form_key):
        return draft
    wording = tidy(wording)
    before = _texts(draft or published_of(rule))
    _refuse_stale(rule, version, before, wording)
    if draft and wording_of(draft) == wording:
        return draft
    if draft is None:
        draft = _add_draft(rule, _next_number(rule), wording, by)
    else:
        _write(draft, wording)
        draft.created_by = by.id
    _touch(rule)
    _record("rule.revised", rule, by, form_key, before=before, after=_texts(draft))
    return draft


def publish(rule: ReferralRule, *, version: int | None, by: Actor, form_key: str = "") -> RuleVersion:
    """Puts the draft in force; the next suggestion obeys it. The version it replaces becomes past, and stays."""
    rule = _held(rule)
    former = published_of(rule)
    if former and _done(rule, form_key):
        return former
    draft = draft_of(rule)
    if draft is None:
        raise Refused(N_("Cette règle n’a pas de brouillon à publier."))
    _refuse_stale(rule, version, _texts(draft), None)
    check(wording_of(draft))
    _put_in_force(rule, draft, former, by)
    _record(
        "rule.published", rule, by, form_key, before=_texts(former), after=_texts(draft), number=draft.number
    )
    return draft


def roll_back(rule: ReferralRule, *, version: int | None, by: Actor, form_key: str = "") -> RuleVersion:
    """Puts what was in force before in force again, as a new version; of a retired rule, what was in force last."""
    rule = _held(rule)
    current = published_of(rule)
    if current and _done(rule, form_key):
        return current
    _refuse_stale(rule, version, _texts(current), None)
    former = former_of(rule)
    if former is None:
        raise Refused(N_("Cette règle n’a pas de version précédente."))
    check(wording_of(former))
    restored = _add_draft(rule, _next_number(rule), wording_of(former), by)
    _put_in_force(rule, restored, current, by)
    _record(
        "rule.rolled_back",
        rule,
        by,
        form_key,
        before=_texts(current),
        after=_texts(restored),
        number=restored.number,
        restores=former.number,
    )
    return restored


def retire(rule: ReferralRule, *, version: int | None, by: Actor, form_key: str = "") -> None:
    """Takes the rule out of force. Its versions stay, and it can be rolled back."""
    rule = _held(rule)
    if _done(rule, form_key):
        return
    current = published_of(rule)
    _refuse_stale(rule, version, _texts(current), None)
    if current is None:
        raise Refused(N_("Cette règle n’est pas en vigueur."))
    current.state, current.ended_at = "past", clock.now()
    _touch(rule)
    _record("rule.retired", rule, by, form_key, before=_texts(current), after={}, number=current.number)


def drop_draft(rule: ReferralRule, *, version: int | None, by: Actor, form_key: str = "") -> None:
    """Gives the draft up; the history keeps what it said."""
    rule = _held(rule)
    draft = draft_of(rule)
    if draft is None:
        return
    before = _texts(draft)
    _refuse_stale(rule, version, before, None)
    rule.versions.remove(draft)
    db.session.delete(draft)
    _touch(rule)
    _record("rule.draft_dropped", rule, by, form_key, before=before, after={})


def wording_of(version: RuleVersion) -> Wording:
    """What a version says, as a form shows it."""
    return Wording(
        service_id=version.service_id,
        position=version.position,
        conditions=dict(version.conditions),
        explanations=dict(version.explanations),
        agent_note=version.agent_note,
    )


def draft_of(rule: ReferralRule) -> RuleVersion | None:
    return next((version for version in rule.versions if version.state == "draft"), None)


def published_of(rule: ReferralRule) -> RuleVersion | None:
    """The version in force."""
    return next((version for version in rule.versions if version.state == "published"), None)


def former_of(rule: ReferralRule) -> RuleVersion | None:
    """The version that was in force last, before the one that is."""
    past = [version for version in rule.versions if version.state == "past" and version.ended_at]
    return max(past, key=lambda version: version.number, default=None)


def _held(rule: ReferralRule) -> ReferralRule:
    """The rule, locked until the commit and read afresh with its versions."""
    held = db.session.scalar(locked(db.select(ReferralRule).filter_by(id=rule.id)))
    if held is None:
        raise Missing
    db.session.refresh(held, ["versions"])
    return held


def _done(rule: ReferralRule, form_key: str) -> bool:
    """Whether the last act on the rule came from this very form."""
    last = history.of(rule, limit=1)
    return bool(form_key and last and last[0].details.get("form_key") == form_key)


def _refuse_stale(
    rule: ReferralRule, version: int | None, theirs: dict[str, Any], wording: Wording | None
) -> None:
    if version is not None and version != rule.version:
        raise Stale(theirs=theirs, yours=asdict(wording) if wording else {})


def _next_number(rule: ReferralRule) -> int:
    query = db.select(func.max(RuleVersion.number)).where(RuleVersion.rule_id == rule.id)
    return (db.session.scalar(query) or 0) + 1


def _add_draft(rule: ReferralRule, number: int, wording: Wording, by: Actor) -> RuleVersion:
    draft = RuleVersion(number=number, state="draft", created_by=by.id)
    _write(draft, wording)
    rule.versions.append(draft)
    return draft


def _write(version: RuleVersion, wording: Wording) -> None:
    for name, value in asdict(wording).items():
        setattr(version, name, value)


def _put_in_force(rule: ReferralRule, draft: RuleVersion, former: RuleVersion | None, by: Actor) -> None:
    now = clock.now()
    if former:
        former.state, former.ended_at = "past", now
    draft.state, draft.published_at, draft.published_by = "published", now, by.id
    _touch(rule)


def _touch(rule: ReferralRule) -> None:
    """A change of its versions is a change of the rule."""
    rule.version += 1
    db.session.flush()


def _texts(version: RuleVersion | None) -> dict[str, Any]:
    return asdict(wording_of(version)) if version else {}


def _record(
    verb: str,
    rule: ReferralRule,
    by: Actor,
    form_key: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any],
    **details: Any,
) -> None:
    """Writes the act with what it changed: `{"changed": {"position": [100, 20]}}`."""
    before = before or {}
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    changed = {name: [before.get(name), after.get(name)] for name in names}
    history.record(
        verb, rule, by=by, details={"slug": rule.slug, "changed": changed, "form_key": form_key, **details}
    )
