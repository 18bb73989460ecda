"""The receipt of what was said, or brought in the hand: given by somebody, and written down. It goes by an exchange of
the matter, or to another number or address that is surely the citizen's.

It says all that the law asks for (CRPA L112-3, R112-11-1). Where it is not yet known what is asked for, its arrival is
told within a working day, and the complete one is owed within ten (R112-11-2): only that one meets the clock.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portal import clock, history
from portal.cases import keeping
from portal.cases.due import clocks
from portal.cases.models import Case
from portal.citizens import people
from portal.citizens.models import Identifier, IdentifierLink
from portal.contacts.models import Contact
from portal.database import db, hold
from portal.directory.hours import calendars
from portal.errors import N_, Refused
from portal.history import Person
from portal.lines.saying import sender_of

HOW = ("sent", "hand", "post")


def give_receipt(
    case: Case,
    how: str,
    *,
    complete: bool = True,
    on: date | None = None,
    to: str = "",
    by: Person,
    form_key: str,
) -> bool:
    """It was sent, put into a hand or posted that day (today: `None`), to this person; False if this form said so."""
    if how not in HOW:
        raise Refused(N_("Choisissez une des réponses proposées."), field="way")
    hold(case)
    if history.came_from(case, form_key):
        return False
    at = _when(case, on)
    if complete:
        clocks.met(case, "receipt", at=at)
    else:
        clocks.registered(case)
    verb = "case.acknowledged" if complete else "case.registered"
    details = {"how": how, "on": at.isoformat(), "form_key": form_key, **({"to": to} if to else {})}
    keeping.record(case, verb, by.actor, details)
    return True


def owes_receipt(case: Case) -> bool:
    """Whether its clock still goes on."""
    one = clocks.clocks_of(case).get("receipt")
    return one is not None and one.met_at is None and one.state in clocks.GOING_ON


def other_exchanges(case: Case) -> list[Contact]:
    """By which it could go to the citizen's numbers and addresses that the matter did not come by; kept nowhere yet.

    None while it is not sure whose matter it is, nor for a link that is only probable.
    """
    known = list(db.session.scalars(db.select(Contact).filter_by(case_id=case.id).order_by(Contact.id)))
    sure = next((one for one in known if one.certainty == "confirmed" and one.citizen_id), None)
    if sure is None:
        return []
    used = [one.identifier_id for one in known if one.identifier_id]
    query = db.select(Identifier).where(Identifier.id.in_(_linked(sure)), Identifier.id.not_in(used))
    query = query.where(Identifier.kind.in_(("phone", "email")), Identifier.returned_at.is_(None))
    line = sender_of(case.organization_id)
    return [_exchange(case, sure, one, line) for one in db.session.scalars(query.order_by(Identifier.id))]


def begin_exchange(found: Contact, *, by: Person) -> Contact:
    """The agent chose this one: from here on it is an exchange of the matter."""
    found.agent_id, found.wrapped_up_at = by.id, clock.now()
    db.session.add(found)
    db.session.flush()
    details = {"channel": found.channel, "reason": found.subject}
    history.record("contact.begun", found, by=by.actor, citizen_id=found.citizen_id, details=details)
    return found


def is_shared(found: Contact) -> bool:
    """Whether somebody else uses this number or address too."""
    query = db.select(IdentifierLink.citizen_id).filter_by(identifier_id=found.identifier_id)
    others = query.where(IdentifierLink.citizen_id.not_in(people.ids(found.citizen_id)))
    return db.session.scalar(others.limit(1)) is not None


def _linked(sure: Contact) -> Any:
    query = db.select(IdentifierLink.identifier_id).filter_by(certainty="confirmed")
    return query.where(IdentifierLink.citizen_id.in_(people.ids(sure.citizen_id)))


def _exchange(case: Case, sure: Contact, used: Identifier, line: str) -> Contact:
    return Contact(
        organization_id=case.organization_id,
        channel="email" if used.kind == "email" else "text",
        direction="out",
        identifier=used,
        identifier_id=used.id,
        citizen=sure.citizen,
        citizen_id=sure.citizen_id,
        certainty="confirmed",
        case_id=case.id,
        topic_id=case.topic_id,
        subject=case.subject,
        language=sure.language,
        line=line,
        state="wrapped_up",
        disposition="answered",
    )


def _when(case: Case, on: date | None) -> datetime:
    """The instant that counts for a day: neither before the matter began nor to come."""
    here, now = calendars.of_organization(case.organization_id), clock.now()
    if on is None or on == here.day(now):
        return now
    if not here.day(case.opened_at) <= on < here.day(now):
        raise Refused(N_("Choisissez un jour entre l’ouverture de l’affaire et aujourd’hui."), field="on")
    return max(here.at(on, clocks.NOON), case.opened_at)
