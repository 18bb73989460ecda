"""Calls that come in, agents who become free and callers who hang up, all at once, each on a connection of their own.

Nothing is offered twice, and nobody is forgotten: a call and an agent that come at the same instant find each other.
"""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, Event

import pytest
from flask import Flask

from portal import clock
from portal.contacts.calls.calling import end_call
from portal.contacts.models import Contact
from portal.database import brief_read, db, locked
from portal.desk import offering, places, presence
from portal.desk.holding import hold_desk
from portal.desk.models import Offer, Place, Presence, Queue
from portal.errors import Refused
from portal.history import Event as Said
from portal.staff.models import Staff
from tests import make
from tests.until import until, waits_for_a_lock

AGENTS, DOORS, CALLS, LIMIT_S = 4, 2, 60, 180
GIVES_UP = 6  # one caller in so many
BREATH_S = 0.01
CLICK_S = 0.05


def hold(contact_id: int) -> Contact:
    return db.session.scalars(locked(db.select(Contact).filter_by(id=contact_id))).one()


def come_in(app: Flask, queue_ids: list[int], contact_ids: list[int], ready: Barrier) -> None:
    """The network's door: calls come in; each is told twice."""
    with app.app_context():
        ready.wait(LIMIT_S)
        for n, contact_id in enumerate(contact_ids):
            for _ in range(2):
                queue = db.session.get_one(Queue, queue_ids[n % len(queue_ids)])
                places.stand_in_line(hold(contact_id), queue)
                db.session.commit()


def hang_up(app: Flask, contact_ids: list[int], over: Event, ready: Barrier) -> None:
    """Callers who lose patience as soon as they are in line."""
    with app.app_context():
        ready.wait(LIMIT_S)
        for contact_id in contact_ids:
            while not _stands(contact_id):
                time.sleep(BREATH_S)
                if over.is_set():
                    return
            contact = hold(contact_id)
            end_call(contact, "completed")
            offering.withdraw(contact, "hung_up")
            db.session.commit()


def answer(app: Flask, agent_id: int, over: Event, ready: Barrier) -> None:
    """An agent: picks up, now and then does not, speaks, writes up, and is available again."""
    with app.app_context():
        agent = db.session.get_one(Staff, agent_id)
        db.session.commit()
        ready.wait(LIMIT_S)
        turn = 0
        while not over.is_set():
            if presence.of(agent).state == "away":
                with suppress(Refused):  # the console was quicker
                    presence.choose(agent, "available")
            db.session.commit()
            with brief_read() as session:
                offer_id = session.scalar(db.select(Offer.id).filter_by(live_staff_id=agent_id))
            if offer_id is None:
                time.sleep(BREATH_S)
                continue
            turn += 1
            _take_turn(agent, offer_id, misses=turn % 4 == 0)


def click(app: Flask, agent_ids: list[int], over: Event, ready: Barrier) -> None:
    """Agents' consoles: each takes a break now and then, be it at the instant that the telephone is picked up."""
    with app.app_context():
        agents = [db.session.get_one(Staff, one) for one in agent_ids]
        db.session.commit()
        ready.wait(LIMIT_S)
        while not over.is_set():
            for agent in agents:
                for state in ("break", "available"):
                    over.wait(CLICK_S)
                    with suppress(Refused):  # they are speaking with somebody
                        presence.choose(agent, state)
                    db.session.commit()


def _take_turn(agent: Staff, offer_id: int, *, misses: bool) -> None:
    offer = offering.hold_offer(offer_id)
    assert offer is not None
    if misses:
        offering.miss(offer)
        db.session.commit()
        return
    accepted = offering.accept(offer)
    db.session.commit()
    if accepted:
        presence.begin_wrap_up(agent.id, offer.place.queue, offer.contact)
        db.session.commit()
        presence.end_wrap_up(agent.id)
        db.session.commit()


def _stands(contact_id: int) -> bool:
    with brief_read() as session:
        return session.scalar(db.select(Place.id).filter_by(contact_id=contact_id)) is not None


def settled() -> bool:
    with brief_read() as session:
        states = Counter(session.scalars(db.select(Place.state)))
    return sum(states.values()) == CALLS and not states["waiting"] and not states["offered"]


@pytest.mark.slow
def test_no_call_is_had_by_two_agents_and_none_is_forgotten(app: Flask) -> None:
    queues = [make.queue("une"), make.queue("deux")]
    agents = [make.serving(*queues, state="away") for _ in range(AGENTS)]
    calls = [make.contact(provider_ref=f"CA{n}") for n in range(CALLS)]
    ids, queue_ids, agent_ids = (
        [one.id for one in calls],
        [one.id for one in queues],
        [one.id for one in agents],
    )
    db.session.commit()
    consoles = db.engine.dialect.name == "postgresql"  # on SQLite whoever writes is alone, and nothing races
    over, ready = Event(), Barrier(AGENTS + DOORS + 1 + consoles)
    with ThreadPoolExecutor(AGENTS + DOORS + 2) as racing:
        try:
            desks = [racing.submit(answer, app, one, over, ready) for one in agent_ids]
            if consoles:
                desks.append(racing.submit(click, app, agent_ids, over, ready))
            told = [racing.submit(come_in, app, queue_ids, ids[n::DOORS], ready) for n in range(DOORS)]
            told.append(racing.submit(hang_up, app, ids[::GIVES_UP], over, ready))
            for one in told:
                one.result(LIMIT_S)
            limit = time.monotonic() + LIMIT_S
            while not settled() and time.monotonic() < limit:
                time.sleep(BREATH_S)
        finally:
            over.set()
        for one in desks:
            one.result(LIMIT_S)
    _check(ids)


def _check(ids: list[int]) -> None:
    db.session.expire_all()
    assert not Counter(db.session.scalars(db.select(Place.state))).keys() & {"waiting", "offered"}
    taken = Counter(db.session.scalars(db.select(Said.subject_id).filter_by(verb="contact.taken")))
    assert set(taken.values()) == {1}, "one agent a call"
    answered = set(db.session.scalars(db.select(Place.contact_id).filter_by(state="answered")))
    assert answered == set(taken) and len(answered) >= CALLS - CALLS // GIVES_UP
    accepted = list(db.session.scalars(db.select(Offer.contact_id).filter_by(state="accepted")))
    assert sorted(accepted) == sorted(answered)
    assert (
        db.session.scalar(db.select(db.func.count(Offer.id)).where(Offer.live_contact_id.is_not(None))) == 0
    )
    assert {one.state for one in db.session.scalars(db.select(Presence))} <= {"available", "away", "break"}
    assert all(
        offer.closed_at and offer.closed_at <= clock.now() for offer in db.session.scalars(db.select(Offer))
    )


def ask_for_offer_then_desk(app: Flask, offer_id: int) -> str:
    with app.app_context():
        offer = offering.hold_offer(offer_id)
        assert offer is not None
        hold_desk(offer.place.organization_id)
        db.session.commit()
        return offer.place.state


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_place_that_comes_to_wait_while_its_offer_is_asked_for_is_held_after_the_desk(app: Flask) -> None:
    queue = make.queue()
    agent = make.serving(queue)
    place = places.stand_in_line(make.contact(), queue)
    db.session.commit()
    offer = offering.live_for(agent.id)
    assert offer is not None
    with ThreadPoolExecutor(1) as pool:
        contact = hold(place.contact_id)
        asking = pool.submit(ask_for_offer_then_desk, app, offer.id)
        until(waits_for_a_lock, "who asks for the offer")
        presence.leave(agent)
        db.session.commit()
        assert asking.result(LIMIT_S) == "waiting" and contact.id == place.contact_id
