"""Counting a day from its contacts: done again, it gives the same; what came late is in the next count.

Each count begins by letting go of the former one, in the same transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert

from portal import clock
from portal.cases.models import Promise
from portal.citizens.models import Citizen
from portal.contacts.models import Contact, Message
from portal.database import db, hold_name
from portal.desk.models import Place
from portal.referrals.models import Referral
from portal.reports import coming_back, days
from portal.reports.coming_back import NOBODYS, WEEK, Around
from portal.reports.models import NONE, CallTally, DayToCount, ReferralTally, Tally

COUNTS = 0x74616C79  # our part of the advisory locks' key space
EXCHANGED = ("answered", "referred", "promise_made", "transferred")  # somebody was answered something
BY_MENU = ("self_served", "transferred")  # the menu answered, or put through to who does
_VOICEMAIL = (Contact.channel == "phone", Message.direction == "in")
LONGEST_CALL_S = 3600  # a call whose end was lost must not weigh for ever

Key = tuple[int, str, int, str]  # queue, channel, topic, commune


def count_day(organization_id: int, day: date, timezone: str) -> None:
    """Counts a local day of an organization: its contacts, its calls by quarter of an hour, its referrals."""
    begins, ends = days.bounds(day, timezone)
    hold_name(COUNTS, f"{organization_id} {day}")
    db.session.execute(delete(DayToCount).filter_by(organization_id=organization_id, day=day))
    _write_contacts(organization_id, day, begins, ends)
    _write_referrals(organization_id, day, begins, ends)
    count_calls(organization_id, begins, ends)


def count_calls(organization_id: int, begins: datetime, ends: datetime) -> None:
    """Counts the calls that came in between two quarters of an hour."""
    hold_name(COUNTS, f"{organization_id} calls")
    mine = (CallTally.organization_id == organization_id, CallTally.at >= begins, CallTally.at < ends)
    db.session.execute(delete(CallTally).where(*mine))
    tallies: dict[tuple[datetime, int], Counter[str]] = {}
    for row in _calls(organization_id, begins, ends):
        key = days.quarter_of(row.started_at), row.queue_id
        tallies.setdefault(key, Counter()).update(_measures_of_call(row))
    _insert(
        CallTally,
        [
            {"organization_id": organization_id, "at": at, "queue_id": queue_id, **_filled(CallTally, counts)}
            for (at, queue_id), counts in tallies.items()
        ],
    )


def _write_contacts(organization_id: int, day: date, begins: datetime, ends: datetime) -> None:
    db.session.execute(delete(Tally).filter_by(organization_id=organization_id, day=day))
    tallies: dict[Key, Counter[str]] = {}
    for key, measures in _contacts(organization_id, begins, ends):
        tallies.setdefault(key, Counter()).update(measures)
    _insert(
        Tally,
        [
            {
                **dict(zip(("queue_id", "channel", "topic_id", "commune"), key, strict=True)),
                **_filled(Tally, counts),
                "organization_id": organization_id,
                "day": day,
            }
            for key, counts in tallies.items()
        ],
    )


def _contacts(organization_id: int, begins: datetime, ends: datetime) -> Iterable[tuple[Key, dict[str, int]]]:
    """Each contact of a day, and what it counts for."""
    rows = _read_contacts(organization_id, begins, ends)
    people = (coming_back.person_of(row.head, row.identifier_id) for row in rows if row.topic_id)
    around = coming_back.around(organization_id, (one for one in people if one), begins, ends)
    spoken = _with_a(Message.contact_id, organization_id, begins, ends, *_VOICEMAIL)
    promised = _with_a(Promise.contact_id, organization_id, begins, ends)
    referred = _with_a(Referral.contact_id, organization_id, begins, ends)
    ripe = ends + WEEK <= clock.now()
    for row in rows:
        key = row.queue_id or NONE, row.channel, row.topic_id or NONE, row.commune or row.lives_in or ""
        kept = row.id not in promised and row.id not in referred
        yield key, _measures(row, around, ripe, kept, row.id in spoken)


def _measures(row: Any, around: Around, ripe: bool, kept: bool, spoken: bool) -> dict[str, int]:
    """What a contact counts for. `kept`: nothing was promised, and nobody else was named; `spoken`: a message was left
    on the answering machine."""
    came_in = row.direction == "in"
    call = came_in and row.channel == "phone"
    needed = call and (row.place_id is not None or row.answered_at is not None or spoken)
    person = coming_back.person_of(row.head, row.identifier_id)
    known = came_in and row.disposition != NOBODYS and person is not None and row.topic_id is not None
    moment = row.started_at, row.id
    again = known and around.before(person, row.topic_id, moment)  # type: ignore[arg-type]  # known: it has one
    concluded = came_in and row.state == "wrapped_up" and row.disposition in EXCHANGED
    first = known and ripe and not again
    left_alone = first and not around.after(person, row.topic_id, moment)  # type: ignore[arg-type]  # likewise
    return {
        "contacts": 1,
        "needed": needed,
        "handled": needed and row.answered_at is not None,
        "by_menu": call and not needed and row.disposition in BY_MENU,
        "left_menu": call and not needed and row.disposition == "abandoned",
        "voicemails": call and spoken,
        "concluded": concluded,
        "one_visit": concluded and row.disposition == "answered" and kept and not again,
        "known": known,
        "again": again,
        "firsts": first,
        "settled": left_alone and concluded,
    }


def _read_contacts(organization_id: int, begins: datetime, ends: datetime) -> list[Any]:
    query = db.select(
        *(Contact.id, Contact.channel, Contact.direction, Contact.identifier_id, Contact.topic_id),
        *(Contact.queue_id, Contact.commune, Contact.state, Contact.disposition, Contact.answered_at),
        *(Contact.started_at, Citizen.commune.label("lives_in"), coming_back.head_of().label("head")),
        Place.id.label("place_id"),
    )
    query = query.outerjoin(Citizen, Citizen.id == Contact.citizen_id)
    query = query.outerjoin(Place, Place.contact_id == Contact.id)
    return list(db.session.execute(query.where(*_began(organization_id, begins, ends))))


def _began(organization_id: int, begins: datetime, ends: datetime) -> tuple[Any, ...]:
    return (
        Contact.organization_id == organization_id,
        Contact.started_at >= begins,
        Contact.started_at < ends,
    )


def _with_a(column: Any, organization_id: int, begins: datetime, ends: datetime, *of: Any) -> set[int]:
    """Which contacts of a day have one of these."""
    query = db.select(column).join(Contact, Contact.id == column)
    return set(db.session.scalars(query.where(*_began(organization_id, begins, ends), *of)))


def _calls(organization_id: int, begins: datetime, ends: datetime) -> list[Any]:
    query = db.select(
        *(Contact.started_at, Contact.answered_at, Contact.ended_at, Place.queue_id, Place.since, Place.left),
        *(Place.kind, Place.ended_at.label("left_at")),
    )
    query = query.join(Place, Place.contact_id == Contact.id)
    query = query.where(*_began(organization_id, begins, ends))
    return list(db.session.execute(query.where(Contact.channel == "phone", Contact.direction == "in")))


def _measures_of_call(row: Any) -> dict[str, int]:
    """What a call that stood in line counts for. Who asked to be called back has neither waited nor given up."""
    answered, on_the_line = row.answered_at is not None, row.kind == "call"
    wait = max(0.0, (row.answered_at - row.since).total_seconds()) if answered else 0.0
    gave_up = not answered and on_the_line and row.left == "hung_up"
    ended = row.ended_at if answered and row.ended_at and row.ended_at > row.answered_at else None
    talk = min((ended - row.answered_at).total_seconds(), LONGEST_CALL_S) if ended else 0
    return {
        "stood": 1,
        "answered": answered,
        "within_20": answered and on_the_line and wait <= 20,
        "within_60": answered and on_the_line and wait <= 60,
        "gave_up": gave_up,
        "called_back": not on_the_line,
        "waited_s": round(wait) if on_the_line else 0,
        "endured_s": round((row.left_at - row.since).total_seconds()) if gave_up and row.left_at else 0,
        "spoken": ended is not None,
        "spoken_s": round(talk),
    }


def _write_referrals(organization_id: int, day: date, begins: datetime, ends: datetime) -> None:
    db.session.execute(delete(ReferralTally).filter_by(organization_id=organization_id, day=day))
    query = db.select(Referral.service_id, Referral.state, db.func.count())
    query = query.join(Contact, Contact.id == Referral.contact_id)
    query = query.where(*_began(organization_id, begins, ends))
    rows = db.session.execute(query.group_by(Referral.service_id, Referral.state))
    key = {"organization_id": organization_id, "day": day}
    found = [{**key, "service_id": to, "state": state, "referrals": n} for to, state, n in rows]
    _insert(ReferralTally, found)


def _filled(table: Any, counts: Counter[str]) -> dict[str, int]:
    """All of a tally's numbers, as many as there are."""
    measures = [one.name for one in table.__table__.columns if one.default is not None]
    return {name: int(counts[name]) for name in measures}


def _insert(table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(table), rows)
