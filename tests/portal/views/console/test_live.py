"""The strip on every page of the console: presence, what rings and what may be said of who it is, the wrap-up."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock, newsroom
from portal.cases.opening import open_case
from portal.citizens.models import Citizen, Flag
from portal.citizens.sighting import note
from portal.contacts.models import Contact
from portal.contacts.recording import add_message
from portal.database import db
from portal.desk import offering, places, presence
from portal.desk.models import Queue, queue_agents
from portal.history import Reading
from portal.news import tell
from portal.staff.models import Staff
from portal.views.console.contact.answers import question_of
from portal.views.news import MOST_LISTS, NewsDoor
from tests import make
from tests.signing import send, signed_in, token
from tests.until import until

NUMBER = "+33639980001"
FRAGMENT = {"Sec-Fetch-Mode": "cors"}


@pytest.fixture
def queue(app: Flask) -> Queue:
    return make.queue("accueil", name="Accueil")


@pytest.fixture
def agent(queue: Queue, client: Any) -> Staff:
    """Somebody at their desk, available, who answers the queue."""
    person = make.staff(phone="+33199000021")
    db.session.execute(db.insert(queue_agents).values(queue_id=queue.id, staff_id=person.id))
    signed_in(client, person)
    presence.choose(person, "available")
    return person


def call(queue: Queue, number: str = NUMBER, **values: Any) -> Contact:
    used = make.identifier("phone", number) if number else None
    contact = make.contact(identifier_id=used.id if used else None, **values)
    places.stand_in_line(contact, queue)
    return contact


def aicha(**values: Any) -> Citizen:
    """Somebody with a matter, a past and something to know."""
    person = make.citizen("Aïcha Benali", phone=NUMBER, **values)
    past = make.contact("web", citizen_id=person.id, certainty="confirmed", subject="Dossier de logement")
    open_case(past, by=make.staff().actor)
    db.session.add(Flag(citizen_id=person.id, kind="interpreter"))
    return person


def test_every_page_says_who_is_calling_and_what_came_before(client: Any, agent: Staff, queue: Queue) -> None:
    person = aicha()
    call(queue)
    for page in ("/console/", "/console/citizens", "/console/search", "/console/now"):
        answer = client.get(page)
        shown = answer.text
        answer.close()  # as a server does once it is sent
        for words in (
            "Appel pour vous",
            "Aïcha Benali",
            "Dossier de logement",
            "interprète",
            "06 39 98 00 01",
        ):
            assert words in shown, (page, words)
    readings = list(db.session.scalars(db.select(Reading.citizen_id)))
    assert readings == [person.id]


def test_an_unknown_number_is_shown_once_with_what_was_chosen_in_the_menu(
    client: Any, agent: Staff, queue: Queue
) -> None:
    call(queue, subject="Rue et déchets › Facture d’eau")
    shown = client.get("/console/now").text
    strip = shown[shown.index('class="ringing-who"') : shown.index('class="ringing-acts"')]
    assert "Rue et déchets › Facture d’eau" in strip and strip.count("06 39 98 00 01") == 1
    assert "pour répondre" in shown


def test_of_a_shared_number_nothing_of_the_household_is_shown(
    client: Any, agent: Staff, queue: Queue
) -> None:
    aicha()
    make.link(make.citizen("Paul Benali"), make.identifier("phone", NUMBER))
    call(queue)
    shown = client.get("/console/now").text
    assert "plusieurs personnes possibles" in shown and "2 personnes : demandez qui parle" in shown
    for words in ("Benali", "logement", "interprète"):
        assert words not in shown
    assert list(db.session.scalars(db.select(Reading))) == []


def test_a_guess_is_shown_as_one_with_its_reason_and_nothing_of_the_file(
    client: Any, agent: Staff, queue: Queue
) -> None:
    person = make.citizen("Aïcha Benali")
    past = make.contact("web", citizen_id=person.id, certainty="confirmed", subject="Dossier de logement")
    open_case(past, by=agent.actor)
    note("Mon numéro : 06 39 98 00 01", person, written_on=clock.local_day())
    contact = call(queue)
    shown = client.get("/console/now").text
    assert "peut-être <bdi>Aïcha Benali" in shown and "vu dans un message du" in shown
    assert "logement" not in shown and contact.citizen_id is None
    assert "Peut-être <bdi>Aïcha Benali" in client.get("/console/waiting").text


@pytest.mark.parametrize(("number", "said"), [("", "numéro masqué"), (NUMBER, "06 39 98 00 01")])
def test_a_hidden_or_unknown_number_says_so(
    client: Any, agent: Staff, queue: Queue, number: str, said: str
) -> None:
    call(queue, number)
    assert said in client.get("/console/now").text


def test_a_protected_person_is_not_named(client: Any, agent: Staff, queue: Queue) -> None:
    aicha(protected=True)
    call(queue)
    shown = client.get("/console/now").text
    assert "Personne protégée" in shown
    for words in ("Aïcha", "logement", "interprète"):
        assert words not in shown


def test_nobody_else_sees_what_rings_here(app: Flask, client: Any, agent: Staff, queue: Queue) -> None:
    aicha()
    call(queue)
    other = signed_in(app.test_client(), make.staff())
    assert "Appel pour vous" not in other.get("/console/now").text
    assert f"sonne chez {agent.name}" in other.get("/console/waiting").text


def test_an_offer_is_refused_and_the_agent_is_on_a_break(client: Any, agent: Staff, queue: Queue) -> None:
    call(queue)
    answer = send(client, "/console/presence", {"state": "break"})
    assert answer.status_code == 302
    assert offering.live_for(agent.id) is None and presence.of(agent).state == "break"
    assert "Appel pour vous" not in client.get("/console/now").text


def test_presence_is_chosen_in_place_or_with_a_page(client: Any, agent: Staff) -> None:
    typed = {"csrf_token": token(client), "state": "away", "back": "/console/search"}
    answer = client.post("/console/presence", data=typed)
    assert answer.location == "/console/search"
    typed = {**typed, "state": "available", "back": "https://ailleurs.example/"}
    assert client.post("/console/presence", data=typed).location == "/console/"
    answer = client.post("/console/presence", data={**typed, "state": "break"}, headers=FRAGMENT)
    assert answer.status_code == 200 and "En pause" in answer.text and "<html" not in answer.text
    answer = client.post("/console/presence", data={**typed, "state": "asleep"}, headers=FRAGMENT)
    assert answer.status_code == 422 and "Choisissez" in answer.text


def test_the_wrap_up_counts_down_is_prolonged_and_ended(client: Any, agent: Staff, queue: Queue) -> None:
    contact = call(queue)
    live = offering.live_for(agent.id)
    assert live is not None
    held = offering.hold_offer(live.id)
    assert held is not None and offering.accept(held)
    assert f"/console/contacts/{contact.id}" in client.get("/console/now").text
    presence.begin_wrap_up(agent.id, queue, contact)
    shown = client.get("/console/now").text
    assert 'data-left="60"' in shown or 'data-left="59"' in shown
    send(client, "/console/wrap-up-time")
    until = presence.of(agent).until
    assert until is not None and until > clock.now() + timedelta(seconds=100)
    send(client, "/console/wrap-up-over")
    assert presence.of(agent).state == "available"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("no-answer", "deux appels de suite n’ont pas été décrochés"),
        ("busy", "occupé"),
        ("failed", "n’ont pas atteint votre téléphone"),
    ],
)
def test_who_was_sent_away_by_missed_calls_is_told_why(
    client: Any, agent: Staff, queue: Queue, how: str, said: str
) -> None:
    call(queue)
    for _ in range(presence.MOST_MISSED):
        live = offering.live_for(agent.id)
        assert live is not None
        held = offering.hold_offer(live.id)
        assert held is not None
        offering.miss(held, how)
    shown = client.get("/console/now").text
    assert said in shown and "Disponible" in shown


def test_the_desk_says_how_each_queue_does(client: Any, agent: Staff, queue: Queue) -> None:
    assert "1 libre sur 1, attente nulle" in client.get("/console/").text
    call(queue)
    call(queue, "+33639980002")
    assert "2 au téléphone" in client.get("/console/").text


def test_a_list_is_drawn_once_for_all_desks_until_there_is_news(
    app: Flask, client: Any, agent: Staff, queue: Queue
) -> None:
    make.contact("web", subject="Cantine")
    assert "Cantine" in client.get("/console/waiting").text
    time.sleep(3 * newsroom.LOOK_S)  # what the fixtures told is heard
    assert "Cantine" in client.get("/console/waiting").text
    colleague = signed_in(app.test_client(), make.staff())
    make.contact("web", subject="Crèche")  # written without a word to anybody
    assert "Crèche" not in colleague.get("/console/waiting").text
    assert "Crèche" in colleague.get("/console/").text
    reader = signed_in(app.test_client(), make.staff(may_open_protected=True))
    # whoever may read more names has a list of their own
    assert "Crèche" in reader.get("/console/waiting").text
    tell(f"desk:{agent.organization_id}")
    until(lambda: "Crèche" in client.get("/console/waiting").text)
    elsewhere = signed_in(app.test_client(), make.staff(of=make.organization("departement")))
    assert "Cantine" not in elsewhere.get("/console/waiting").text


def test_lists_never_take_all_the_threads(app: Flask, agent: Staff) -> None:
    door: NewsDoor = app.extensions["news"]
    for _ in range(MOST_LISTS):
        assert door._lists.acquire(blocking=False)
    client = app.test_client()
    assert client.get("/console/waiting").status_code == 503
    assert client.get("/fr/accessibility").status_code == 200
    for _ in range(MOST_LISTS):
        door._lists.release()
    assert client.get("/console/waiting", headers=FRAGMENT).status_code == 401


def test_who_gave_no_sign_of_life_for_long_is_asked_for_one(client: Any, agent: Staff) -> None:
    assert "Je suis là" not in client.get("/console/now").text
    with time_machine.travel(clock.now() + timedelta(minutes=50)):
        shown = client.get("/console/now", headers=FRAGMENT)
        assert "votre session se termine dans 10 min" in shown.text
        send(client, "/console/presence", {"state": "available"})
        assert "Je suis là" not in client.get("/console/now").text


def test_a_page_that_asks_by_itself_is_no_sign_of_life(app: Flask, client: Any, agent: Staff) -> None:
    assert client.get("/console/now", headers=FRAGMENT).status_code == 200
    assert app.test_client().get("/console/now", headers=FRAGMENT).status_code == 401
    editor = signed_in(app.test_client(), make.staff("editor"))
    assert editor.get("/console/now").status_code == 403


def test_who_asked_for_a_person_is_not_answered_by_the_words_of_the_menu(
    client: Any, agent: Staff, queue: Queue
) -> None:
    menu = {
        "provider_ref": "CA1",
        "subject": "Parler à quelqu’un",
        "state": "in_progress",
        "agent_id": agent.id,
    }
    contact = make.contact(**menu)
    assert question_of(contact) == ""
    assert "Écrivez quelques mots de la question" in client.get(f"/console/contacts/{contact.id}").text
    contact.topic_id = make.topic().id
    assert question_of(contact) == "Parler à quelqu’un"


def test_why_we_wrote_first_is_no_question_of_theirs(agent: Staff) -> None:
    contact = make.contact("text", direction="out", subject="Rappel", state="in_progress", agent_id=agent.id)
    assert question_of(contact) == ""
    add_message(contact, "Où est la crèche ?")
    assert question_of(contact) == "Où est la crèche ?"
