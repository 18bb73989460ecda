"""The telephone doors: signed, said once however often told, never an error for what the network may send."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from flask import Flask

from portal.articles import index
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.jobs import Job
from portal.telephony.models import NetworkEvent
from tests import make
from tests.network import LINE, Network, said, verbs
from tests.portal.referrals import cast

OPENING = {"mon": [["08:00", "18:00"]]}


@pytest.fixture
def network(app: Flask) -> Network:
    return Network(app)


@pytest.fixture
def town(app: Flask) -> Any:
    make.queue("etat-civil"), make.topic("etat-civil")
    line = make.line(LINE)
    papers = make.queue_step("etat-civil", "etat-civil")
    here = make.choice("0", make.queue_step("etat-civil"))
    tree = {"do": "choose", "says": {}, "choices": [make.choice("1", papers), here]}
    make.published(line, tree)
    db.session.commit()
    return line


def contacts() -> list[Contact]:
    db.session.expire_all()
    return list(db.session.scalars(db.select(Contact).order_by(Contact.id)))


@pytest.mark.parametrize("signature", ["", "AAAA", "é"])
@pytest.mark.parametrize(
    "path",
    [
        "/telephone/voice",
        "/telephone/voice/menu",
        "/telephone/text",
        "/telephone/status/message",
        "/telephone/status/call",
    ],
)
def test_a_request_that_the_network_did_not_sign_is_forbidden(
    network: Network, path: str, signature: str
) -> None:
    answer = network.post(
        path, signature=signature.encode().decode("latin-1"), CallSid="CA1", MessageSid="SM1", Body="x"
    )
    assert answer.status_code == 403
    assert network.client.post(path).status_code == 403
    assert db.session.scalar(db.select(db.func.count()).select_from(NetworkEvent)) == 0


def test_another_accounts_request_is_forbidden_even_well_signed(network: Network, town: Any) -> None:
    assert network.post("/telephone/voice", CallSid="CA1", AccountSid="AC0").status_code == 403


def test_a_caller_hears_the_welcome_and_the_menu_and_is_one_contact(network: Network, town: Any) -> None:
    for _ in range(2):
        twiml = network.twiml("/telephone/voice", CallSid="CA1")
    assert verbs(twiml) == ["Gather"]
    assert "Bonjour, mairie." in said(twiml) and "Choix 1 : tapez 1." in said(twiml)
    (contact,) = contacts()
    assert (contact.channel, contact.provider_ref, contact.line) == ("phone", "CA1", LINE)


def test_a_topic_said_aloud_is_as_good_as_its_key(network: Network, town: Any, app: Flask) -> None:
    make.article("Refaire une carte d’identité", topic_id=make.topic("etat-civil").id)
    db.session.commit()
    index.rebuild(app.extensions["settings"].index_dir)
    words = {"CallSid": "CA1", "SpeechResult": "ma carte d'identité est perdue"}
    twiml = network.twiml("/telephone/voice/menu?lang=fr&tries=1", **words)
    assert twiml.findtext("Enqueue") == "etat-civil"
    assert contacts()[0].topic_id == make.topic("etat-civil").id


def test_a_text_in_arabic_is_answered_in_arabic(network: Network, town: Any) -> None:
    network.twiml("/telephone/text", MessageSid="SM1", Body="مرحبا، أريد تجديد بطاقة الهوية")
    assert contacts()[0].language == "ar"


def test_a_key_changes_the_language_of_what_follows(network: Network, town: Any) -> None:
    network.twiml("/telephone/voice", CallSid="CA1")
    twiml = network.twiml("/telephone/voice/menu?lang=fr&tries=1", CallSid="CA1", Digits="6")
    assert "مرحبا" in said(twiml)
    assert {say.get("language") for say in twiml.iter("Say")} == {"ar-XA"}
    assert contacts()[0].language == "ar"


def test_a_key_puts_the_caller_in_line_with_the_topic(network: Network, town: Any) -> None:
    network.twiml("/telephone/voice", CallSid="CA1")
    for _ in range(2):
        twiml = network.twiml("/telephone/voice/menu?lang=fr&tries=1", CallSid="CA1", Digits="1")
    assert verbs(twiml) == ["Say", "Enqueue", "Redirect"]
    assert twiml.findtext("Enqueue") == "etat-civil"
    (contact,) = contacts()
    assert contact.state == "waiting" and contact.topic_id and contact.queue_id


def test_silence_and_a_wrong_key_are_asked_again_then_someone_answers(network: Network, town: Any) -> None:
    network.twiml("/telephone/voice", CallSid="CA1")
    for digits in ("", "9"):
        again = network.twiml("/telephone/voice/menu?lang=fr&tries=1", CallSid="CA1", Digits=digits)
        assert verbs(again) == ["Gather"]
    last = network.twiml("/telephone/voice/menu?lang=fr&tries=2", CallSid="CA1", Digits="")
    assert "Enqueue" in verbs(last)


def test_a_menu_key_whose_call_we_never_heard_of_still_makes_the_contact(network: Network, town: Any) -> None:
    network.twiml("/telephone/voice/menu?lang=fr&tries=1", CallSid="CA9", Digits="1")
    assert contacts()[0].state == "waiting"


def test_when_closed_the_caller_leaves_a_message_with_a_reference_by_text(
    network: Network, town: Any
) -> None:
    town.schedule = OPENING
    db.session.commit()
    with time_machine.travel("2026-11-22T11:00:00+01:00"):  # a Sunday
        twiml = network.twiml("/telephone/voice", CallSid="CA1")
        assert "Record" in verbs(twiml)
        for _ in range(2):
            fields = {"CallSid": "CA1", "RecordingSid": "RE1", "RecordingDuration": "12"}
            twiml = network.twiml("/telephone/voice/recorded?lang=fr", **fields)
    assert said(twiml).startswith("Votre référence")  # before the goodbye, at which one hangs up
    assert "Vous la recevez aussi par SMS." in said(twiml)
    (contact,) = contacts()
    assert [m.direction for m in contact.messages] == ["in", "out"]
    assert [job.kind for job in db.session.scalars(db.select(Job))] == ["send_text"]


def test_a_hidden_number_is_a_contact_without_identifier_and_gets_no_text(
    network: Network, town: Any
) -> None:
    network.twiml("/telephone/voice", CallSid="CA1", From="+266696687")
    network.twiml(
        "/telephone/voice/recorded?lang=fr", CallSid="CA1", From="+266696687", RecordingDuration="5"
    )
    (contact,) = contacts()
    assert contact.identifier_id is None and contact.case_id
    assert db.session.scalars(db.select(Job)).all() == []


def test_hanging_up_while_waiting_is_told_once_and_stays_on_the_desk(network: Network, town: Any) -> None:
    network.twiml("/telephone/voice/menu?lang=fr&tries=1", CallSid="CA1", Digits="1")
    for sequence in ("3", "3", "4"):
        status = {"CallStatus": "completed", "SequenceNumber": sequence}
        assert network.post("/telephone/status/call", CallSid="CA1", **status).status_code == 204
    (contact,) = contacts()
    ended = contact.ended_at
    assert contact.state == "open" and "raccroché" in contact.step
    network.post("/telephone/status/call", CallSid="CA1", CallStatus="ringing", SequenceNumber="1")
    network.twiml("/telephone/voice/menu?lang=fr&tries=1", CallSid="CA1", Digits="1")
    (contact,) = contacts()
    assert contact.ended_at == ended and contact.state == "open"


def test_an_unknown_number_of_ours_says_so_and_gives_the_emergency_number(
    network: Network, app: Flask
) -> None:
    assert "112" in said(network.twiml("/telephone/voice", CallSid="CA1", To="+33199000099"))


def test_a_text_told_five_times_is_one_message_and_one_answer(network: Network, town: Any) -> None:
    for _ in range(5):
        twiml = network.twiml(
            "/telephone/text", MessageSid="SM1", Body="Bonjour, à quelle heure ouvrez-vous ?"
        )
        assert len(twiml) == 0
    (contact,) = contacts()
    assert [m.direction for m in contact.messages] == ["in", "out"]
    assert len(db.session.scalars(db.select(Job)).all()) == 1


def test_a_second_text_joins_the_thread_and_gets_no_second_reference(network: Network, town: Any) -> None:
    network.twiml("/telephone/text", MessageSid="SM1", Body="Bonjour")
    network.twiml("/telephone/text", MessageSid="SM2", Body="Vous êtes là ?")
    (contact,) = contacts()
    assert [m.direction for m in contact.messages] == ["in", "out", "in"]


def test_a_text_that_a_rule_decides_is_told_whom_to_call(network: Network, town: Any) -> None:
    cast.rule(words=["allocation"])
    db.session.commit()
    network.twiml("/telephone/text", MessageSid="SM1", Body="mon allocation n'est pas versée")
    (contact,) = contacts()
    assert "réf." in contact.messages[-1].body
    assert "Pour cela : CAF, 01 99 00 00 50." in contact.messages[-1].body


def test_nobody_is_told_to_call_a_service_that_is_closed_for_a_time(network: Network, town: Any) -> None:
    cast.rule(words=["allocation"])
    cast.rule("ensuite", "adil", position=200, words=["allocation"])
    cast.service().status = "temporarily closed"
    db.session.commit()
    network.twiml("/telephone/text", MessageSid="SM1", Body="mon allocation n'est pas versée")
    (contact,) = contacts()
    assert "Pour cela : ADIL" in contact.messages[-1].body and "CAF" not in contact.messages[-1].body


def test_words_of_distress_get_the_emergency_numbers_and_a_person(network: Network, town: Any) -> None:
    network.twiml("/telephone/text", MessageSid="SM1", Body="j'ai envie de mourir")
    (contact,) = contacts()
    assert "112" in contact.messages[-1].body
    assert "détresse" in contact.step and contact.state == "waiting"
    network.twiml("/telephone/text", MessageSid="SM2", Body="vous êtes là ?")
    db.session.expire_all()
    assert "détresse" in contact.step, "what follows does not make it less urgent"


def test_words_of_distress_are_told_even_to_the_agent_who_has_the_thread(network: Network, town: Any) -> None:
    network.twiml("/telephone/text", MessageSid="SM1", Body="Bonjour")
    (contact,) = contacts()
    contact.agent_id, contact.state = make.staff().id, "in_progress"
    network.twiml("/telephone/text", MessageSid="SM2", Body="j'ai envie de mourir")
    db.session.expire_all()
    assert "112" in contact.messages[-1].body
    assert "détresse" in contact.step


@pytest.mark.parametrize("body", ["", "🙂", "x" * 1600, "\u202eabc", "' OR 1=1 --"])
def test_any_text_is_kept(network: Network, town: Any, body: str) -> None:
    network.twiml("/telephone/text", MessageSid="SM1", Body=body)
    kept = db.session.scalars(db.select(Message).filter_by(direction="in")).one()
    assert kept.body == (body or "(sans texte)")


def test_the_state_of_a_text_never_goes_back_in_whatever_order_it_is_told(
    network: Network, town: Any
) -> None:
    network.twiml("/telephone/text", MessageSid="SM1", Body="Bonjour")
    sent = db.session.scalars(db.select(Message).filter_by(direction="out")).one()
    sent.state, sent.provider_ref = "sent", "SM2"
    db.session.commit()
    for status in ("queued", "delivered", "sent", "delivered", "failed"):
        network.post("/telephone/status/message", MessageSid="SM2", MessageStatus=status)
    db.session.expire_all()
    assert db.session.get_one(Message, sent.id).state == "delivered"
    kinds = db.session.scalars(db.select(NetworkEvent.key).filter_by(kind="message_status")).all()
    assert len(kinds) == 4


def test_a_status_of_a_text_we_do_not_know_is_kept_and_harmless(network: Network, town: Any) -> None:
    assert (
        network.post("/telephone/status/message", MessageSid="SM7", MessageStatus="delivered").status_code
        == 204
    )
