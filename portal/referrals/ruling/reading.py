"""The rules as their administrators read them: which there are, what became of each, who changed what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, case, func
from sqlalchemy.orm import joinedload, selectinload

from knowledge_base.analysis import fold
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


@dataclass(frozen=True)
class Wanted:
    """Which rules of the table are wanted; what is empty is not asked."""

    topic: str = ""
    commune: str = ""
    service_id: int | None = None
    kind: str = ""
    state: str = ""  # published, draft, planned, review, past; empty: all but those that were retired
    word: str = ""


@dataclass(frozen=True)
class Table:
    """A page of the decision table, and how many rules there are in all."""

    rules: list[ReferralRule]
    total: int


def table(person: Person, wanted: Wanted, *, page: int = 1, size: int | None = None) -> Table:
    """The rules of this person's organization in the order they are looked at, then those not in force.

    Which are wanted is told from a few columns of each; only those of the page are read whole.
    """
    ids = [row.rule_id for row in _in_order(person.organization_id) if _is_wanted(row, wanted)]
    first = (page - 1) * size if size else 0
    shown = ids[first : first + size] if size else ids
    found: dict[int, ReferralRule] = {}
    for start in range(0, len(shown), 500):  # an engine takes only so many values at once
        query = db.select(ReferralRule).where(ReferralRule.id.in_(shown[start : start + 500]))
        found |= {rule.id: rule for rule in db.session.scalars(query.options(_VERSIONS))}
    return Table([found[rule_id] for rule_id in shown if rule_id in found], len(ids))


def _in_order(organization_id: int) -> list[Row[Any]]:
    """A few columns of the version that stands for each rule, in order."""
    version = RuleVersion
    rank = case({"published": 4, "planned": 3, "draft": 2}, value=version.state, else_=1)
    newest = func.row_number().over(
        partition_by=version.rule_id, order_by=(rank.desc(), version.number.desc())
    )
    asked = func.max(version.review_asked_at).over(partition_by=version.rule_id)
    drafts = func.sum(case((version.state == "draft", 1), else_=0)).over(partition_by=version.rule_id)
    columns = (version.rule_id, version.state, version.service_id, version.kind, version.conditions)
    more = (version.position, version.strength, asked.label("asked"), drafts.label("drafts"))
    ranked = (rank.label("rank"), newest.label("place"))
    inner = db.select(*columns, *more, *ranked).join(ReferralRule)
    every = inner.where(ReferralRule.organization_id == organization_id).subquery()
    order = ((every.c.rank == 4).desc(), every.c.strength.desc(), every.c.position, every.c.rule_id)
    return list(db.session.execute(db.select(every).where(every.c.place == 1).order_by(*order)))


def _is_wanted(row: Row[Any], wanted: Wanted) -> bool:
    conditions = row.conditions
    states = {"": row.state != "past", "review": row.asked is not None, "draft": row.drafts > 0}
    said = " ".join([*conditions.get("words", ()), *conditions.get("without", ())])
    return (
        states.get(wanted.state, row.state == wanted.state)
        and wanted.topic in ("", *conditions.get("topics", ()))
        and wanted.commune in ("", *conditions.get("communes", ()))
        and wanted.service_id in (None, row.service_id)
        and wanted.kind in ("", row.kind)
        and fold(wanted.word) in fold(said)
    )


def shown_version(rule: ReferralRule) -> RuleVersion:
    """The version that stands for the rule: in force, else waiting for its hour, else drafted, else the last one."""
    ranks = {"published": 3, "planned": 2, "draft": 1}
    return max(rule.versions, key=lambda version: (ranks.get(version.state, 0), version.number))


def versions_of(ids: Collection[int]) -> list[RuleVersion]:
    """These versions, with their rules and services."""
    whole = joinedload(RuleVersion.service).joinedload(Service.texts)
    query = db.select(RuleVersion).where(RuleVersion.id.in_(ids)).options(whole, joinedload(RuleVersion.rule))
    return list(db.session.scalars(query).unique())


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
