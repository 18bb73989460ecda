"""Which of the records proposed someone may see, as the tables stand now: whose they are, and who is protected."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_
from sqlalchemy.orm import aliased, joinedload

from portal import clock
from portal.among import among
from portal.cases.models import Case
from portal.citizens.access import REASON_LASTS
from portal.citizens.models import Citizen
from portal.contacts.models import Contact
from portal.database import db
from portal.history import Person, Reading
from portal.records import words
from portal.rights import READERS

LATEST = 500  # citizens added last, looked through by name themselves


def contacts(ids: Collection[int], *, by: Person, narrowed: dict[str, Any]) -> dict[int, Contact]:
    """The contacts of the reader's organization; not those of a protected citizen whose file they may not open."""
    return _shown(Contact, ids, by, narrowed)


def cases(ids: Collection[int], *, by: Person, narrowed: dict[str, Any]) -> dict[int, Case]:
    """As for contacts."""
    return _shown(Case, ids, by, narrowed)


def _shown(model: Any, ids: Collection[int], by: Person, narrowed: dict[str, Any]) -> dict[int, Any]:
    if by.role not in READERS:
        return {}
    asked = {"ids": ids, "organization": by.organization_id, **narrowed, **_reader(by)}
    query = _of_reader(model, tuple(narrowed), by.may_open_protected)
    return {one.id: one for one in db.session.scalars(query, asked)}


@cache
def _of_reader(model: Any, narrowed: tuple[str, ...], opens_all: bool) -> Select[Any]:
    query = db.select(model).where(among(model.id, "ids"), model.organization_id == bindparam("organization"))
    query = query.filter_by(**{name: bindparam(name) for name in narrowed})
    if not opens_all:
        query = query.where(~closed(model.citizen_id))
    return query.options(joinedload(Contact.citizen)) if model is Contact else query


def citizens(ids: Collection[int], terms: Collection[str], *, by: Person) -> dict[int, Citizen]:
    """Everyone; of who is protected, only the name may have been meant."""
    if by.role not in READERS:
        return {}
    rows = db.session.execute(_people(by.may_open_protected), {"ids": ids, **_reader(by)}).all()
    return {one.id: one for one, is_closed in rows if not is_closed or is_called(one, terms)}


@cache
def _people(opens_all: bool) -> Select[Any]:
    query = db.select(Citizen, db.false() if opens_all else closed(Citizen.id))
    return query.where(among(Citizen.id, "ids"))


def latest_citizens(terms: Collection[str], *, by: Person) -> list[Citizen]:
    """Of those added last, the ones that are called so."""
    if by.role not in READERS:
        return []
    called = [row.id for row in db.session.execute(_latest()) if is_called(row, terms)]
    return list(db.session.scalars(db.select(Citizen).where(Citizen.id.in_(called)))) if called else []


@cache
def _latest() -> Select[Any]:
    return db.select(Citizen.id, Citizen.name, Citizen.called).order_by(Citizen.id.desc()).limit(LATEST)


def is_called(citizen: Any, terms: Collection[str]) -> bool:
    """Whether each of these begins a word of the name."""
    names = words.beginnings(f"{citizen.name} {citizen.called}")
    return all(f" {term}" in names for term in terms)


def closed(citizen_id: Any) -> ColumnElement[bool]:
    """That these are a protected person's, of whom one file or another is marked so, and the `reader`, who is not of
    the named group, may not open them: whoever wrote why they must may, for as long as that holds (`lately`)."""
    file, other = aliased(Citizen), aliased(Citizen)
    head = func.coalesce(file.person_id, file.id)
    one_person = or_(other.id == head, other.person_id == head)
    protected = db.exists().where(file.id == citizen_id, one_person, other.protected)
    reason = db.exists().where(
        file.id == citizen_id,
        Reading.citizen_id.in_([file.id, head]),
        Reading.staff_id == bindparam("reader"),
    )
    reason = reason.where(Reading.at > bindparam("lately"), Reading.reason != "")
    return and_(protected, ~reason)


def _reader(by: Person) -> dict[str, Any]:
    return {} if by.may_open_protected else {"reader": by.id, "lately": clock.now() - REASON_LASTS}
