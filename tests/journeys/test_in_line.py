"""Waiting in line on telephones that really ring: a call-back, two agents and one call, agents who do not pick up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import contains_eager

from portal import clock
from portal.contacts.models import Contact
from portal.database import db
from portal.desk import presence
from portal.desk.models import Offer, Place, Presence, queue_agents
from simulator import Running
from tests.journeys.telephones import ANNE, BRUNO, CITIZEN, Office, open_office
from tests.signing import send
from tests.until import until

OTHER = "+33639980778"


@pytest.fixture
def office(app: Flask, telephone: Running, served: str, worker: None) -> Iterator[Office]:
    yield open_office(app, telephone)
    db.session.rollback()  # what the test still reads would keep the worker from ending


def place_of(number: str) -> Place:
    """The place of this number's call as it is now; nothing is held while the test looks at it."""
    query = db.select(Place).join(Contact).join(Contact.identifier).filter_by(value=number)
    query = query.options(contains_eager(Place.contact)).execution_options(populate_existing=True)
    place = db.session.scalars(query).one()
    db.session.commit()
    return place


def ringing(number: str) -> Offer | None:
    """The offer that rings for this number's call."""
    query = db.select(Offer).join(Offer.contact).join(Contact.identifier).filter_by(value=number)
    offer = db.session.scalar(query.where(Offer.live_contact_id.is_not(None)))
    db.session.commit()
    return offer


def missed(offer_id: int) -> bool:
    state = db.session.get_one(Offer, offer_id, populate_existing=True).state
    db.session.commit()
    return state == "missed"


def is_so(number: str, state: str) -> Callable[[], bool]:
    """Whether the place of this number's call has come to this state."""

    def reached() -> bool:
        query = db.select(Place.state).join(Contact).join(Contact.identifier).filter_by(value=number)
        found = db.session.scalar(query)
        db.session.commit()
        return bool(found == state)

    return reached


def is_now(staff_id: int, state: str) -> Callable[[], bool]:
    def reached() -> bool:
        found = db.session.scalar(db.select(Presence.state).filter_by(staff_id=staff_id))
        db.session.commit()
        return bool(found == state)

    return reached


def both_serve(office: Office) -> None:
    values = {"queue_id": office.queue.id, "staff_id": office.bruno.id}
    db.session.execute(db.insert(queue_agents).values(**values))
    db.session.commit()


def test_who_asks_to_be_called_back_keeps_the_place_and_is_called(office: Office) -> None:
    office.queue.callback_after_s = 0
    db.session.commit()
    first, agent = office.talk()
    second = office.call(OTHER)
    second.wait_to_hear("Vous êtes la prochaine personne.")
    second.wait_to_hear("Pour être rappelé sans perdre votre place, tapez 1.")
    second.press("1")
    second.wait_to_hear("le numéro qui se termine par 7 8.")
    second.wait_for("over")
    place = place_of(OTHER)
    since = place.since
    assert (place.kind, place.state) == ("call_back", "waiting")
    until(lambda: place_of(OTHER).contact.ended_at)
    assert is_so(OTHER, "waiting")(), "the end of the call does not end the place"
    place_of(OTHER).not_before = clock.now()  # the half minute in which they hang up
    db.session.commit()
    first.hang_up()
    agent.wait_for("over")
    until(is_now(office.anne.id, "wrap_up"))
    send(office.browsers[office.anne.id], "/console/wrap-up-over")
    agent = office.pick_up(ANNE)
    second.wait_for("ringing")
    second.answer()
    agent.wait_to_be_with(OTHER)
    place = place_of(OTHER)
    assert (place.state, place.since, place.contact.agent_id) == ("answered", since, office.anne.id)
    second.hang_up()
    agent.wait_for("over")
    until(is_now(office.anne.id, "wrap_up"))


def test_who_does_not_answer_the_call_back_is_tried_again_later(office: Office) -> None:
    office.queue.callback_after_s = 0
    presence.set_state(presence.of(office.anne), "break", why="test")
    db.session.commit()
    citizen = office.call()
    citizen.wait_to_hear("tapez 1")
    citizen.press("1")
    citizen.wait_for("over")
    for attempt in (1, 2):
        until(is_so(CITIZEN, "waiting"))
        place_of(CITIZEN).not_before = clock.now()
        db.session.commit()
        presence.choose(office.anne, "available")
        db.session.commit()
        agent = office.pick_up(ANNE)
        citizen.wait_for("ringing")
        citizen.refuse()
        agent.wait_for("over")
        until(lambda tried=attempt: place_of(CITIZEN).attempts == tried)
        not_before = place_of(CITIZEN).not_before
        assert not_before and not_before > clock.now()


def test_two_agents_never_have_the_same_call(office: Office) -> None:
    both_serve(office)
    first = office.call()
    until(is_so(CITIZEN, "offered"))
    second = office.call(OTHER)
    until(is_so(OTHER, "offered"))
    for agent in (ANNE, BRUNO):
        office.pick_up(agent)
    until(lambda: is_so(CITIZEN, "answered")() and is_so(OTHER, "answered")())
    agents = {place_of(number).contact.agent_id for number in (CITIZEN, OTHER)}
    assert agents == {office.anne.id, office.bruno.id}
    assert db.session.scalar(db.select(db.func.count(Offer.id))) == 2
    db.session.commit()
    for phone in (first, second):
        phone.hang_up()
    until(lambda: all(is_now(one, "wrap_up")() for one in agents))


def test_a_call_that_nobody_picks_up_goes_round_then_waits_and_the_agents_are_away(office: Office) -> None:
    both_serve(office)
    citizen = office.call()
    for _ in range(4):
        offer = until(lambda: ringing(CITIZEN))
        phone = office.phone(ANNE if offer.staff_id == office.anne.id else BRUNO)
        phone.wait_for("ringing")
        phone.refuse()
        until(lambda number=offer.id: missed(number))
    assert all(is_now(one.id, "away")() for one in (office.anne, office.bruno))
    assert "deux appels de suite" in office.browsers[office.anne.id].get("/console/").text
    rung = list(db.session.scalars(db.select(Offer.staff_id).order_by(Offer.id)))
    assert rung[0] != rung[1], "re-offered to another agent first"
    assert place_of(CITIZEN).state == "waiting"
    citizen.wait_to_hear("Personne ne peut répondre pour l’instant")
    citizen.hang_up()
    until(is_so(CITIZEN, "proposed"))
