"""What silence means, and from when (CRPA): two clocks, kept through every hand a request goes through.

Silence that rejects runs for two months from the day the first administration had the request, silence that accepts
from the day the competent one did (L114-3, L231-1, L231-4). While a piece is missing the first stands still, and the
second has not begun (L114-5).
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal import clock
from portal.database import db
from portal.directory import zones
from portal.directory.models import Service
from portal.referrals.models import Partner, Referral

REGIMES = {  # what silence means, by what the citizen asks for
    "information": "",
    "report": "",
    "decision": "acceptance",  # an individual decision, by a procedure laid down by a text
    "request": "rejection",
    "complaint": "rejection",
    "appeal": "rejection",
}
MONTHS = 2
REGISTERED_WITHIN, ACKNOWLEDGED_WITHIN = 1, 10  # working days (R112-11-2)
REMIND_FIRST, REMIND_SECOND = 10, 30  # working days
AT = time(9)  # a reminder is in the morning's letters
TIMEZONE = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class Silence:
    """What silence means: `means` is acceptance, rejection or nothing; `on` the day it does, once that is known."""

    means: str
    on: date | None = None
    suspended: bool = False  # a piece is awaited


@dataclass(frozen=True, slots=True)
class Receipts:
    """By when the competent administration owes the citizen its receipts."""

    registered_by: date
    acknowledged_by: date


def silence(referral: Referral) -> Silence:
    """What the silence of whoever has it now means, and when."""
    means = REGIMES.get(referral.nature, "")
    waits = referral.refusal == "missing_piece" and referral.state == "refused"
    if not means:
        return Silence("", suspended=waits)
    pieces = _pieces(referral)
    if means == "rejection":
        began = referral.first_received_at
        still = sum(((given - asked) for asked, given in pieces), timedelta())
        on = add_months(local_day(began + still), MONTHS) if began and not waits else None
        return Silence(means, on, waits)
    began = referral.competent_received_at
    given = max((given for _, given in pieces), default=None)
    began = max(began, given) if began and given else began
    return Silence(means, add_months(local_day(began), MONTHS) if began and not waits else None, waits)


def receipts(referral: Referral) -> Receipts | None:
    """Counted from the day it was passed on (R112-11-2); None where nothing was."""
    if referral.sent_at is None or referral.way == "told":
        return None
    day, service = local_day(referral.sent_at), referral.service
    return Receipts(
        working_days_after(day, REGISTERED_WITHIN, service),
        working_days_after(day, ACKNOWLEDGED_WITHIN, service),
    )


def reminder_at(referral: Referral, partner: Partner | None) -> datetime | None:
    """When the receiver is asked again, or, after the second time, when it is no longer awaited."""
    if referral.way not in ("email", "api") or referral.sent_at is None:
        return None
    first = partner.remind_first if partner else REMIND_FIRST
    second = max(partner.remind_second if partner else REMIND_SECOND, first + 1)
    days = (first, second, second + first)[min(referral.reminders, 2)]
    return morning_of(working_days_after(local_day(referral.sent_at), days, referral.service))


def outcome_at(referral: Referral, partner: Partner | None) -> datetime | None:
    """When who accepted is asked what came of it, or, after the second time, when that is given up."""
    if referral.way not in ("email", "api") or referral.answered_at is None:
        return None
    days = (partner.remind_second if partner else REMIND_SECOND) * (referral.outcome_asked + 1)
    return morning_of(working_days_after(local_day(referral.answered_at), days, referral.service))


def taken_back_on(referral: Referral, partner: Partner | None) -> date | None:
    """The day on which its sender takes it back if nobody has answered."""
    if referral.way not in ("email", "api") or referral.sent_at is None:
        return None
    first = partner.remind_first if partner else REMIND_FIRST
    second = max(partner.remind_second if partner else REMIND_SECOND, first + 1)
    return working_days_after(local_day(referral.sent_at), first + second, referral.service)


def working_days_after(day: date, count: int, service: Service) -> date:
    """The day that comes `count` working days after `day`, where this service is."""
    return zones.working_days_after(day, count, zones.territory_of(service.department))


def is_day_off(service: Service) -> bool:
    """Whether nobody is at work there today."""
    return not zones.is_working_day(local_day(clock.now()), zones.territory_of(service.department))


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def local_day(when: datetime) -> date:
    return when.astimezone(ZoneInfo(TIMEZONE)).date()


def morning_of(day: date) -> datetime:
    return datetime.combine(day, AT, ZoneInfo(TIMEZONE)).astimezone(UTC)


def _pieces(referral: Referral) -> list[tuple[datetime, datetime]]:
    """When each missing piece was asked for, and when the request went on with it."""
    found, later = [], referral
    while later.former_id is not None:
        former = db.session.get_one(Referral, later.former_id)
        if former.refusal == "missing_piece" and former.answered_at and later.sent_at:
            found.append((former.answered_at, later.sent_at))
        later = former
    return found
