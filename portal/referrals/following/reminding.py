"""Asking a receiver again, rarely and never on a day off; then no longer waiting for it."""

from __future__ import annotations

from collections import defaultdict

from portal import clock, history
from portal.database import db, hold
from portal.history import SYSTEM
from portal.referrals.following import clocks, living, receivers, telling
from portal.referrals.models import Referral
from portal.referrals.partners import keys as partners

AWAITED = ("sent", "received")
MOST_REMINDERS = 2
A_RUN = 500


def due() -> list[list[Referral]]:
    """What is to be asked again or taken back today, by sender and receiver: each gets one letter for all of theirs."""
    query = db.select(Referral).where(Referral.state.in_(AWAITED), Referral.remind_at <= clock.now())
    found: dict[tuple[int, int, str], list[Referral]] = defaultdict(list)
    for one in db.session.scalars(query.order_by(Referral.remind_at, Referral.id).limit(A_RUN)):
        if not clocks.is_day_off(one.service):
            address = receivers.address_of(one.service) if one.way == "email" else ""
            found[one.organization_id, one.service.organization_id, address].append(one)
    return list(found.values())


def remind(group: list[Referral]) -> None:
    """Asks once more about these, or takes back what was asked about twice. Begun twice, it is done once."""
    again = [one for one in group if _is_due(one) and not _taken_back(one)]
    for one in again:
        one.reminders += 1
        one.remind_at = clocks.reminder_at(one, receivers.partner_of(one.service))
        details = {"reminder": one.reminders}
        history.record("referral.reminded", one, by=SYSTEM, citizen_id=one.citizen_id, details=details)
        if one.way == "api":
            partners.tell(one, "referral.reminded")
    by_letter = [one for one in again if one.way == "email"]
    if by_letter:
        telling.write_to_receiver(by_letter)


def _is_due(referral: Referral) -> bool:
    hold(referral)
    due_at = referral.remind_at
    return referral.state in AWAITED and due_at is not None and due_at <= clock.now()


def _taken_back(referral: Referral) -> bool:
    return referral.reminders >= MOST_REMINDERS and living.expire(referral)
