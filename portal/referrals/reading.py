"""The rules as their administrators read them: which there are, what became of each, who changed what."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func
from sqlalchemy.orm import joinedload, selectinload

from portal.database import db
from portal.directory.models import Service
from portal.errors import N_, Missing
from portal.history import Event, Person
from portal.referrals.models import ReferralRule, RuleVersion

_VERSIONS = selectinload(ReferralRule.versions).options(
    joinedload(RuleVersion.service).options(joinedload(Service.texts), joinedload(Service.organization))
)


def rule_for(person: Person, rule_id: int) -> ReferralRule:
    """The rule, if it is of this person's organization; otherwise there is none as far as they know."""
    query = db.select(ReferralRule).filter_by(id=rule_id, organization_id=person.organization_id)
    rule = db.session.scalar(query.options(_VERSIONS))
    if rule is None:
        raise Missing(N_("Cette règle n’existe pas dans votre organisation."))
    return rule


def rules_for(person: Person) -> list[ReferralRule]:
    """The rules of this person's organization: in the order they are looked at, then those that are not in force."""
    query = db.select(ReferralRule).filter_by(organization_id=person.organization_id).options(_VERSIONS)

    def order(rule: ReferralRule) -> tuple[bool, int, int]:
        shown = shown_version(rule)
        return shown.state != "published", shown.position, rule.id

    return sorted(db.session.scalars(query), key=order)


def shown_version(rule: ReferralRule) -> RuleVersion:
    """The version that stands for the rule: in force, else being drafted, else the last one."""
    return max(rule.versions, key=lambda v: (v.state == "published", v.state == "draft", v.number))


def last_changes(rules: Collection[ReferralRule]) -> dict[int, Event]:
    """The last event of each rule."""
    last = (
        db.select(func.max(Event.id))
        .where(Event.subject_type == ReferralRule.__tablename__)
        .where(Event.subject_id.in_([rule.id for rule in rules]))
        .group_by(Event.subject_id)
    )
    events = db.session.scalars(db.select(Event).where(Event.id.in_(last)))
    return {event.subject_id: event for event in events}
