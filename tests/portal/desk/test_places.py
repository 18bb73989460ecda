"""Who comes before whom, and what a place is kept through."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask

from portal import clock
from portal.contacts import answering
from portal.contacts.calls import calling
from portal.contacts.models import DISTRESS, Contact
from portal.database import db
from portal.desk import offering, places, presence
from portal.desk.matching import CRISIS, ORDINARY, PROTECTED, REPEATED
from portal.desk.models import Place, Queue
from portal.jobs import Job
from tests import make


def call(number: str = "", **values: Any) -> Contact:
    used = make.identifier("phone", number).id if number else None
    return make.contact(identifier_id=used, **values)


def order(queue: Queue, count: int) -> list[int]:
    """The contacts in the order in which agents who become free are offered them."""
    found = []
    for _ in range(count):
        agent = make.serving(queue, state="away")
        presence.choose(agent, "available")
        offer = offering.live_for(agent.id)
        found += [offer.contact_id] if offer else []
    return found


def test_told_twice_it_is_one_place_in_the_same_queue(app: Flask) -> None:
    queue, contact = make.queue(), call()
    first = places.stand_in_line(contact, queue)
    again = places.stand_in_line(contact, queue)
    assert again is first and places.of(contact.id) is first
    assert (contact.state, contact.queue_id, contact.step) == ("waiting", queue.id, "En attente : Accueil")
    assert db.session.scalar(db.select(db.func.count(Place.id))) == 1


def test_a_call_that_is_answered_or_over_is_not_put_back_by_a_late_word(app: Flask) -> None:
    queue = make.queue()
    make.serving(queue)
    place = places.stand_in_line(call(), queue)
    offering.accept(offering.ringing(place.contact_id))
    assert places.stand_in_line(place.contact, queue).state == "answered"
    over = call(ended_at=clock.now())
    assert places.stand_in_line(over, queue).state == "left"
    assert place.contact.state == "in_progress" and over.state == "open"


def test_a_transfer_keeps_since_and_is_made_by_staff(app: Flask) -> None:
    queue, other = make.queue(), make.queue("autre")
    agent = make.serving(queue)
    place = places.stand_in_line(call(), queue)
    place.since = since = clock.now() - timedelta(minutes=3)
    offering.accept(offering.ringing(place.contact_id))
    places.stand_in_line(place.contact, other, by=agent.actor)
    assert (place.state, place.queue_id, place.since) == ("waiting", other.id, since)
    assert (place.contact.state, place.contact.agent_id) == ("waiting", None)


def test_priorities_then_strictly_first_come(app: Flask) -> None:
    queue, now = make.queue(), clock.now()
    protected = make.citizen("Jeanne", phone="+33639980001", protected=True)
    make.link(make.citizen("Paul", protected=True), make.identifier("phone", "+33639980002"), "probable")
    call("+33639980003", queue_id=queue.id, started_at=now - timedelta(hours=2))
    call("+33639980004", queue_id=queue.id, started_at=now - timedelta(hours=2), answered_at=now)
    call("+33639980005", started_at=now - timedelta(hours=2))  # hung up in the menu
    contacts = {
        "first": call("+33639980004"),
        "guessed": call("+33639980002"),
        "menu": call("+33639980005"),
        "repeated": call("+33639980003"),
        "protected": call("+33639980001"),
        "said": call(citizen_id=protected.id, certainty="confirmed"),
        "distress": call(step=DISTRESS),
    }
    stood = {name: places.stand_in_line(contact, queue) for name, contact in contacts.items()}
    assert {name: place.priority for name, place in stood.items()} == {
        "first": ORDINARY,
        "guessed": ORDINARY,
        "menu": ORDINARY,
        "repeated": REPEATED,
        "protected": PROTECTED,
        "said": PROTECTED,
        "distress": CRISIS,
    }
    expected = ["distress", "protected", "said", "repeated", "first", "guessed", "menu"]
    ranks = {name: places.position(place) for name, place in stood.items()}
    assert sorted(ranks, key=lambda name: ranks[name]) == expected
    assert order(queue, 7) == [contacts[name].id for name in expected]


def test_nobody_waits_for_ever_behind_the_favoured(app: Flask) -> None:
    queue, now = make.queue(long_wait_s=600), clock.now()
    ordinary = [places.stand_in_line(call(), queue) for _ in range(2)]
    favoured = places.stand_in_line(call(), queue, priority=PROTECTED)
    crisis = places.stand_in_line(call(), queue, priority=CRISIS)
    assert places.position(ordinary[0]) == 3
    ordinary[0].since = now - timedelta(minutes=11)
    db.session.flush()
    assert [places.position(one) for one in (crisis, ordinary[0], favoured, ordinary[1])] == [1, 2, 3, 4]
    ordinary[0].since = now - timedelta(minutes=21)
    db.session.flush()
    assert [places.position(one) for one in (ordinary[0], crisis)] == [1, 2]
    stood = (ordinary[0], crisis, favoured, ordinary[1])
    assert order(queue, 4) == [place.contact_id for place in stood]


def test_accessibility_is_a_need(app: Flask) -> None:
    from portal.citizens.keeping import raise_flag

    person = make.citizen("Jeanne", phone="+33639980001")
    raise_flag(person, "deaf_relay", note="", ends_on=None, by=make.staff().actor)
    place = places.stand_in_line(call("+33639980001", language="en"), make.queue(), needs=("subject:paie",))
    assert place.needs == ["access:relay", "language:en", "subject:paie"]


def test_the_wait_is_told_from_who_comes_before_and_who_is_on_duty(app: Flask) -> None:
    queue, other = make.queue(handling_s=240), make.queue("autre", handling_s=600)
    stood = [places.stand_in_line(call(), queue) for _ in range(3)]
    elsewhere = places.stand_in_line(call(), other)
    assert places.expected_wait_s(stood[2]) is None
    for serves in ((queue,), (queue, other)):
        make.serving(*serves, state="busy")
    make.serving(queue, state="break")
    assert [places.position(place) for place in stood] == [1, 2, 3]
    assert [places.expected_wait_s(place) for place in stood] == [120, 240, 360]
    assert places.expected_wait_s(elsewhere) == 600 + 3 * 240 // 2
    elsewhere.since = clock.now() - timedelta(minutes=1)
    assert places.expected_wait_s(stood[0]) == 120 + 300
    make.serving(other, state="wrap_up")  # the other queue no longer leans on one shared agent
    assert places.expected_wait_s(stood[0]) == 120 + 150


def test_the_handling_time_is_measured_on_the_last_calls_once_they_are_enough(app: Flask) -> None:
    queue, now = make.queue(handling_s=300, wrap_up_s=30), clock.now()
    make.serving(queue, state="busy")
    place = places.stand_in_line(call(), queue)
    for n in range(10):
        assert places.expected_wait_s(place) == 300
        past = call(answered_at=now - timedelta(hours=n, seconds=90), ended_at=now - timedelta(hours=n))
        values = {"state": "answered", "ended_at": now - timedelta(hours=n)}
        db.session.add(
            Place(contact_id=past.id, queue_id=queue.id, organization_id=queue.organization_id, **values)
        )
    assert places.expected_wait_s(place) == 120


def test_a_call_back_keeps_its_place_and_comes_at_its_turn(app: Flask, work: Any) -> None:
    queue = make.queue()
    hidden = places.stand_in_line(call(), queue)
    assert places.ask_call_back(hidden.contact) is None
    place = places.stand_in_line(call("+33639980001"), queue)
    place.since = since = clock.now() - timedelta(minutes=10)
    for _ in range(2):
        assert places.ask_call_back(place.contact) is place
    assert (place.kind, place.state, place.since) == ("call_back", "waiting", since)
    calling.end_call(place.contact, "completed")
    offering.withdraw(place.contact, "hung_up")
    assert place.state == "waiting" and "place gardée" in place.contact.step
    place.not_before = clock.now()
    assert order(queue, 1) == [place.contact_id]
    assert [job.payload for job in db.session.scalars(db.select(Job).filter_by(kind="match"))] == [
        {"organization": queue.organization_id}
    ]


def test_who_asks_twice_to_be_called_back_is_called_once_at_the_first_place(app: Flask) -> None:
    queue, other = make.queue(), make.queue("autre")
    given_up = places.stand_in_line(call("+33639980001"), queue)
    offering.withdraw(given_up.contact, "hung_up")
    elsewhere = places.stand_in_line(call("+33639980001"), other)
    places.ask_call_back(elsewhere.contact)
    assert given_up.state == "left"
    first = places.stand_in_line(call("+33639980001"), queue)
    first.since = since = clock.now() - timedelta(minutes=10)
    places.ask_call_back(first.contact)
    again = places.stand_in_line(call("+33639980001"), queue)
    assert places.ask_call_back(again.contact) is again
    assert (again.kind, again.state, again.since) == ("call_back", "waiting", since)
    assert (first.state, first.contact.state) == ("left", "wrapped_up")
    assert "a rappelé depuis" in first.contact.note
    assert elsewhere.state == "waiting", "what they asked of others stays asked"


def test_who_is_not_reached_is_tried_again_twice_then_stands_on_the_desk(app: Flask) -> None:
    queue = make.queue()
    agent = make.serving(queue, state="busy")
    place = places.stand_in_line(call("+33639980001", ended_at=None), queue)
    places.ask_call_back(place.contact)
    for n in range(1, 4):
        assert place.state == "waiting" and place.not_before and place.not_before > clock.now()
        place.not_before = clock.now()
        presence.set_state(presence.of(agent), "available", why="test")
        (offer,) = offering.match(queue.organization_id)
        assert offering.accept(offer)
        places.try_later(place)
        assert place.attempts == n and place.contact.agent_id is None and place.contact.state == "open"
    assert place.state == "proposed" and place.contact.step == "À rappeler : 3 essais sans réponse"


def test_who_gives_up_is_proposed_once_and_no_longer_once_answered(app: Flask) -> None:
    queue = make.queue()
    first = places.stand_in_line(call("+33639980001"), queue)
    offering.withdraw(first.contact, "hung_up")
    assert first.state == "proposed" and "à rappeler" in first.contact.step
    second = places.stand_in_line(call("+33639980001"), queue)
    offering.withdraw(second.contact, "hung_up")
    assert (first.state, first.contact.disposition) == ("left", "abandoned")
    assert second.state == "proposed" and second.contact.state == "open"
    third = places.stand_in_line(call("+33639980001"), queue)
    assert third.priority == REPEATED
    make.serving(queue)
    (offer,) = offering.match(queue.organization_id)
    offering.accept(offer)
    assert (second.state, second.contact.state) == ("left", "wrapped_up")
    assert (third.state, third.contact.state) == ("answered", "in_progress")


def test_a_call_given_back_by_an_agent_is_left_as_they_wrote_it_up(app: Flask) -> None:
    queue, agent = make.queue(), make.serving(make.queue("autre"))
    gone = places.stand_in_line(call("+33639980001"), queue)
    offering.withdraw(gone.contact, "hung_up")
    answering.take(gone.contact, by=agent)
    answering.wrap_up(gone.contact, "answered", note="Rappelée", by=agent.actor)
    make.serving(queue)
    again = places.stand_in_line(call("+33639980001"), queue)
    offering.accept(offering.ringing(again.contact_id))
    assert (gone.contact.disposition, gone.contact.note) == ("answered", "Rappelée")


def test_a_hidden_number_or_one_already_to_be_called_back_is_not_proposed(app: Flask) -> None:
    queue = make.queue()
    hidden = places.stand_in_line(call(), queue)
    offering.withdraw(hidden.contact, "hung_up")
    assert (hidden.state, hidden.contact.disposition) == ("left", "abandoned")
    asked = places.stand_in_line(call("+33639980001"), queue)
    places.ask_call_back(asked.contact)
    again = places.stand_in_line(call("+33639980001"), queue)
    offering.withdraw(again.contact, "hung_up")
    assert (again.state, again.contact.disposition) == ("left", "abandoned")
    assert asked.state == "waiting"
