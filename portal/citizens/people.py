"""Several files, one person: while files are merged, they are read as one under the file that was kept.

A merge moves no row: `Citizen.person_id` names the file that this one is read in. Whatever reads by citizen reads all
of `ids`; whatever is begun for a person is recorded for their `head`; what comes of a contact (its promise, its case)
stays with the contact's own file, so that both leave together should the merge be undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from sqlalchemy import Select, bindparam
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from portal.citizens.models import Citizen, Identifier, IdentifierLink
from portal.database import db, kept_while_reading


def head(citizen: Citizen) -> Citizen:
    """The file that this one is read in: itself, unless it was merged into another."""
    return citizen if citizen.person_id is None else db.session.get_one(Citizen, citizen.person_id)


def heads(citizens: Iterable[Citizen]) -> list[Citizen]:
    """Each person once, in the order given."""
    return list(dict.fromkeys(head(one) for one in citizens))


def head_id(citizen_id: int | None) -> int | None:
    """The number of the file that this one is read in."""
    return db.session.scalar(db.select(head_column()).where(Citizen.id == citizen_id)) if citizen_id else None


def head_column() -> ColumnElement[int]:
    """The same for a query of `citizens`."""
    return db.func.coalesce(Citizen.person_id, Citizen.id)


def files_of(citizen_id: int) -> list[Citizen]:
    """All the files of the person that this one is a file of, the one that was kept first; none if there is no such."""
    known: list[Citizen] | None = kept_while_reading().get((files_of, citizen_id))
    return known if known is not None else _remember(list(db.session.scalars(_files(), {"file": citizen_id})))


def reached_at(kind: str, value: str) -> list[Citizen]:
    """Everyone linked to this number or address, by name; their other files are read with theirs."""
    asked_before, asked = kept_while_reading(), (reached_at, kind, value)
    if asked not in asked_before:
        files: dict[int, list[Citizen]] = {}
        for one in db.session.scalars(_reached_at(), {"kind": kind, "value": value}):
            files.setdefault(one.person_id or one.id, []).append(one)
        asked_before = kept_while_reading()  # of the transaction that the query may have begun
        asked_before[asked] = [_remember(some)[0] for some in files.values()]
    found: list[Citizen] = asked_before[asked]
    return found


def _remember(files: list[Citizen]) -> list[Citizen]:
    """What the verbs that a page calls would ask again of this person."""
    asked_before, numbers = kept_while_reading(), tuple(sorted(one.id for one in files))
    for number in numbers:
        asked_before[files_of, number], asked_before[ids, frozenset({number})] = files, numbers
    return files


@cache
def _files() -> Select[Citizen]:
    asked = aliased(Citizen)
    kept = db.select(db.func.coalesce(asked.person_id, asked.id)).where(asked.id == bindparam("file"))
    top = kept.scalar_subquery()
    query = db.select(Citizen).where((Citizen.id == top) | (Citizen.person_id == top))
    return query.order_by(Citizen.person_id.is_not(None), Citizen.id)


@cache
def _reached_at() -> Select[Citizen]:
    linked = db.select(head_column().label("id")).join(IdentifierLink).join(Identifier)
    linked = linked.where(Identifier.kind == bindparam("kind"), Identifier.value == bindparam("value"))
    kept = linked.cte("kept")
    absorbed = db.select(Citizen.id).where(Citizen.person_id.in_(db.select(kept.c.id)))
    query = db.select(Citizen).where(Citizen.id.in_(db.select(kept.c.id).union(absorbed)))
    return query.order_by(Citizen.person_id.is_not(None), Citizen.name, Citizen.id)


def ids(*citizen_ids: int | None) -> tuple[int, ...]:
    """The numbers of all the files of these people, nobody's left out."""
    known = frozenset(one for one in citizen_ids if one is not None)
    if not known:
        return ()
    asked_before = kept_while_reading()  # by each verb that a page calls
    if (ids, known) not in asked_before:
        kept = db.select(head_column()).where(Citizen.id.in_(known))
        read_in_them = db.select(Citizen.id).where(Citizen.person_id.in_(kept))
        asked_before[ids, known] = tuple(sorted(db.session.scalars(kept.union(read_in_them))))
    found: tuple[int, ...] = asked_before[ids, known]
    return found


def files(citizen: Citizen) -> list[Citizen]:
    """All the files of this person, the one that was kept first."""
    return files_of(citizen.id)


def is_protected(citizen: Citizen) -> bool:
    """Whether any of this person's files is protected: the strictest holds for all."""
    return any(one.protected for one in files(citizen))
