"""Calls to give back to those who gave up: once a person, and no longer once they were answered."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam
from sqlalchemy.orm import contains_eager

from portal import clock, history
from portal.contacts import answering
from portal.contacts.models import Contact
from portal.database import db
from portal.desk.models import Place


def is_expected(others: Iterable[Place]) -> bool:
    """Whether one of these is to be called back already, at its turn."""
    return any(place.kind == "call_back" and place.state != "proposed" for place in others)


def settle(contact: Contact) -> None:
    """This number was answered: what was to be called back before is settled with it."""
    for place in others_of(contact):
        close(place.contact, "La personne a été prise en charge depuis.")
        place.state, place.ended_at = "left", clock.now()


def supersede(others: Iterable[Place]) -> None:
    """Their number gave up again: the latest call alone is proposed."""
    for place in others:
        if place.state == "proposed":
            _follow(place)


def take_over(latest: Place) -> None:
    """Their number asks again to be called back: once, at the place in this queue that it was promised first."""
    others = others_of(latest.contact)
    supersede(others)
    for place in others:
        if place.state == "waiting" and place.queue_id == latest.queue_id:
            latest.since, latest.priority = (
                min(latest.since, place.since),
                min(latest.priority, place.priority),
            )
            _follow(place)


def _follow(place: Place) -> None:
    """A later call of this number stands for it."""
    close(place.contact, "La personne a rappelé depuis : voyez son dernier appel.")
    place.state, place.ended_at = "left", clock.now()


def close(contact: Contact, why: str) -> None:
    """Nobody needs to call back for this one."""
    note = f"{contact.note}\n{why}" if contact.note else why
    answering.wrap_up(contact, "abandoned", note=note, by=history.SYSTEM)


def others_of(contact: Contact) -> list[Place]:
    """The other calls of this number to be called back, held with their places; one that somebody is taking right now
    is theirs."""
    if contact.identifier_id is None:
        return []
    values = {"number": contact.identifier_id, "organization": contact.organization_id, "this": contact.id}
    with db.session.no_autoflush:  # none of them is this one's
        return list(db.session.scalars(_others(), values))


@cache
def _others() -> Select[Any]:
    """Built once a process: every call that is answered or given up asks it."""
    theirs = Contact.identifier_id == bindparam("number")
    theirs &= Contact.organization_id == bindparam("organization")
    to_call = (Place.state == "proposed") | ((Place.kind == "call_back") & (Place.state == "waiting"))
    query = db.select(Place).join(Contact).where(theirs, Contact.id != bindparam("this"), to_call)
    query = query.where(Contact.state == "open")  # else an agent has taken it up
    query = query.options(contains_eager(Place.contact))
    query = query.with_for_update(key_share=True, skip_locked=True, of=(Place, Contact))
    return query.execution_options(populate_existing=True)
