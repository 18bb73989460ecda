"""The versions of a rule: which stands for what, and how an act on one is held, refused and written down."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import func

from portal import clock, history
from portal.database import db, hold_name, locked
from portal.errors import Missing, Stale
from portal.history import Actor
from portal.referrals.models import ReferralRule, RuleVersion
from portal.referrals.ruling.wording import Wording, told, wording_of

IN_FORCE = 0x72756C65  # our part of the advisory locks' key space


def draft_of(rule: ReferralRule) -> RuleVersion | None:
    return next((version for version in rule.versions if version.state == "draft"), None)


def planned_of(rule: ReferralRule) -> RuleVersion | None:
    """The version that waits for its hour."""
    return next((version for version in rule.versions if version.state == "planned"), None)


def published_of(rule: ReferralRule) -> RuleVersion | None:
    """The version in force."""
    return next((version for version in rule.versions if version.state == "published"), None)


def former_of(rule: ReferralRule) -> RuleVersion | None:
    """The version that was in force last, before the one that is."""
    past = [version for version in rule.versions if version.state == "past" and version.ended_at]
    return max(past, key=lambda version: version.number, default=None)


def held(rule: ReferralRule) -> ReferralRule:
    """The rule, locked until the commit and read afresh with its versions."""
    found = db.session.scalar(locked(db.select(ReferralRule).filter_by(id=rule.id)))
    if found is None:
        raise Missing
    afresh = db.select(RuleVersion).filter_by(rule_id=found.id).execution_options(populate_existing=True)
    db.session.scalars(afresh).all()  # what others committed while we waited for the rule
    db.session.refresh(found, ["versions"])
    return found


def held_to_change(rule: ReferralRule) -> ReferralRule:
    """The rule, locked, and what is in force in its organization with it, until the commit: of two rules published at
    once, each with which the examples hold, the second is read beside the first."""
    hold_name(IN_FORCE, str(rule.organization_id))
    return held(rule)


def done(rule: ReferralRule, form_key: str) -> bool:
    """Whether the last act on the rule came from this very form."""
    last = history.of(rule, limit=1)
    return bool(form_key and last and last[0].details.get("form_key") == form_key)


def refuse_stale(
    rule: ReferralRule, version: int | None, theirs: dict[str, Any], wording: Wording | None = None
) -> None:
    if version is not None and version != rule.version:
        raise Stale(theirs=theirs, yours=told(wording) if wording else {})


def add_draft(rule: ReferralRule, wording: Wording, by: Actor) -> RuleVersion:
    query = db.select(func.max(RuleVersion.number)).where(RuleVersion.rule_id == rule.id)
    last = db.session.scalar(query) if rule.id else None
    draft = RuleVersion(number=(last or 0) + 1, state="draft", created_by=by.id)
    write(draft, wording)
    rule.versions.append(draft)
    return draft


def write(version: RuleVersion, wording: Wording) -> None:
    for name, value in asdict(wording).items():
        setattr(version, name, value)


def put_in_force(
    rule: ReferralRule, version: RuleVersion, former: RuleVersion | None, by: int | None
) -> None:
    now = clock.now()
    if former:
        former.state, former.ended_at = "past", now
    version.state, version.published_at, version.published_by = "published", now, by
    version.publish_at = version.review_asked_at = None
    touch(rule)


def touch(rule: ReferralRule) -> None:
    """A change of its versions is a change of the rule."""
    rule.version += 1
    db.session.flush()


def texts(version: RuleVersion | None) -> dict[str, Any]:
    return told(wording_of(version)) if version else {}


def record(
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
