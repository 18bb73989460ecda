"""Where an agent stands: chosen, or set by what happens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock, history
from portal.contacts.models import Contact
from portal.database import db
from portal.desk import offering, places, presence
from portal.desk.models import Presence, Queue
from portal.desk.wrapping_up import Outcome, wrap_up
from portal.errors import Refused
from portal.staff.models import Staff, StaffSession
from tests import make


@pytest.fixture
def queue(app: Flask) -> Queue:
    return make.queue(wrap_up_s=60)


@pytest.fixture
def talking(queue: Queue) -> Staff:
    """An agent in a call."""
    agent = make.serving(queue)
    place = places.stand_in_line(make.contact(), queue)
    assert offering.accept(offering.ringing(place.contact_id))
    return agent


def call_of(agent: Staff) -> Contact:
    return db.session.get_one(Contact, presence.of(agent).contact_id)


def later(**more: float) -> Any:
    return time_machine.travel(clock.now() + timedelta(**more), tick=False)


def test_an_agent_is_away_until_they_choose_and_looking_writes_nothing(app: Flask) -> None:
    agent = make.staff(phone="+33199000021")
    assert presence.of(agent).state == "away"
    assert db.session.scalars(db.select(Presence)).all() == []
    for _ in range(2):
        assert presence.choose(agent, "available").state == "available"
    found = presence.of(agent)
    assert [event.details["to"] for event in history.of(found)] == ["available"]
    with pytest.raises(Refused):
        presence.choose(agent, "busy")
    with pytest.raises(Refused, match="téléphone"):
        presence.choose(make.staff(), "available")


def test_nobody_leaves_a_conversation_by_a_click(talking: Staff) -> None:
    with pytest.raises(Refused, match="en ligne"):
        presence.choose(talking, "break")
    contact = call_of(talking)
    contact.ended_at = clock.now()  # what tells the end of the bridge was lost
    assert presence.choose(talking, "available").state == "available"


def test_a_wrap_up_ends_by_itself_and_the_next_call_rings(queue: Queue, talking: Staff, work: Any) -> None:
    presence.begin_wrap_up(talking.id, queue, call_of(talking))
    found = presence.of(talking)
    assert found.state == "wrap_up" and found.until == pytest.approx(
        clock.now() + timedelta(seconds=60), abs=timedelta(seconds=2)
    )
    waiting = places.stand_in_line(make.contact(), queue)
    with later(seconds=70):
        work()
    db.session.expire_all()
    assert presence.of(talking).state == "available" and waiting.state == "offered"


def test_a_wrap_up_can_be_prolonged_within_reason_and_ended(queue: Queue, talking: Staff, work: Any) -> None:
    presence.begin_wrap_up(talking.id, queue, call_of(talking))
    presence.prolong_wrap_up(talking.id, 120)
    with later(seconds=70):
        work()
        assert presence.of(talking).state == "wrap_up"
    presence.prolong_wrap_up(talking.id, 100_000)
    until = presence.of(talking).until
    assert until and until <= clock.now() + presence.LONGEST_WRAP_UP
    presence.end_wrap_up(talking.id)
    assert presence.of(talking).state == "available"


def test_writing_the_contact_up_ends_the_wrap_up(queue: Queue, talking: Staff) -> None:
    contact = call_of(talking)
    presence.begin_wrap_up(talking.id, queue, call_of(talking))
    wrap_up(
        make.contact(state="in_progress", agent_id=talking.id),
        Outcome("answered"),
        form_key="a" * 20,
        by=talking,
    )
    assert presence.of(talking).state == "wrap_up"
    wrap_up(contact, Outcome("answered"), form_key="k" * 20, by=talking)
    assert presence.of(talking).state == "available"


def test_a_contact_written_up_during_the_call_leaves_nothing_to_wrap_up(queue: Queue, talking: Staff) -> None:
    contact = call_of(talking)
    wrap_up(contact, Outcome("answered"), form_key="k" * 20, by=talking)
    assert presence.of(talking).state == "busy"
    presence.begin_wrap_up(talking.id, queue, call_of(talking))
    assert presence.of(talking).state == "available"


def test_a_break_while_it_rings_gives_the_call_to_somebody_else(queue: Queue) -> None:
    agent, other = make.serving(queue), make.serving(queue, state="break")
    place = places.stand_in_line(make.contact(), queue)
    offer = offering.live_for(agent.id)
    presence.choose(agent, "break")
    assert offer and offer.state == "refused" and place.state == "waiting"
    presence.choose(other, "available")
    assert offering.live_for(other.id).place is place


def test_who_signs_out_is_away_and_stays_so_after_the_call(queue: Queue, talking: Staff) -> None:
    presence.leave(talking)
    presence.begin_wrap_up(talking.id, queue, call_of(talking))
    assert presence.of(talking).state == "away"


def test_the_end_of_a_former_call_told_late_leaves_them_in_the_present_one(
    queue: Queue, talking: Staff
) -> None:
    for state in ("in_progress", "wrapped_up"):
        former = make.contact(state=state, agent_id=talking.id)
        presence.begin_wrap_up(talking.id, queue, former)
        presence.end_call(talking.id, former)
        assert presence.of(talking).state == "busy"


def test_an_agent_whose_session_ended_is_away_within_the_hour(queue: Queue, work: Any) -> None:
    agent = make.serving(queue, state="away")
    session = StaffSession(token_hash="x", staff_id=agent.id, expires_at=clock.now() + timedelta(hours=12))
    db.session.add(session)
    presence.choose(agent, "available")
    session.last_seen_at = clock.now() + timedelta(minutes=30)
    with later(minutes=61):
        work()
        assert presence.of(agent).state == "available"
    with later(minutes=125):
        work()
    db.session.expire_all()
    assert presence.of(agent).state == "away"
