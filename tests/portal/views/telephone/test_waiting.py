"""What whoever waits in line hears, and how they leave it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock
from portal.contacts.models import Contact
from portal.database import db
from portal.desk import offering, places, presence
from portal.desk.models import Place, Queue
from portal.lines.models import Line, MenuVersion
from tests import make
from tests.network import LINE, NUMBER, Network, said, verbs

WAIT, WAITED, LEFT = (f"/telephone/voice/{name}?lang=fr" for name in ("wait", "waited", "left"))
CALL = {"CallSid": "CA1"}


@pytest.fixture
def network(app: Flask) -> Network:
    return Network(app)


@pytest.fixture
def queue(app: Flask) -> Queue:
    make.line(LINE)
    return make.queue(callback_after_s=120, handling_s=240)


def stand(queue: Queue, number: str = NUMBER, ref: str = "CA1", **values: Any) -> Place:
    used = make.identifier("phone", number).id if number else None
    return places.stand_in_line(
        make.contact(provider_ref=ref, identifier_id=used, line=LINE, **values), queue
    )


def later(**more: float) -> Any:
    return time_machine.travel(clock.now() + timedelta(**more), tick=False)


def test_the_rank_and_the_wait_are_told_in_words(network: Network, queue: Queue) -> None:
    for n in range(2):
        stand(queue, f"+3363998000{n + 5}", ref=f"CB{n}")
    stand(queue)
    for _ in range(3):
        make.serving(queue, state="busy")
    twiml = network.twiml(WAIT, **CALL)
    assert verbs(twiml) == ["Gather"]
    assert "Vous êtes la troisième personne. Temps d’attente : environ quatre minutes." in said(twiml)
    assert {one.get("language") for one in twiml.iter("Say")} == {"fr-FR"}
    english = said(network.twiml("/telephone/voice/wait?lang=en", **CALL))
    assert "You are third in line." in english and "about four minutes" in english
    assert "ثالث" in said(network.twiml("/telephone/voice/wait?lang=ar", **CALL))


def test_many_people_and_nobody_on_duty_are_told_without_a_figure_that_nobody_knows(
    network: Network, queue: Queue
) -> None:
    for n in range(14):
        stand(queue, f"+336399801{n:02d}", ref=f"CB{n}")
    stand(queue)
    words = said(network.twiml(WAIT, **CALL))
    assert "Nombre de personnes avant vous : 14." in words
    assert "Personne ne peut répondre pour l’instant" in words
    assert "Un agent va vous répondre" not in words and "vous gardez votre place" in words
    make.serving(queue, state="busy")
    assert "plus de vingt minutes" in said(network.twiml(WAIT, **CALL))


def test_whoever_waits_at_closing_time_is_told_so_and_asked_for_a_message(
    network: Network, queue: Queue
) -> None:
    line = db.session.scalars(db.select(Line)).one()
    line.schedule = {"mon": [["09:00", "17:00"]]}
    place = stand(queue)
    agent = make.serving(queue, state="busy")
    with time_machine.travel("2026-11-23T16:10:00Z", tick=False):  # ten past five in Paris
        assert "fermés" not in said(network.twiml(WAIT, **CALL)), "somebody still answers those who wait"
        presence.of(agent).state = "away"
        db.session.commit()
        twiml = network.twiml(WAIT, **CALL)
        assert verbs(twiml) == ["Gather", "Redirect"]
        words = said(twiml)
        assert "fermés" in words and "tapez 1" in words and "tapez 2" in words
        assert "closed" in said(network.twiml("/telephone/voice/wait?lang=en", **CALL))
        assert verbs(network.twiml(WAITED, Digits="9", **CALL)) == ["Redirect"]
        assert verbs(network.twiml(twiml.find("Redirect").text, **CALL)) == ["Leave"]
    db.session.refresh(place)
    assert (place.state, place.left) == ("left", "voicemail")
    assert "Record" in verbs(network.twiml(LEFT, QueueResult="leave", **CALL))


def test_a_line_that_takes_no_message_asks_for_none_at_closing_time(network: Network, queue: Queue) -> None:
    line = db.session.scalars(db.select(Line)).one()
    line.schedule, line.takes_messages = {"mon": [["09:00", "17:00"]]}, False
    place = stand(queue)
    with time_machine.travel("2026-11-23T15:50:00Z", tick=False):  # ten to five in Paris
        assert "tapez 2" in said(network.twiml(WAIT, **CALL))
    with time_machine.travel("2026-11-23T16:10:00Z", tick=False):
        twiml = network.twiml(WAIT, **CALL)
        assert verbs(twiml) == ["Gather", "Hangup"]
        assert "fermés" in said(twiml) and "tapez 1" in said(twiml) and "tapez 2" not in said(twiml)
        asked = twiml.find("Gather").attrib["action"]
        assert verbs(network.twiml(asked, Digits="2", **CALL)) == ["Redirect"]
        assert verbs(network.twiml(LEFT, QueueResult="hangup", **CALL)) == []
    db.session.refresh(place)
    assert (place.state, place.left) == ("proposed", "hung_up")


def test_a_wait_never_grows_without_a_word_that_it_does(network: Network, queue: Queue) -> None:
    place = stand(queue)
    for _ in range(2):
        make.serving(queue, state="busy")
    assert "Temps d’attente : environ deux minutes" in said(network.twiml(WAIT, **CALL))
    queue.handling_s = 300  # a little longer: what was told still holds, give or take a minute
    assert "Temps d’attente : environ deux minutes" in said(network.twiml(WAIT, **CALL))
    queue.handling_s = 900
    assert "plus longue qu’annoncé : encore environ huit minutes" in said(network.twiml(WAIT, **CALL))
    assert "Temps d’attente : environ huit minutes" in said(network.twiml(WAIT, **CALL))
    with later(minutes=2):  # as long as before, two minutes later
        assert "plus longue qu’annoncé : encore environ huit minutes" in said(network.twiml(WAIT, **CALL))
    queue.handling_s = 240
    assert "Temps d’attente : environ deux minutes" in said(network.twiml(WAIT, **CALL))
    assert places.of(place.contact_id).announced_s == 120


def test_who_is_overtaken_by_somebody_more_urgent_is_told(network: Network, queue: Queue) -> None:
    stand(queue)
    assert "prochaine personne" in said(network.twiml(WAIT, **CALL))
    places.stand_in_line(make.contact(provider_ref="CB1"), queue, priority=10)
    words = said(network.twiml(WAIT, **CALL))
    assert "Un appel plus urgent est passé avant le vôtre. Vous êtes la deuxième personne." in words
    assert "plus urgent" not in said(network.twiml(WAIT, **CALL))


def test_the_music_is_the_one_configured_or_ours(network: Network, queue: Queue) -> None:
    stand(queue)
    assert network.twiml(WAIT, **CALL).findtext("Gather/Play") == "/telephone/music.wav"
    line = db.session.scalars(db.select(make.Line)).one()
    line.texts = {**line.texts, "hold_music": {"fr": "https://ville.example/attente.mp3"}}
    twiml = network.twiml(WAIT, **CALL)
    assert twiml.findtext("Gather/Play") == "https://ville.example/attente.mp3"
    line.texts = {**line.texts, "hold_music": {"fr": "file:///etc/passwd"}}
    assert network.twiml(WAIT, **CALL).findtext("Gather/Play") == "/telephone/music.wav"


def test_key_1_hangs_up_and_keeps_the_place(network: Network, queue: Queue) -> None:
    make.serving(queue, state="busy")
    place = stand(queue)
    queue.handling_s = 60
    assert "tapez 1" not in said(network.twiml(WAIT, **CALL))
    since = place.since
    with later(minutes=3):
        assert "Pour être rappelé sans perdre votre place, tapez 1." in said(network.twiml(WAIT, **CALL))
        for _ in range(2):
            assert verbs(network.twiml(WAITED, Digits="1", **CALL)) == ["Leave"]
        for _ in range(2):
            twiml = network.twiml(LEFT, QueueResult="leave", QueueTime="180", **CALL)
            assert verbs(twiml) == ["Say", "Hangup"]
        assert f"se termine par {NUMBER[-2]} {NUMBER[-1]}." in said(twiml)
        assert "Ce sera dans environ une minute. Vous gardez votre place" in said(twiml)
        network.post("/telephone/status/call", CallStatus="completed", SequenceNumber="3", **CALL)
    place = places.of(place.contact_id)
    assert (place.kind, place.state, place.since) == ("call_back", "waiting", since)
    assert place.contact.state == "open" and place.contact.ended_at


def test_a_hidden_number_is_offered_a_message_instead(network: Network, queue: Queue) -> None:
    place = stand(queue, "", ref="CA1")
    words = said(network.twiml(WAIT, **CALL))
    assert "tapez 1" not in words and "nous ne pouvons pas vous rappeler" in words
    assert verbs(network.twiml(WAITED, Digits="1", **CALL)) == ["Redirect"]
    assert verbs(network.twiml(WAITED, Digits="2", **CALL)) == ["Leave"]
    assert "Record" in verbs(network.twiml(LEFT, QueueResult="leave", **CALL))
    assert places.of(place.contact_id).state == "left"


def test_a_number_that_would_cost_dear_is_not_called_back(network: Network, queue: Queue) -> None:
    stand(queue, "+882160000000")
    assert "tapez 1" not in said(network.twiml(WAIT, **CALL))
    assert verbs(network.twiml(WAITED, Digits="1", **CALL)) == ["Redirect"]


def test_while_an_agents_telephone_rings_no_key_leaves_the_line(network: Network, queue: Queue) -> None:
    make.serving(queue)
    place = stand(queue)
    assert place.state == "offered"
    assert "Un agent va vous répondre" in said(network.twiml(WAIT, **CALL))
    for key in ("1", "2", "9"):
        assert verbs(network.twiml(WAITED, Digits=key, **CALL)) == ["Redirect"]
    assert offering.ringing(place.contact_id)


@pytest.mark.parametrize("result", ["bridged", "redirected", "redirected-from-bridged", "new-one"])
def test_a_call_that_went_on_elsewhere_is_left_as_it_is(network: Network, queue: Queue, result: str) -> None:
    place = stand(queue)
    assert verbs(network.twiml(LEFT, QueueResult=result, **CALL)) == []
    assert places.of(place.contact_id).state == "waiting"


@pytest.mark.parametrize("result", ["queue-full", "error", "system-error"])
def test_a_caller_whom_the_network_could_not_keep_leaves_a_message(
    network: Network, queue: Queue, result: str
) -> None:
    place = stand(queue)
    assert "Record" in verbs(network.twiml(LEFT, QueueResult=result, **CALL))
    assert places.of(place.contact_id).state == "left"


def test_who_hangs_up_is_proposed_to_be_called_back_once(network: Network, queue: Queue) -> None:
    place = stand(queue)
    for _ in range(5):
        assert verbs(network.twiml(LEFT, QueueResult="hangup", QueueTime="40", **CALL)) == []
    contact = db.session.get_one(Contact, place.contact_id)
    assert contact.ended_at and contact.state == "open" and "à rappeler" in contact.step
    assert places.of(contact.id).state == "proposed"


def test_who_went_to_leave_a_message_and_left_none_is_proposed_too(network: Network, queue: Queue) -> None:
    place = stand(queue)
    network.twiml(WAITED, Digits="2", **CALL)
    network.twiml(LEFT, QueueResult="leave", **CALL)
    network.twiml(LEFT, QueueResult="hangup", **CALL)
    assert places.of(place.contact_id).state == "proposed"


def test_a_call_we_never_heard_of_still_hears_something(network: Network, queue: Queue) -> None:
    assert "Un agent va vous répondre" in said(network.twiml(WAIT, CallSid="CA9"))
    assert verbs(network.twiml(WAITED, CallSid="CA9", Digits="1")) == ["Redirect"]
    assert verbs(network.twiml(WAITED, CallSid="CA9", Digits="2")) == ["Leave"]
    assert "Record" in verbs(network.twiml(LEFT, CallSid="CA9", QueueResult="leave"))
    assert verbs(network.twiml(LEFT, CallSid="CA9", QueueResult="hangup")) == []


def test_a_menu_that_is_a_queue_rings_an_agent_at_once(network: Network, queue: Queue) -> None:
    line = db.session.scalars(db.select(make.Line)).one()
    tree = {"do": "queue", "queue": queue.slug, "topic": "", "says": {}}
    db.session.add(MenuVersion(line_id=line.id, number=1, state="published", tree=tree))
    agent = make.serving(queue)
    twiml = network.twiml("/telephone/voice", **CALL)
    offer = offering.live_for(agent.id)
    assert offer is not None and twiml.findtext("Dial/Number") == agent.phone
    assert f"offer={offer.id}" in (twiml.find("Dial/Number").get("url") or "")
