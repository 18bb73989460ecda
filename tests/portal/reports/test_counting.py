"""Days counted from their contacts: as a slow reference counts them, again and again, and after what came late."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from portal import clock, history, jobs
from portal.cases.models import Promise
from portal.citizens.models import Citizen
from portal.contacts.models import Contact, Message
from portal.contacts.recording import attribute
from portal.database import db
from portal.desk.models import Place
from portal.referrals.models import Referral
from portal.reports import counting, days, figures, following
from portal.reports.models import CallTally, DayToCount, Following, ReferralTally, Tally
from portal.work.loop import work_once
from tests import make
from tests.portal.reports.lives import live

PARIS = "Europe/Paris"
WEEK = timedelta(days=7)
EXCHANGED = {"answered", "referred", "promise_made", "transferred"}
CONTACTS = figures.CONTACTS
CALLS = figures.CALLS[:6]  # the counts; what was waited is held apart


def count_all() -> None:
    following.mark_all()
    while found := following.due(all_marked=True):
        for of, day in found:
            counting.count_day(of, day, PARIS)
    db.session.flush()


def person(contact: Contact) -> Any:
    if contact.citizen_id:
        citizen = db.session.get_one(Citizen, contact.citizen_id)
        return "citizen", citizen.person_id or citizen.id
    return ("identifier", contact.identifier_id) if contact.identifier_id else None


def known(contact: Contact) -> bool:
    ours = contact.direction == "in" and contact.disposition != "wrong_number"
    return ours and person(contact) is not None and contact.topic_id is not None


def others(contact: Contact, lived: list[Contact]) -> list[timedelta]:
    """How long after this contact, or before, the same person came for the same thing."""
    return [
        one.started_at - contact.started_at
        for one in lived
        if one is not contact
        and known(one)
        and (person(one), one.topic_id) == (person(contact), contact.topic_id)
    ]


def reference(lived: list[Contact]) -> Counter[str]:
    """The formulas of docs/reports.md, contact by contact."""
    found: Counter[str] = Counter()
    placed = set(db.session.scalars(db.select(Place.contact_id)))
    handed = set(db.session.scalars(db.select(Promise.contact_id)))
    handed |= set(db.session.scalars(db.select(Referral.contact_id)))
    spoke = set(db.session.scalars(db.select(Message.contact_id).filter_by(direction="in")))
    for one in lived:
        call = (one.direction, one.channel) == ("in", "phone")
        spoken = call and one.id in spoke
        needed = call and (one.id in placed or one.answered_at is not None or spoken)
        concluded = one.direction == "in" and one.state == "wrapped_up" and one.disposition in EXCHANGED
        apart = others(one, lived) if known(one) else []
        again = any(-WEEK <= gap < timedelta() for gap in apart)
        ripe = days.bounds(days.day_of(one.started_at, PARIS), PARIS)[1] + WEEK <= clock.now()
        first = known(one) and ripe and not again
        found.update(
            contacts=1,
            needed=needed,
            handled=needed and one.answered_at is not None,
            by_menu=call and not needed and one.disposition in ("self_served", "transferred"),
            left_menu=call and not needed and one.disposition == "abandoned",
            voicemails=spoken,
            concluded=concluded,
            one_visit=concluded and one.disposition == "answered" and one.id not in handed and not again,
            known=known(one),
            again=known(one) and again,
            firsts=first,
            settled=first and concluded and not any(timedelta() < gap <= WEEK for gap in apart),
        )
    return found


def reference_of_calls(lived: list[Contact]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in lived:
        place = db.session.scalar(db.select(Place).filter_by(contact_id=one.id))
        if place is None or (one.direction, one.channel) != ("in", "phone"):
            continue
        line = place.kind == "call"
        wait = (one.answered_at - place.since).total_seconds() if one.answered_at else None
        found.update(
            stood=1,
            answered=wait is not None,
            within_20=line and wait is not None and wait <= 20,
            within_60=line and wait is not None and wait <= 60,
            gave_up=line and wait is None and place.left == "hung_up",
            called_back=not line,
        )
    return found


def counted(table: Any, names: tuple[str, ...]) -> dict[str, int]:
    row = db.session.execute(
        db.select(*(db.func.sum(getattr(table, name)).label(name) for name in names))
    ).one()
    return {name: getattr(row, name) or 0 for name in names}


@pytest.mark.parametrize("seed", range(6))
def test_tallies_are_what_a_slow_reference_counts(app: Any, seed: int) -> None:
    lived = live(seed)
    count_all()
    expected = reference(lived)
    assert counted(Tally, CONTACTS) == {name: expected[name] for name in CONTACTS}
    calls = reference_of_calls(lived)
    assert counted(CallTally, CALLS) == {name: calls[name] for name in CALLS}
    referrals = db.session.scalar(db.select(db.func.count(Referral.id)))
    assert counted(ReferralTally, ("referrals",))["referrals"] == referrals
    for row in db.session.scalars(db.select(Tally)):
        alike = [
            one
            for one in lived
            if (days.day_of(one.started_at, PARIS), one.channel) == (row.day, row.channel)
            and (one.topic_id or 0, one.queue_id or 0) == (row.topic_id, row.queue_id)
        ]
        assert 0 < row.contacts <= len(alike)


def test_counting_again_changes_nothing(app: Any) -> None:
    live(1)
    count_all()
    before = counted(Tally, CONTACTS), counted(CallTally, CALLS)
    count_all()
    assert (counted(Tally, CONTACTS), counted(CallTally, CALLS)) == before


def test_what_changes_later_comes_right_after_the_night(app: Any, time_machine: Any) -> None:
    lived = live(2)
    following.follow()
    count_all()
    someone = make.citizen("Quelqu’un d’autre")
    for one in lived[::3]:
        attribute(one, someone, certainty="confirmed", by=history.SYSTEM)
    db.session.flush()
    following.follow()
    now = clock.now()
    time_machine.move_to(now + timedelta(days=2), tick=False)
    following.follow()
    for of, day in following.due(1000):
        counting.count_day(of, day, PARIS)
    expected = reference(lived)
    assert counted(Tally, CONTACTS) == {name: expected[name] for name in CONTACTS}


def test_an_event_that_was_committed_late_is_heard_all_the_same(app: Any, time_machine: Any) -> None:
    contact = make.contact()
    following.follow()
    history.record("contact.noted", contact, by=history.SYSTEM)
    event = history.of(contact)[0]
    following.follow()
    db.session.execute(db.delete(DayToCount))
    late = history.Event(
        id=event.id + 2,
        verb="contact.noted",
        actor_kind="system",
        subject_type="contacts",
        subject_id=contact.id,
    )
    db.session.add(late)
    db.session.flush()
    following.follow()
    db.session.execute(db.delete(DayToCount))
    between = history.Event(
        id=event.id + 1,
        verb="contact.noted",
        actor_kind="system",
        subject_type="contacts",
        subject_id=contact.id,
    )
    db.session.add(between)
    db.session.flush()
    following.follow()
    assert following.due(all_marked=True) != []


def test_nothing_new_marks_nothing(app: Any, time_machine: Any) -> None:
    time_machine.move_to(clock.now().replace(hour=12), tick=False)
    contact = make.contact()
    following.follow()
    history.record("contact.noted", contact, by=history.SYSTEM)
    db.session.flush()
    following.follow()
    for _ in range(3):
        time_machine.shift(timedelta(minutes=3))
        following.follow()
    db.session.execute(db.delete(DayToCount))
    for _ in range(4):
        time_machine.shift(timedelta(minutes=3))
        assert following.follow() == set()
    assert following.due(all_marked=True) == []
    row = db.session.scalars(db.select(Following)).one()
    assert row.sure_id == row.seen_id


def test_who_did_not_come_back_is_known_after_a_week(app: Any, time_machine: Any) -> None:
    start = clock.now().replace(hour=12)
    time_machine.move_to(start, tick=False)
    topic, someone = make.topic(), make.citizen()
    values = {
        "topic_id": topic.id,
        "citizen_id": someone.id,
        "state": "wrapped_up",
        "disposition": "answered",
    }
    make.contact("counter", started_at=start - timedelta(hours=1), answered_at=start, **values)
    following.follow()
    for of, day in following.due():
        counting.count_day(of, day, PARIS)
    assert counted(Tally, ("firsts", "settled")) == {"firsts": 0, "settled": 0}
    time_machine.move_to(start + timedelta(days=8), tick=False)
    following.follow()
    for of, day in following.due():
        counting.count_day(of, day, PARIS)
    assert counted(Tally, ("firsts", "settled")) == {"firsts": 1, "settled": 1}


def test_the_worker_counts_what_the_doors_left(app: Any, work: Any) -> None:
    make.contact(queue_id=make.queue().id, answered_at=clock.now())
    jobs.enqueue("count_days", {})
    db.session.commit()
    work_once(app, "test")
    assert counted(Tally, ("contacts", "needed", "handled")) == {"contacts": 1, "needed": 1, "handled": 1}
