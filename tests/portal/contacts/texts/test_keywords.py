"""STOP, REPRISE, AIDE: read tolerant of how people type, recorded, and answered once by one of us."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.citizens import consents
from portal.citizens.models import Consent
from portal.contacts.models import Contact
from portal.contacts.texts import keywords
from portal.database import db
from portal.history import CITIZEN
from portal.lines.models import Line
from portal.telephony.models import Sender
from portal.telephony.senders import sender_for
from tests import make
from tests.network import LINE, NUMBER, Network
from tests.portal.contacts.texts.writing import has_stopped, tell


@pytest.mark.parametrize(
    ("body", "asks", "answered"),
    [
        ("STOP", "stop", True), ("stop ", "stop", True), ("Stop.", "stop", False), ("STOP SMS", "stop", False),
        ("Arrêt", "stop", False), ("ARRET!", "stop", False), ("« arrêtez »", "stop", False),
        ("désabonner", "stop", False),
        ("START", "start", True), ("Reprise", "start", False), ("HELP", "help", True), ("Aide ?", "help", False),
        ("توقف", "stop", False), ("stop it please", "", False), ("Arrêt de bus", "", False), ("", "", False),
        ("oui", "", False),
    ],
)  # fmt: skip
def test_a_word_is_read_however_it_is_typed(app: Flask, body: str, asks: str, answered: bool) -> None:
    found = keywords.read(body, sender_for(LINE))
    assert (found.asks if found else "") == asks
    if found:
        assert found.answered is answered


@pytest.mark.parametrize("body", ["STOP", "stop "])
def test_what_the_network_has_answered_gets_no_second_answer(network: Network, body: str) -> None:
    assert tell(network, body) == []
    assert has_stopped()
    assert tell(network, "START", "SM2") == []
    assert not has_stopped()


def test_the_networks_own_reading_is_believed(network: Network) -> None:
    assert tell(network, "plus rien svp", OptOutType="STOP") == []
    assert has_stopped()
    assert db.session.scalars(db.select(Consent.evidence)).all() == ["network"]
    assert tell(network, "Encore", "SM2", OptOutType="START") == []
    assert not has_stopped()
    assert tell(network, "comment faire", "SM3", OptOutType="HELP") == []


def test_a_french_word_is_recorded_and_answered_once_by_us(network: Network) -> None:
    (answer,) = tell(network, "Arrêt")
    assert "REPRISE" in answer and has_stopped()
    assert tell(network, "ARRET", "SM2") == [answer], "said again, it is not answered again"
    resumed = tell(network, "reprise", "SM3")
    assert len(resumed) == 2 and not has_stopped()


@pytest.mark.parametrize("word", ["reprise", "Reprendre", "Start."])
def test_what_the_network_blocks_no_word_of_ours_lifts_and_an_agent_is_told(
    network: Network, word: str
) -> None:
    tell(network, "STOP")
    assert tell(network, word, "SM2") == [] and has_stopped(), "an answer would be refused (21610)"
    contact = db.session.scalars(db.select(Contact).order_by(Contact.id.desc())).first()
    assert contact is not None and contact.state == "open" and "START" in contact.step
    assert tell(network, "START", "SM3") == [] and not has_stopped(), "the network answers its own word"


def test_a_number_known_to_be_blocked_by_a_refusal_is_lifted_by_the_networks_word_alone(
    network: Network,
) -> None:
    consents.stop(make.identifier("phone", NUMBER), LINE, evidence="refusal", by=CITIZEN)
    assert tell(network, "REPRISE") == [] and has_stopped()
    assert tell(network, "START", "SM2") == [] and not has_stopped()


@pytest.mark.parametrize("word", ["START", "unstop", "Reprise", "reprendre"])
def test_what_we_stopped_ourselves_is_taken_up_by_any_word_and_answered_by_us(
    network: Network, word: str
) -> None:
    """The network blocked nothing: it takes START for a text like any other, and says nothing."""
    (stopped,) = tell(network, "Arrêt")
    answers = tell(network, word, "SM2")
    assert len(answers) == 2 and "STOP" in answers[1] and not has_stopped()
    assert tell(network, word, "SM2") == answers, "told again, it is not answered again"
    assert stopped == answers[0]


def test_stopped_with_us_then_with_the_network_only_the_network_takes_it_up(network: Network) -> None:
    answers = tell(network, "Arrêt")
    assert tell(network, "STOP", "SM2") == answers
    assert db.session.scalars(db.select(Consent.evidence)).all() == ["network"]
    assert tell(network, "reprise", "SM3") == answers and has_stopped()
    assert tell(network, "START", "SM4") == answers and not has_stopped()


@pytest.mark.parametrize("word", ["REPRISE", "START"])
def test_the_networks_own_reading_of_a_french_word_lifts_what_anybody_stopped(
    network: Network, word: str
) -> None:
    answers = tell(network, "désinscription")
    assert tell(network, word, "SM2", OptOutType="START") == answers and not has_stopped()


@pytest.mark.parametrize("word", ["START", "reprise", "Reprendre"])
def test_a_short_code_is_ours_to_stop_and_to_take_up(network: Network, word: str) -> None:
    line = db.session.scalars(db.select(Line)).one()
    line.text_number = "38010"
    db.session.commit()
    at = {"To": "38010"}
    assert len(tell(network, "STOP", **at)) == 1
    assert len(tell(network, word, "SM2", **at)) == 2
    assert consents.stopped(make.identifier("phone", NUMBER), "38010") is None


@pytest.mark.parametrize("word", ["STOP", "START", "HELP"])
def test_a_word_sent_to_the_number_for_calls_has_one_answer(network: Network, word: str) -> None:
    """The network answers there, whatever number our texts leave from; it blocks only that one."""
    line = db.session.scalars(db.select(Line)).one()
    line.text_number = "38010"
    db.session.commit()
    assert tell(network, word) == []
    used = make.identifier("phone", NUMBER)
    assert (consents.stopped(used, "38010") is not None) is (word == "STOP")
    assert len(tell(network, "Reprise", "SM2", To="38010")) == 1


def test_a_sender_whose_network_does_nothing_has_us_do_it_all(network: Network) -> None:
    town = make.organization().id
    db.session.add(Sender(number=LINE, organization_id=town, kind="short_code", provider_stops=False))
    assert len(tell(network, "STOP")) == 1
    assert len(tell(network, "HELP", "SM2")) == 2
    assert has_stopped()


def test_somebody_who_writes_the_word_for_help_is_read_by_an_agent(network: Network) -> None:
    (answer,) = tell(network, "Aide")
    assert "STOP" in answer
    (contact,) = db.session.scalars(db.select(Contact)).all()
    assert contact.state == "open" and contact.step == "A écrit AIDE"


def test_a_number_thought_to_take_no_texts_is_believed_when_it_writes(network: Network) -> None:
    make.identifier("phone", NUMBER).text_error = "30006"
    assert len(tell(network, "Bonjour, une question")) == 1
    assert make.identifier("phone", NUMBER).text_error == ""


def test_yes_is_an_answer_when_nothing_was_stopped(network: Network) -> None:
    tell(network, "YES")
    (contact,) = db.session.scalars(db.select(Contact)).all()
    assert contact.state != "wrapped_up" and contact.case_id is None


@pytest.mark.parametrize(("word", "answers"), [("REPRISE", 1), ("START", 0)])
def test_to_take_up_what_was_not_stopped_is_no_matter_for_an_agent(
    network: Network, word: str, answers: int
) -> None:
    """The network answers its own word, where it had blocked something that we never heard of."""
    assert len(tell(network, word)) == answers
    (contact,) = db.session.scalars(db.select(Contact)).all()
    assert contact.state == "wrapped_up" and contact.case_id is None and not has_stopped()


def test_a_word_alone_needs_no_agent_and_leaves_its_evidence(network: Network) -> None:
    tell(network, "STOP")
    (contact,) = db.session.scalars(db.select(Contact)).all()
    assert contact.state == "wrapped_up" and contact.disposition == "no_answer_needed"
    assert db.session.scalars(db.select(Consent.sender)).all() == [LINE]


def test_stop_said_to_one_line_is_not_said_to_another(app: Flask) -> None:
    used = make.identifier("phone", NUMBER)
    consents.stop(used, LINE, evidence="word", by=CITIZEN)
    assert consents.stopped(used, LINE) and not consents.stopped(used, "+33199000099")
    consents.stop(used, consents.ANY, evidence="agent", by=CITIZEN)
    assert consents.stopped(used, "+33199000099")
    consents.resume(used, LINE, evidence="word", by=CITIZEN)
    assert not consents.stopped(used, LINE)


def test_a_text_from_a_hidden_number_is_kept_and_cannot_be_answered(network: Network) -> None:
    assert tell(network, "rappelez moi svp", From="+266696687") == []
    assert tell(network, "rappelez moi svp", From="+266696687") == []
    (contact,) = db.session.scalars(db.select(Contact)).all()
    assert contact.identifier_id is None and contact.messages[0].body == "rappelez moi svp"
