"""Which of the records proposed someone may see, as the tables stand now: whose they are, and who is protected."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import aliased, joinedload

from portal import clock
from portal.cases.models import Case
from portal.citizens.access import READERS, REASON_LASTS
from portal.citizens.models import Citizen
from portal.contacts.models import Contact
from portal.database import db
from portal.history import Person, Reading
from portal.records import words

LATEST = 500  # citizens added last, looked through by name themselves


def contacts(ids: Collection[int], *, by: Person, narrowed: dict[str, Any]) -> dict[int, Contact]:
    """The contacts of the reader's organization; not those of a protected citizen whose file they may not open."""
    query = db.select(Contact).where(Contact.id.in_(ids), Contact.organization_id == by.organization_id)
    query = query.filter_by(**narrowed).where(~closed(Contact.citizen_id, by))
    query = query.options(joinedload(Contact.citizen))
    return {one.id: one for one in db.session.scalars(query)} if by.role in READERS else {}


def cases(ids: Collection[int], *, by: Person, narrowed: dict[str, Any]) -> dict[int, Case]:
    """As for contacts."""
    query = db.select(Case).where(Case.id.in_(ids), Case.organization_id == by.organization_id)
    query = query.filter_by(**narrowed).where(~closed(Case.citizen_id, by))
    return {one.id: one for one in db.session.scalars(query)} if by.role in READERS else {}


def citizens(ids: Collection[int], terms: Collection[str], *, by: Person) -> dict[int, Citizen]:
    """Everyone; of who is protected, only the name may have been meant."""
    if by.role not in READERS:
        return {}
    query = db.select(Citizen, closed(Citizen.id, by)).where(Citizen.id.in_(ids))
    rows = db.session.execute(query).all()
    return {one.id: one for one, is_closed in rows if not is_closed or is_called(one, terms)}


def latest_citizens(terms: Collection[str], *, by: Person) -> list[Citizen]:
    """Of those added last, the ones that are called so."""
    if by.role not in READERS:
        return []
    rows = db.session.execute(
        db.select(Citizen.id, Citizen.name, Citizen.called).order_by(Citizen.id.desc()).limit(LATEST)
    )
    called = [row.id for row in rows if is_called(row, terms)]
    return list(db.session.scalars(db.select(Citizen).where(Citizen.id.in_(called)))) if called else []


def is_called(citizen: Any, terms: Collection[str]) -> bool:
    """Whether each of these begins a word of the name."""
    names = words.names(f"{citizen.name} {citizen.called}")
    return all(any(name.startswith(term) for name in names) for term in terms)


def closed(citizen_id: Any, by: Person) -> ColumnElement[bool]:
    """That these are a protected person's, of whom one file or another is marked so, and the reader may not open them.

    The named group may, and whoever wrote why they must, for as long as that holds.
    """
    if by.may_open_protected:
        return db.false()
    file, other = aliased(Citizen), aliased(Citizen)
    head = func.coalesce(file.person_id, file.id)
    one_person = or_(other.id == head, other.person_id == head)
    protected = db.exists().where(file.id == citizen_id, one_person, other.protected)
    lately = Reading.at > clock.now() - REASON_LASTS
    reason = db.exists().where(
        file.id == citizen_id, Reading.citizen_id.in_([file.id, head]), Reading.staff_id == by.id, lately
    )
    return and_(protected, ~reason.where(Reading.reason != ""))
