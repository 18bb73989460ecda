"""Who is offered to whom, and what becomes of an offer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock, history
from portal.database import db
from portal.desk import offering, places, presence
from portal.desk.models import Offer, Place, Queue
from portal.jobs import Job
from portal.staff.models import Staff, StaffSession
from tests import make


def stand(queue: Queue, **values: Any) -> Place:
    return places.stand_in_line(make.contact(**values), queue)


def state(agent: Staff) -> str:
    return presence.of(agent).state


def jobs_of(kind: str) -> list[Job]:
    return list(db.session.scalars(db.select(Job).filter_by(kind=kind).order_by(Job.id)))


def test_who_comes_in_rings_at_once_at_the_agent_free_for_the_longest(app: Flask) -> None:
    queue, now = make.queue(), clock.now()
    second, first = make.serving(queue), make.serving(queue)
    presence.of(first).since = now - timedelta(minutes=5)
    place = stand(queue)
    (offer,) = db.session.scalars(db.select(Offer))
    assert (offer.staff_id, offer.contact_id, place.state) == (first.id, place.contact_id, "offered")
    assert offering.live_for(first.id) is offer and offering.live_for(second.id) is None
    assert [job.payload for job in jobs_of("connect_call")] == [{"offer": offer.id}]
    assert jobs_of("expire_offer")[0].not_before > offer.expires_at
    assert offering.match(queue.organization_id) == []


def test_who_becomes_free_is_offered_the_longest_waiting_of_their_queues(app: Flask) -> None:
    one, two, other = make.queue("une"), make.queue("deux"), make.queue("autre")
    agent = make.serving(one, two, state="away")
    stand(other)
    late = stand(one)
    early = stand(two)
    early.since = late.since - timedelta(seconds=30)
    presence.choose(agent, "available")
    offer = offering.live_for(agent.id)
    assert offer and offer.place is early and late.state == "waiting"


def test_an_agent_has_one_offer_at_a_time_and_a_contact_too(app: Flask) -> None:
    queue = make.queue()
    agents = [make.serving(queue) for _ in range(2)]
    calls = [stand(queue) for _ in range(3)]
    assert [place.state for place in calls] == ["offered", "offered", "waiting"]
    assert {offering.live_for(agent.id).contact_id for agent in agents} == {
        calls[0].contact_id,
        calls[1].contact_id,
    }


def test_who_picks_up_has_the_contact_and_is_busy(app: Flask) -> None:
    queue = make.queue()
    agent = make.serving(queue)
    place = stand(queue)
    offer = offering.live_for(agent.id)
    assert offer and offering.hold_offer(offer.id) is offer
    assert offering.accept(offer) and not offering.accept(offer)
    assert (place.contact.agent_id, place.contact.state, place.state) == (agent.id, "in_progress", "answered")
    assert state(agent) == "busy" and offering.live_for(agent.id) is None
    offering.miss(offer)
    assert offer.state == "accepted"
    assert stand(queue).state == "waiting"


def test_a_missed_offer_goes_to_another_agent_and_keeps_the_place(app: Flask) -> None:
    queue = make.queue()
    agents = [make.serving(queue), make.serving(queue)]
    place = stand(queue)
    since = place.since
    first = offering.ringing(place.contact_id)
    assert first
    offering.miss(first)
    second = offering.ringing(place.contact_id)
    assert second and {first.staff_id, second.staff_id} == {agent.id for agent in agents}
    assert place.since == since
    assert "contact.missed" in [event.verb for event in history.of(place.contact)]


def test_two_missed_in_a_row_make_an_agent_away_and_one_picked_up_in_between_does_not(app: Flask) -> None:
    queue = make.queue()
    agent = make.serving(queue)
    place = stand(queue)
    for _ in range(2):
        offering.miss(offering.ringing(place.contact_id))
    assert state(agent) == "away" and presence.of(agent).missed == 2
    assert place.state == "waiting" and offering.ringing(place.contact_id) is None
    presence.choose(agent, "available")
    assert presence.of(agent).missed == 0
    offering.miss(offering.ringing(place.contact_id))
    offering.accept(offering.ringing(place.contact_id))
    assert presence.of(agent).missed == 0 and state(agent) == "busy"


def test_who_hangs_up_while_it_rings_is_offered_to_nobody_and_the_next_one_is(app: Flask) -> None:
    queue = make.queue()
    agent = make.serving(queue)
    gone, next_one = stand(queue), stand(queue)
    offer = offering.ringing(gone.contact_id)
    offering.withdraw(gone.contact, "hung_up")
    assert offer and offer.state == "withdrawn" and not offering.accept(offer)
    assert offering.live_for(agent.id).place is next_one


def test_a_call_that_needs_a_skill_waits_for_it_a_while_then_for_anybody(app: Flask) -> None:
    queue = make.queue(waive_s=180)
    french = make.serving(queue)
    speaks = make.serving(queue, state="break", skills=("language:ar",))
    arabic = stand(queue, language="ar")
    assert arabic.needs == ["language:ar"] and arabic.state == "waiting"
    with time_machine.travel(clock.now() + timedelta(minutes=4), tick=False):
        (offer,) = offering.match(queue.organization_id)
        assert offer.staff_id == french.id
    offering.withdraw(arabic.contact, "hung_up")
    presence.choose(speaks, "available")
    assert offering.ringing(stand(queue, language="ar").contact_id).staff_id == speaks.id


def test_a_need_that_nobody_on_duty_meets_is_waived_at_once(app: Flask) -> None:
    queue = make.queue()
    make.serving(queue)
    make.serving(make.queue("autre"), skills=("language:en",))
    assert stand(queue, language="en").state == "offered"


def test_a_place_handed_to_somebody_who_serves_no_queue_rings_there(app: Flask) -> None:
    queue = make.queue()
    make.serving(queue)
    wanted = make.serving(state="available")
    place = places.stand_in_line(make.contact(), queue, only_staff_id=wanted.id)
    assert offering.live_for(wanted.id).place is place
    presence.choose(wanted, "break")
    assert place.state == "waiting", "it is kept for them"
    presence.choose(wanted, "available")
    assert offering.live_for(wanted.id).place is place
    assert stand(make.queue("autre")).state == "waiting", "they are offered nothing else"


def test_a_place_handed_to_an_agent_is_theirs_until_they_leave(app: Flask) -> None:
    queue = make.queue()
    make.serving(queue)
    wanted = make.serving(make.queue("autre"), state="break")
    place = places.stand_in_line(make.contact(), queue, only_staff_id=wanted.id)
    assert place.state == "waiting"
    presence.choose(wanted, "available")
    assert offering.live_for(wanted.id).place is place
    presence.choose(wanted, "away")
    assert place.state == "offered" and offering.live_for(wanted.id) is None


def test_an_agent_without_a_telephone_or_signed_out_is_offered_nothing(app: Flask) -> None:
    queue = make.queue()
    make.serving(queue, phone="")
    gone = make.serving(queue)
    db.session.add(StaffSession(token_hash="x", staff_id=gone.id, expires_at=clock.now()))
    assert stand(queue).state == "waiting"
    assert state(gone) == "away"


def test_an_offer_whose_end_nobody_told_is_missed(app: Flask, work: Any) -> None:
    queue = make.queue()
    make.serving(queue)
    place = stand(queue)
    offer = offering.ringing(place.contact_id)
    assert offer
    db.session.execute(db.delete(Job).filter_by(kind="connect_call"))
    offering.prolong(offer, clock.now() + timedelta(minutes=1))
    with time_machine.travel(clock.now() + timedelta(seconds=40), tick=False):
        work()
        db.session.refresh(offer)
        assert offer.state == "ringing"
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        work()
        db.session.refresh(offer)
        assert offer.state == "missed"


def test_the_door_that_dials_by_itself_leaves_the_worker_nothing_to_redirect(app: Flask) -> None:
    queue = make.queue()
    make.serving(queue)
    place = stand(queue)
    assert offering.dial_at_once(place.contact) is offering.ringing(place.contact_id)
    assert jobs_of("connect_call") == []


@pytest.mark.parametrize("free", [0, 3])
def test_with_nothing_to_do_a_match_costs_one_select(app: Flask, free: int) -> None:
    from tests.portal.desk.test_waiting import counted

    queue = make.queue()
    for _ in range(free):
        make.serving(queue)
    if not free:
        stand(queue)
    with counted() as statements:
        assert offering.match(queue.organization_id) == []
    selects = [one for one in statements if one.startswith("SELECT") and "advisory" not in one]
    assert len(selects) == 1
