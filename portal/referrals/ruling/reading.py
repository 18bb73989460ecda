"""The rules as their administrators read them: which there are, what became of each, who changed what."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func
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

    Only those of the page are read whole; what rules ask is read of the others only where a condition is wanted.
    """
    ids, total = _ids(person.organization_id, wanted, (page - 1) * size if size else 0, size)
    found: dict[int, ReferralRule] = {}
    for start in range(0, len(ids), 500):  # an engine takes only so many values at once
        query = db.select(ReferralRule).where(ReferralRule.id.in_(ids[start : start + 500]))
        found |= {rule.id: rule for rule in db.session.scalars(query.options(_VERSIONS))}
    return Table([found[rule_id] for rule_id in ids if rule_id in found], total)


def _ids(organization_id: int, wanted: Wanted, first: int, size: int | None) -> tuple[list[int], int]:
    """The rules of the page, and how many there are in all."""
    query = _in_order(organization_id, wanted)
    if wanted.topic or wanted.commune or wanted.word:
        ids = [row.rule_id for row in db.session.execute(query) if _asks(row.conditions, wanted)]
        return ids[first : first + size if size else None], len(ids)
    ids = list(db.session.scalars(query.limit(size).offset(first)))
    if not (first or size):
        return ids, len(ids)
    return ids, db.session.scalar(db.select(func.count()).select_from(query.order_by(None).subquery())) or 0


def _in_order(organization_id: int, wanted: Wanted) -> Select[Any]:
    """The rules in order, each by the version that stands for it, with what it asks where that is looked at."""
    version = RuleVersion
    rank = case({"published": 4, "planned": 3, "draft": 2}, value=version.state, else_=1)
    newest = func.row_number().over(
        partition_by=version.rule_id, order_by=(rank.desc(), version.number.desc())
    )
    asked = func.max(version.review_asked_at).over(partition_by=version.rule_id)
    drafts = func.sum(case((version.state == "draft", 1), else_=0)).over(partition_by=version.rule_id)
    columns = (version.id, version.rule_id, version.state, version.service_id, version.kind)
    more = (version.position, version.strength, asked.label("asked"), drafts.label("drafts"))
    ranked = (rank.label("rank"), newest.label("place"))
    inner = db.select(*columns, *more, *ranked).join(ReferralRule)
    every = inner.where(ReferralRule.organization_id == organization_id).subquery()
    order = ((every.c.rank == 4).desc(), every.c.strength.desc(), every.c.position, every.c.rule_id)
    query = db.select(every.c.rule_id).where(every.c.place == 1, *_narrowed(every.c, wanted)).order_by(*order)
    if wanted.topic or wanted.commune or wanted.word:
        query = query.join(version, version.id == every.c.id).add_columns(version.conditions)
    return query


def _narrowed(of: Any, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    states = {"": of.state != "past", "review": of.asked.is_not(None), "draft": of.drafts > 0}
    yield states.get(wanted.state, of.state == wanted.state)
    if wanted.service_id is not None:
        yield of.service_id == wanted.service_id
    if wanted.kind:
        yield of.kind == wanted.kind
    for value in filter(None, (wanted.topic, wanted.commune)):  # as they stand in the column: a first sieve
        yield db.cast(RuleVersion.conditions, db.String).contains(json.dumps(value), autoescape=True)


def _asks(conditions: dict[str, Any], wanted: Wanted) -> bool:
    said = " ".join([*conditions.get("words", ()), *conditions.get("without", ())])
    return (
        wanted.topic in ("", *conditions.get("topics", ()))
        and wanted.commune in ("", *conditions.get("communes", ()))
        and (not wanted.word or fold(wanted.word) in fold(said))
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
