"""Two agents never have the same contact, and a call rings at the right telephone once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock
from portal.config import Settings
from portal.contacts.calls import legs
from portal.database import db
from portal.desk import offering, places, talking
from portal.desk.models import Offer
from portal.desk.taking import give_back, take
from portal.errors import Missing, Refused
from portal.jobs import Job
from portal.staff.models import Staff
from tests import make
from tests.processes import CONTEXT, portal_of

AGENTS, ROUNDS = 4, 12


def connections() -> list[dict[str, Any]]:
    return [job.payload for job in db.session.scalars(db.select(Job).filter_by(kind="connect_call"))]


def test_taking_a_queued_call_rings_at_the_agents_telephone_once(app: Flask) -> None:
    agent, queue = make.staff(phone="+33199000021"), make.queue()
    call = make.contact(state="waiting", queue_id=queue.id)
    for _ in range(2):
        take(call.id, by=agent)
    offer = offering.live_for(agent.id)
    assert offer is not None and connections() == [{"offer": offer.id}]
    with pytest.raises(Refused, match="autre"):
        take(call.id, by=make.staff(phone="+33199000022"))
    assert call.state == "waiting"
    offering.miss(offer)
    take(call.id, by=agent)
    assert len(connections()) == 2


def test_a_call_is_not_taken_without_a_telephone_but_a_voicemail_is(app: Flask) -> None:
    from portal import clock

    agent = make.staff()
    call = make.contact(state="waiting")
    with pytest.raises(Refused, match="téléphone"):
        take(call.id, by=agent)
    voicemail = make.contact(state="waiting", ended_at=clock.now())
    assert take(voicemail.id, by=agent).agent_id == agent.id
    assert connections() == []


def test_a_call_back_taken_by_hand_is_offered_to_nobody_else(app: Flask) -> None:
    queue, agent = make.queue(), make.staff(phone="+33199000021")
    call = make.contact(identifier_id=make.identifier("phone", "+33639980001").id)
    place = places.stand_in_line(call, queue)
    places.ask_call_back(call, after=timedelta())
    take(call.id, by=agent)
    assert (call.agent_id, call.state, place.state) == (agent.id, "in_progress", "left")
    other = make.serving(queue)
    assert offering.match(queue.organization_id) == [] and offering.live_for(other.id) is None


def test_a_call_back_given_back_has_its_turn_again_unless_they_were_reached(app: Flask) -> None:
    queue, agent = make.queue(), make.staff(phone="+33199000021")
    call = make.contact(identifier_id=make.identifier("phone", "+33639980001").id)
    place = places.stand_in_line(call, queue)
    places.ask_call_back(call, after=timedelta())
    take(call.id, by=agent)
    for _ in range(2):
        give_back(call.id, by=agent)
    assert (call.agent_id, call.state, place.state, place.ended_at) == (None, "open", "waiting", None)
    take(call.id, by=agent)
    legs.note(call, "citizen", "CA" + "7" * 32)
    give_back(call.id, by=agent)
    assert place.state == "left"


def test_who_is_asked_something_by_a_colleague_is_offered_nothing_meanwhile(app: Flask) -> None:
    queue = make.queue()
    asked = make.serving(queue)
    going_on, call = make.contact(), make.contact()
    third = legs.plan(going_on, "third", asked.phone, staff_id=asked.id, purpose="consult", seat="room")
    places.stand_in_line(call, queue)
    assert offering.live_for(asked.id) is None
    talking.fail(third, "busy")
    assert offering.live_for(asked.id) is not None


@pytest.mark.parametrize("seat", ["room", "out"])
def test_a_question_whose_end_was_lost_keeps_nobody_from_the_line_for_ever(app: Flask, seat: str) -> None:
    queue = make.queue()
    asked = make.serving(queue)
    third = legs.plan(make.contact(), "third", asked.phone, staff_id=asked.id, purpose="consult", seat=seat)
    third.state = "unknown"  # its job was set aside: nobody will tell more of it
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        places.stand_in_line(make.contact(), queue)
        assert offering.live_for(asked.id) is not None


def test_a_call_back_that_rings_is_taken_by_nobody_else(app: Flask) -> None:
    queue = make.queue()
    call = make.contact(identifier_id=make.identifier("phone", "+33639980001").id)
    places.stand_in_line(call, queue)
    places.ask_call_back(call, after=timedelta())
    agent = make.serving(queue)
    (offer,) = offering.match(queue.organization_id)
    with pytest.raises(Refused, match="autre"):
        take(call.id, by=make.staff(phone="+33199000022"))
    assert take(call.id, by=agent).agent_id is None and offer.state == "ringing"
    assert offering.accept(offer) and call.agent_id == agent.id


def test_an_offer_for_what_somebody_has_by_now_comes_too_late(app: Flask) -> None:
    queue = make.queue()
    make.serving(queue)
    call = make.contact(agent_id=None)
    place = places.stand_in_line(call, queue)
    offer = offering.ringing(call.id)
    call.state, call.agent_id = "in_progress", make.staff().id
    assert offer and not offering.accept(offer)
    assert (offer.state, place.state) == ("withdrawn", "left")


def test_another_organizations_contact_is_not_there_to_take(app: Flask) -> None:
    with pytest.raises(Missing):
        take(make.contact("web", of=make.organization("departement")).id, by=make.staff())


def _take_all(settings: Settings, agent_id: int, contact_ids: list[int], ready: Any) -> None:
    app = portal_of(settings)
    with app.app_context():
        agent = db.session.get_one(Staff, agent_id)
        db.session.commit()
        ready.wait(60)
        for contact_id in contact_ids:
            try:
                take(contact_id, by=agent)
                db.session.commit()
            except Refused:
                db.session.rollback()


@pytest.mark.slow
def test_four_agents_taking_the_same_contacts_at_once_each_ring_for_one(app: Flask) -> None:
    agents = [make.staff(phone=f"+331990000{n}") for n in range(20, 20 + AGENTS)]
    queue = make.queue()
    contacts = [make.contact(state="waiting", queue_id=queue.id) for _ in range(ROUNDS)]
    db.session.commit()
    ready = CONTEXT.Barrier(AGENTS)
    ids = [contact.id for contact in contacts]
    settings = app.extensions["settings"]
    processes = [CONTEXT.Process(target=_take_all, args=(settings, agent.id, ids, ready)) for agent in agents]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    db.session.expire_all()
    offers = list(db.session.scalars(db.select(Offer).filter_by(state="ringing")))
    assert len(offers) == len({offer.contact_id for offer in offers}) == AGENTS
    assert {offer.staff_id for offer in offers} == {agent.id for agent in agents}
    assert sorted(payload["offer"] for payload in connections()) == sorted(offer.id for offer in offers)
