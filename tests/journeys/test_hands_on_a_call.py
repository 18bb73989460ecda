"""What is heard when a call is put through, held, consulted about, handed on, and when a telephone drops."""

from __future__ import annotations

import pytest
from flask import Flask

from simulator import Running
from tests.journeys.telephones import ANNE, BRUNO, CAF, CITIZEN, IN_LINE, Office, open_office
from tests.sending import silence
from tests.until import until


@pytest.fixture
def office(app: Flask, telephone: Running, served: str, worker: None) -> Office:
    return open_office(app, telephone)


def test_a_call_is_answered_spoken_and_over(office: Office) -> None:
    citizen, agent = office.talk()
    assert office.presence(office.anne) == "busy"
    agent.speak("Mairie, bonjour.")
    citizen.wait_to_hear("Mairie, bonjour.")
    assert not any("Benali" in words for words in agent.transcript())
    agent.hang_up()
    citizen.wait_for("over")
    until(lambda: office.contact().ended_at)
    assert office.presence(office.anne) == "wrap_up"
    until(lambda: office.legs() == {"citizen": "ended", "agent": "ended"})


def test_a_citizen_who_is_held_hears_a_sentence_then_the_agent_again(office: Office) -> None:
    citizen, agent = office.talk()
    office.act("hold")
    citizen.wait_to_hear("Merci de patienter")
    citizen.wait_to_hear("music.wav")
    agent.wait_to_hear("La personne est en attente")
    agent.speak("Personne ne doit entendre ceci.")
    office.act("resume")
    agent.wait_to_be_with(CITIZEN)
    agent.speak("Me revoilà.")
    citizen.wait_to_hear("Me revoilà.")
    assert not any("ne doit entendre" in words for words in citizen.transcript())
    agent.hang_up()
    citizen.wait_to_hear("L’appel est terminé")
    citizen.wait_for("over")
    assert office.presence(office.anne) == "wrap_up"


def test_a_colleague_is_consulted_apart_and_takes_the_call_over(office: Office) -> None:
    citizen, agent = office.talk()
    office.act("consult", f"agent:{office.bruno.id}")
    colleague = office.pick_up(BRUNO)
    agent.wait_to_be_with(BRUNO)
    agent.speak("Elle a perdu son passeport.")
    colleague.wait_to_hear("Elle a perdu son passeport.")
    office.act("complete")
    agent.wait_for("over")
    colleague.wait_to_be_with(CITIZEN)
    assert not any("passeport" in words for words in citizen.transcript())
    assert office.contact().agent_id == office.bruno.id
    assert (office.presence(office.anne), office.presence(office.bruno)) == ("wrap_up", "busy")
    citizen.hang_up()
    colleague.wait_for("over")
    until(lambda: office.presence(office.bruno) == "wrap_up")


@pytest.mark.parametrize("how", ["refuses", "machine", "hangs_up", "called_off"])
def test_who_does_not_take_part_leaves_agent_and_citizen_together(office: Office, how: str) -> None:
    citizen, agent = office.talk()
    office.act("consult", f"agent:{office.bruno.id}")
    colleague = office.phone(BRUNO)
    colleague.wait_for("ringing")
    if how == "refuses":
        colleague.refuse()
    elif how == "machine":
        with silence(office.network):
            colleague.answer(by="machine_start")
            colleague.wait_for("over")
    else:
        colleague.answer()
        colleague.press("1")
        agent.wait_to_be_with(BRUNO)
        colleague.hang_up() if how == "hangs_up" else office.act("cancel")
    agent.wait_to_be_with(CITIZEN)
    citizen.wait_to_be_with(ANNE)
    colleague.wait_for("over")
    until(lambda: office.presence(office.bruno) == "available")


def test_a_service_is_consulted_and_keeps_the_call(office: Office) -> None:
    citizen, agent = office.talk()
    office.act("consult", f"service:{office.caf.id}")
    service = office.phone(CAF)
    service.wait_for("ringing")
    service.answer()
    agent.wait_to_be_with(CAF)
    office.act("complete")
    service.wait_to_be_with(CITIZEN)
    agent.wait_for("over")
    service.hang_up()
    citizen.wait_to_hear("L’appel est terminé")
    citizen.wait_for("over")
    until(lambda: office.contact().ended_at)


def test_a_call_sent_to_another_queue_is_answered_there(office: Office) -> None:
    citizen, agent = office.talk()
    office.act("transfer", f"queue:{office.other_queue.id}")
    agent.wait_for("over")
    office.pick_up(BRUNO).wait_to_be_with(CITIZEN)
    assert office.contact().agent_id == office.bruno.id
    citizen.hang_up()


def test_a_held_call_can_be_sent_on_too(office: Office) -> None:
    citizen, agent = office.talk()
    office.act("hold")
    citizen.wait_to_hear("Merci de patienter")
    office.act("transfer", f"agent:{office.bruno.id}")
    agent.wait_for("over")
    office.pick_up(BRUNO).wait_to_be_with(CITIZEN)


@pytest.mark.parametrize("answers", [True, False])
def test_a_call_sent_on_to_a_service_is_put_through_to_its_listed_number(
    office: Office, answers: bool
) -> None:
    citizen, agent = office.talk()
    office.act("transfer", f"service:{office.caf.id}")
    agent.wait_for("over")
    citizen.wait_to_hear("Nous vous mettons en relation avec CAF")
    service = office.phone(CAF)
    service.wait_for("ringing")
    if answers:
        service.answer()
        service.wait_to_be_with(CITIZEN)
        service.hang_up()
        citizen.wait_to_hear("L’appel est terminé")
    else:
        service.refuse()
        citizen.wait_to_hear("Ce service ne répond pas")
    citizen.wait_for("over")


def test_a_telephone_that_drops_while_the_citizen_is_held_puts_them_first_in_line(office: Office) -> None:
    citizen, agent = office.talk()
    office.act("hold")
    citizen.wait_to_hear("Merci de patienter")
    agent.hang_up()
    citizen.wait_to_hear("Vous êtes de nouveau en attente, à votre place")
    assert citizen.state()["state"] == "talking"
    assert until(lambda: office.contact().state == "waiting")
    citizen.hang_up()


def test_a_citizen_who_hangs_up_while_held_is_told_to_the_agent(office: Office) -> None:
    citizen, agent = office.talk()
    office.act("hold")
    citizen.wait_to_hear("Merci de patienter")
    citizen.hang_up()
    agent.wait_to_hear("La personne a raccroché")
    agent.wait_for("over")
    assert office.presence(office.anne) == "wrap_up"


def test_an_agent_who_does_not_pick_up_is_rung_once_more_and_then_left_in_peace(office: Office) -> None:
    citizen, agent = office.call(), office.phone(ANNE)
    for _ in range(2):
        agent.wait_for("ringing")
        agent.refuse()
        agent.wait_for("over")
    citizen.wait_to_hear(IN_LINE)
    until(lambda: office.presence(office.anne) == "away")
    assert citizen.state()["state"] == "talking"


def test_a_voicemail_that_picks_up_an_agents_mobile_is_nobody(office: Office) -> None:
    citizen, agent = office.call(), office.phone(ANNE)
    agent.wait_for("ringing")
    with silence(office.network):
        agent.answer(by="machine_start")
        until(lambda: office.presence(office.anne) in ("available", "away"))
        agent.wait_for("over")
    assert office.contact().agent_id is None and citizen.state()["state"] == "talking"
