"""Twenty callers and five agents, and two agents for one call: each answered once, in order, and nobody left over."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest
from flask import Flask

from portal.contacts.models import Contact
from portal.desk.models import Offer, Place
from portal.staff.models import Staff
from simulator import Handset
from tests.faults.stage import FIRST, SECOND, Stage
from tests.network import LINE

pytestmark = pytest.mark.slow
CALLERS, AGENTS = 20, 5


def test_two_agents_and_one_call_it_rings_at_one_of_them(stage: Stage) -> None:
    first, second = stage.agent(FIRST, "break"), stage.agent(SECOND, "break")
    caller = stage.call()
    stage.until(lambda: caller.state()["call"]["queue"], "in line")

    def choose(agent: Staff) -> None:
        with stage.app.app_context():
            stage.chooses(agent, "available")

    with ThreadPoolExecutor(2) as both:
        list(both.map(choose, (first, second)))
    (offer,) = stage.until(lambda: stage.read(Offer), "an offer")
    rung, other = (FIRST, SECOND) if offer.staff_id == first.id else (SECOND, FIRST)
    stage.picks_up(rung)
    caller.wait_to_be_with(rung)
    assert stage.phone(other).state()["state"] == "idle"
    caller.hang_up()
    stage.check()
    assert len(stage.read(Offer)) == 1 and stage.calls().count((LINE, other)) == 0


def test_twenty_callers_and_five_agents_strictly_in_order_and_each_once(app: Flask, stage: Stage) -> None:
    """Callers come from several sides at once; each agent picks up, says a word, and takes the next."""
    stage.queue.wrap_up_s = 0
    network = stage.network.network
    network.settings = replace(network.settings, patience=5, hold_s=5)  # who waits is told it less often
    agents = [stage.agent(f"+3319900010{n}", "break") for n in range(AGENTS)]
    numbers = [f"+33639981{n:03d}" for n in range(CALLERS)]

    def come(number: str) -> None:
        phone = stage.call(number)
        phone.wait_until(lambda now: now["call"] and now["call"]["queue"], 60, "being in line")

    with ThreadPoolExecutor(4) as several:
        list(several.map(come, numbers))
    over = threading.Event()
    desks = [threading.Thread(target=_answer, args=(stage, agent, over)) for agent in agents]
    for agent in agents:
        stage.chooses(agent, "available")
    for desk in desks:
        desk.start()
    try:
        stage.until(lambda: not stage.read(Contact, ended_at=None), "everybody was answered", 600)
    finally:
        over.set()
        for desk in desks:
            desk.join()
    stage.check()
    accepted = [offer for offer in stage.read(Offer) if offer.state == "accepted"]
    assert sorted(offer.contact_id for offer in accepted) == sorted(c.id for c in stage.read(Contact))
    since = {place.contact_id: place.since for place in stage.read(Place)}
    first_offers = {offer.contact_id: offer for offer in reversed(stage.read(Offer))}
    rung = sorted(first_offers.values(), key=lambda offer: offer.id)
    assert all(since[one.contact_id] <= since[two.contact_id] for one, two in pairwise(rung))
    stage.until(lambda: {stage.presence(agent) for agent in agents} == {"available"}, "all free again")


def _answer(stage: Stage, agent: Staff, over: threading.Event) -> None:
    phone = stage.phone(agent.phone)
    now = phone.state()
    while not over.is_set():
        if now["state"] == "ringing":
            with suppress(AssertionError, ValueError):  # the other end was quicker: the next one
                _talk(phone)
        now = phone.state(now["stamp"], 1)


def _talk(phone: Handset) -> None:
    phone.answer()
    phone.press("1")
    phone.wait_until(lambda now: now["call"] and now["call"]["with_whom"], 60, "the caller")
    phone.hang_up()
