"""What silence means, and from when (CRPA): two clocks, kept through every hand a request goes through.

Silence that rejects runs for two months from the day the first administration had the request, silence that accepts
from the day the competent one did (L114-3, L231-1, L231-4). While a piece is missing the first stands still, until the
citizen gives it to whoever asked for it; the second begins when the competent one has it all (L114-5). Each day is that
of the place where it counts: the first administration's, or the competent one's.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal import clock
from portal.contacts.models import Contact, Envelope, Message
from portal.database import db
from portal.directory import zones
from portal.directory.models import Service
from portal.directory.reading import zone_of_organization
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

Pieces = list[tuple[datetime, datetime | None]]


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
    pieces = _pieces(referral)
    waits = any(given is None for _, given in pieces)
    if not means:
        return Silence("", suspended=waits)
    if means == "rejection":
        began, zone = referral.first_received_at, sender_zone(referral)
        began = (
            began + sum((given - asked for asked, given in pieces if given), timedelta()) if began else None
        )
    else:
        began, zone = _complete_at(referral, pieces), receiver_zone(referral.service)
    return Silence(means, add_months(local_day(began, zone), MONTHS) if began and not waits else None, waits)


def receipts(referral: Referral) -> Receipts | None:
    """Counted from the day it was passed on (R112-11-2); None where nothing was."""
    if referral.sent_at is None or referral.way == "told":
        return None
    service = referral.service
    day = local_day(referral.sent_at, receiver_zone(service))
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
    return _morning_after(referral.sent_at, days, referral.service)


def outcome_at(referral: Referral, partner: Partner | None) -> datetime | None:
    """When who accepted is asked what came of it, or, after the second time, when that is given up."""
    if referral.way not in ("email", "api") or referral.answered_at is None:
        return None
    days = (partner.remind_second if partner else REMIND_SECOND) * (referral.outcome_asked + 1)
    return _morning_after(referral.answered_at, days, referral.service)


def taken_back_on(referral: Referral, partner: Partner | None) -> date | None:
    """The day on which its sender takes it back if nobody has answered."""
    if referral.way not in ("email", "api") or referral.sent_at is None:
        return None
    first = partner.remind_first if partner else REMIND_FIRST
    second = max(partner.remind_second if partner else REMIND_SECOND, first + 1)
    day = local_day(referral.sent_at, receiver_zone(referral.service))
    return working_days_after(day, first + second, referral.service)


def working_days_after(day: date, count: int, service: Service) -> date:
    """The day that comes `count` working days after `day`, where this service is."""
    return zones.working_days_after(day, count, zones.territory_of(service.department))


def is_day_off(service: Service) -> bool:
    """Whether nobody is at work there today."""
    today = local_day(clock.now(), receiver_zone(service))
    return not zones.is_working_day(today, zones.territory_of(service.department))


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def local_day(when: datetime, zone: str = zones.MAINLAND) -> date:
    return when.astimezone(ZoneInfo(zone)).date()


def morning_of(day: date, zone: str = zones.MAINLAND) -> datetime:
    return datetime.combine(day, AT, ZoneInfo(zone)).astimezone(UTC)


def sender_zone(referral: Referral) -> str:
    """By whose clocks its sender's days are counted."""
    return zone_of_organization(referral.organization_id)


def receiver_zone(service: Service) -> str:
    """By whose clocks the days of the service that it goes to are counted."""
    return zones.zone_of(service.commune or service.department)


def _morning_after(when: datetime, days: int, service: Service) -> datetime:
    zone = receiver_zone(service)
    return morning_of(working_days_after(local_day(when, zone), days, service), zone)


def _complete_at(referral: Referral, pieces: Pieces) -> datetime | None:
    """When the competent administration had the request with all that it asked for; None while it has not."""
    if referral.state == "refused" and referral.refusal == "missing_piece":
        return None  # what the citizen gave is with us, and not yet there
    given = [given for _, given in pieces if given is not None]
    began = referral.competent_received_at
    return max([began, *given]) if began else None


def _pieces(referral: Referral) -> Pieces:
    """When each missing piece was asked for, and when the citizen gave it; None while it is awaited."""
    found: Pieces = []
    later: Referral | None = None
    one = referral
    while True:
        if (
            one.refusal == "missing_piece"
            and one.answered_at
            and (later is not None or one.state == "refused")
        ):
            went_on = later.sent_at if later is not None else None
            found.append((one.answered_at, _given_at(one, one.answered_at, went_on)))
        if one.former_id is None:
            return found
        later, one = one, db.session.get_one(Referral, one.former_id)


def _given_at(referral: Referral, asked: datetime, went_on: datetime | None) -> datetime | None:
    """The last file that the citizen wrote us with since it was asked for, else their last words, else, where it was
    given by hand, when it went on."""
    own = ~Message.envelope.has(Envelope.other_address)
    query = db.select(db.func.max(Message.at)).join(Contact).where(Message.direction == "in", own)
    same = (Contact.case_id == referral.case_id) & Contact.case_id.is_not(None)
    query = query.where((Contact.id == referral.contact_id) | same, Message.at > asked)
    if went_on is not None:
        query = query.where(Message.at <= went_on)
    filed = db.session.scalar(query.where(Message.attachments.any()))
    return filed or db.session.scalar(query) or went_on
