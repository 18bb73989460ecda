"""What silence means, and from when (CRPA): two clocks, kept through every hand a request goes through.

Silence that rejects runs for two months from the day the first administration had the request, silence that accepts
from the day the competent one did (L114-3, L231-1, L231-4). While a piece is missing the first stands still, until the
citizen gives it to whoever asked for it; the second begins when the competent one has it all (L114-5). Each day is that
of the place where it counts: the first administration's, or the competent one's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal import clock
from portal.cases.due.clocks import ACKNOWLEDGED_WITHIN, REGIMES, REGISTERED_WITHIN, silent_until
from portal.cases.models import Case
from portal.contacts.models import Contact, Envelope, Message
from portal.database import db
from portal.directory.hours import calendars
from portal.directory.models import Service
from portal.referrals.models import PASSED_ON, Partner, Referral

REMIND_FIRST, REMIND_SECOND = 10, 30  # working days

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


def nature_of(referral: Referral) -> str:
    """What the citizen asks for: as their matter says, if they have one."""
    case = db.session.get(Case, referral.case_id) if referral.case_id else None
    return case.nature if case is not None else referral.nature


def silence(referral: Referral) -> Silence:
    """What the silence of whoever has it now means, and when."""
    means = REGIMES.get(nature_of(referral), "")
    pieces = _pieces(referral)
    waits = any(given is None for _, given in pieces)
    if not means:
        return Silence("", suspended=waits)
    if means == "rejection":
        began, there = referral.first_received_at, calendars.of_organization(referral.organization_id)
        began = (
            began + sum((given - asked for asked, given in pieces if given), timedelta()) if began else None
        )
    else:
        began, there = _complete_at(referral, pieces), calendars.of_service(referral.service)
    return Silence(means, silent_until(means, there.day(began)) if began and not waits else None, waits)


def receipts(referral: Referral) -> Receipts | None:
    """Counted from the day it was passed on (R112-11-2); None where nothing was."""
    if referral.sent_at is None or referral.way == "told":
        return None
    there = calendars.of_service(referral.service)
    day = there.day(referral.sent_at)
    return Receipts(there.after(day, REGISTERED_WITHIN), there.after(day, ACKNOWLEDGED_WITHIN))


def reminder_at(referral: Referral, partner: Partner | None) -> datetime | None:
    """When the receiver is asked again, or, after the second time, when it is no longer awaited."""
    if referral.way not in PASSED_ON or referral.sent_at is None:
        return None
    first = partner.remind_first if partner else REMIND_FIRST
    second = max(partner.remind_second if partner else REMIND_SECOND, first + 1)
    days = (first, second, second + first)[min(referral.reminders, 2)]
    return _morning_after(referral.sent_at, days, referral.service)


def outcome_at(referral: Referral, partner: Partner | None) -> datetime | None:
    """When who accepted is asked what came of it, or, after the second time, when that is given up."""
    if referral.way not in PASSED_ON or referral.answered_at is None:
        return None
    days = (partner.remind_second if partner else REMIND_SECOND) * (referral.outcome_asked + 1)
    return _morning_after(referral.answered_at, days, referral.service)


def taken_back_on(referral: Referral, partner: Partner | None) -> date | None:
    """The day on which its sender takes it back if nobody has answered."""
    if referral.way not in PASSED_ON or referral.sent_at is None:
        return None
    first = partner.remind_first if partner else REMIND_FIRST
    second = max(partner.remind_second if partner else REMIND_SECOND, first + 1)
    there = calendars.of_service(referral.service)
    return there.after(there.day(referral.sent_at), first + second)


def is_day_off(service: Service) -> bool:
    """Whether nobody is at work there today."""
    there = calendars.of_service(service)
    return not there.works(there.day(clock.now()))


def _morning_after(when: datetime, days: int, service: Service) -> datetime:
    """The morning that comes so many working days later, where this service is."""
    there = calendars.of_service(service)
    return there.morning_of(there.after(there.day(when), days))


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
