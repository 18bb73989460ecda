"""Asking a receiver again, rarely and never on a day off; then no longer waiting for it.

Who has not answered is asked twice, then its sender takes it back. Who accepted is asked twice what came of it; after
that the sender's desk knows that there is no news, and the receiver keeps it.
"""

from __future__ import annotations

from collections import defaultdict

from portal import clock, history
from portal.database import db
from portal.history import SYSTEM
from portal.referrals.following import clocks, living, receivers, telling
from portal.referrals.following.referring import hold_referrals
from portal.referrals.models import Referral

AWAITED = ("sent", "received")
MOST_REMINDERS = 2
MOST_ASKED = 2  # what came of it


def due() -> list[list[Referral]]:
    """What is to be asked again or given up today, by sender and receiver: each gets one letter for all of theirs."""
    query = db.select(Referral).where(Referral.state.in_((*AWAITED, "accepted")))
    query = query.where(Referral.remind_at <= clock.now())
    found: dict[tuple[int, int, str, bool], list[Referral]] = defaultdict(list)
    for one in db.session.scalars(query.order_by(Referral.remind_at, Referral.id)):
        if not clocks.is_day_off(one.service):
            address = receivers.address_of(one.service) if one.way == "email" else ""
            accepted = one.state == "accepted"
            found[one.organization_id, one.service.organization_id, address, accepted].append(one)
    return list(found.values())


def go_on(group: list[Referral]) -> None:
    """The next step of one of the groups that are due."""
    if group[0].state == "accepted":
        ask_outcome(group)
    else:
        remind(group)


def remind(group: list[Referral]) -> None:
    """Asks once more about these, or takes back what was asked about twice. Begun twice, it is done once."""
    hold_referrals(*group)
    due = [one for one in group if _is_due(one, AWAITED)]
    again = [one for one in due if not (_is_last(one) and living.expire(one))]
    for one in again:
        one.reminders += 1
        one.remind_at = clocks.reminder_at(one, receivers.partner_of(one.service))
        _record(one, "referral.reminded", {"reminder": one.reminders})
    _write([one for one in again if one.way == "email"])


def ask_outcome(group: list[Referral]) -> None:
    """Asks what came of these, which their receiver accepted, or stops asking. Begun twice, it is done once."""
    hold_referrals(*group)
    asked = [one for one in group if _is_due(one, ("accepted",)) and not _given_up(one)]
    for one in asked:
        one.outcome_asked += 1
        one.remind_at = clocks.outcome_at(one, receivers.partner_of(one.service))
        _record(one, "referral.outcome_asked", {"time": one.outcome_asked})
    _write([one for one in asked if one.way == "email"], "outcome")


def _is_due(referral: Referral, states: tuple[str, ...]) -> bool:
    due_at = referral.remind_at
    return referral.state in states and due_at is not None and due_at <= clock.now()


def _is_last(referral: Referral) -> bool:
    """Asked twice already: its sender takes it back."""
    return referral.reminders >= MOST_REMINDERS


def _given_up(referral: Referral) -> bool:
    """Asked twice and without news: it stays with who accepted it, and its sender sees it."""
    if referral.outcome_asked < MOST_ASKED:
        return False
    referral.remind_at = None
    history.record("referral.without_news", referral, by=SYSTEM, citizen_id=referral.citizen_id)
    telling.tell_desk(referral)
    return True


def _record(referral: Referral, verb: str, details: dict[str, int]) -> None:
    history.record(verb, referral, by=SYSTEM, citizen_id=referral.citizen_id, details=details)
    telling.tell_system(referral, verb)


def _write(by_letter: list[Referral], about: str = "") -> None:
    if by_letter:
        telling.write_to_receiver(by_letter, about)
