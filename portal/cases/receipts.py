"""The receipt of what was said, or brought in the hand: given by somebody, and written down.

It says all that the law asks for (CRPA L112-3, R112-11-1). Where it is not yet known what is asked for, its arrival is
told within a working day, and the complete one is owed within ten (R112-11-2): only that one meets the clock.
"""

from __future__ import annotations

from datetime import date, datetime

from portal import clock, history
from portal.cases import keeping
from portal.cases.due import clocks
from portal.cases.models import Case
from portal.database import hold
from portal.directory import calendars
from portal.errors import N_, Refused
from portal.history import Person

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


def _when(case: Case, on: date | None) -> datetime:
    """The instant that counts for a day: neither before the matter began nor to come."""
    here, now = calendars.of_organization(case.organization_id), clock.now()
    if on is None or on == here.day(now):
        return now
    if not here.day(case.opened_at) <= on < here.day(now):
        raise Refused(N_("Choisissez un jour entre l’ouverture de l’affaire et aujourd’hui."), field="on")
    return max(here.at(on, clocks.NOON), case.opened_at)
