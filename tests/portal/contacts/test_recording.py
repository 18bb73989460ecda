"""One exchange is one contact, however often it is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock, history
from portal.contacts import answering, recording
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.errors import Missing, Refused
from portal.jobs import Job
from tests import make
from tests.until import until, waits_for_a_lock

NUMBER, LINE = "+33639980001", "+33199000010"


def text(ref: str, body: str = "Bonjour") -> tuple[Message, bool]:
    used = make.identifier("phone", NUMBER)
    return recording.receive_text(ref, used, body, organization_id=make.organization().id, line=LINE)


def test_a_call_told_twice_is_one_contact_and_one_event(app: Flask) -> None:
    used, town = make.identifier("phone", NUMBER), make.organization()
    for expected in (True, False):
        contact, new = recording.record_call("CA1", used, organization_id=town.id, line=LINE)
        assert new is expected
    assert [event.verb for event in history.of(contact)] == ["contact.begun"]


def test_a_call_from_one_persons_number_is_probably_theirs_and_from_a_shared_one_nobodys(app: Flask) -> None:
    aicha = make.citizen("Aïcha", phone=NUMBER)
    town, used = make.organization(), make.identifier("phone", NUMBER)
    contact, _ = recording.record_call("CA1", used, organization_id=town.id, line=LINE)
    assert (contact.citizen_id, contact.certainty) == (aicha.id, "probable")
    make.citizen("Paul", phone=NUMBER)
    contact, _ = recording.record_call("CA2", used, organization_id=town.id, line=LINE)
    assert (contact.citizen_id, contact.certainty) == (None, "")


def test_texts_join_the_open_thread_until_it_is_silent_or_done(app: Flask) -> None:
    first, _ = text("SM1")
    second, new = text("SM2")
    assert new and second.contact_id == first.contact_id
    again, new = text("SM2")
    assert not new and again is second
    with time_machine.travel(clock.now() + recording.THREAD_SILENCE + timedelta(minutes=1)):
        third, _ = text("SM3")
        assert third.contact_id != first.contact_id
        answering.wrap_up(third.contact, "answered", note="", by=make.staff().actor)
        fourth, _ = text("SM4")
        assert fourth.contact_id not in (first.contact_id, third.contact_id)


def test_a_request_sent_twice_is_one_and_an_empty_one_is_refused(app: Flask) -> None:
    used, town = make.identifier("email", "a@exemple.fr"), make.organization()
    common = {"organization_id": town.id, "language": "fr"}
    for expected in (True, False):
        contact, new = recording.record_request("k" * 20, used, subject="Cantine", body="Bonjour", **common)
        assert new is expected
    assert len(contact.messages) == 1
    for subject, body in (("", "x"), ("x", " ")):
        with pytest.raises(Refused):
            recording.record_request("l" * 20, used, subject=subject, body=body, **common)
    assert db.session.scalar(db.select(db.func.count()).select_from(Contact)) == 1


def test_writing_again_opens_a_contact_that_was_wrapped_up(app: Flask) -> None:
    contact = make.contact("web")
    answering.wrap_up(contact, "answered", note="", by=make.staff().actor)
    recording.add_message(contact, "Encore une question")
    assert contact.state == "open"


def test_an_agent_takes_a_contact_that_nobody_else_has(app: Flask) -> None:
    contact, first, second = make.contact(), make.staff(), make.staff()
    held = answering.hold_contact(contact.id, by=first)
    answering.take(held, by=first)
    answering.take(held, by=first)
    with pytest.raises(Refused, match="autre"):
        answering.take(held, by=second)
    answering.give_back(held, by=second)
    assert held.agent_id == first.id
    answering.give_back(held, by=first)
    answering.take(held, by=second)
    assert [event.verb for event in history.of(contact)].count("contact.taken") == 2


def test_another_organizations_contact_does_not_exist(app: Flask) -> None:
    contact = make.contact(of=make.organization("departement"))
    for person in (make.staff("agent"), make.staff("administrator", of=make.organization("departement"))):
        with pytest.raises(Missing):
            answering.find_contact(contact.id, by=person)


def test_a_reply_is_written_once_with_its_job(app: Flask) -> None:
    contact, agent = (
        make.contact("text", identifier_id=make.identifier("phone", "+33639980001").id),
        make.staff(),
    )
    for _ in range(2):
        answering.reply(contact, "Oui", channel="text", form_key="k" * 20, by=agent.actor)
    assert [job.kind for job in db.session.scalars(db.select(Job))] == ["send_text"]
    with pytest.raises(Refused):
        answering.reply(contact, "  ", channel="text", form_key=None, by=agent.actor)


def test_the_life_of_a_message_never_goes_back(app: Flask) -> None:
    message = answering.reply(
        make.contact("text", identifier_id=make.identifier("phone", "+33639980001").id),
        "Oui",
        channel="text",
        form_key=None,
        by=make.staff().actor,
    )
    moves = ("sending", "unknown", "sent", "sending", "delivered", "sent", "failed")
    assert [answering.advance(message, state) for state in moves] == [
        True,
        True,
        True,
        False,
        True,
        False,
        False,
    ]
    assert message.state == "delivered"


def test_the_timeline_is_the_readers_organizations_newest_first(app: Flask) -> None:
    person, agent = make.citizen(), make.staff()
    dates = [clock.now() - timedelta(days=n) for n in range(5)]
    mine = [make.contact(citizen_id=person.id, started_at=at) for at in dates]
    make.contact(of=make.organization("departement"), citizen_id=person.id)
    assert answering.timeline(person.id, by=agent, limit=3) == mine[:3]
    assert answering.timeline(person.id, by=agent, before=mine[2].id) == mine[3:]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_text_that_comes_while_an_agent_writes_in_its_thread_waits_for_them(app: Flask) -> None:
    thread = text("SM1")[0].contact_id
    db.session.commit()

    def come() -> None:
        with app.app_context():
            text("SM2")
            db.session.commit()

    with Session(db.engine) as agent, ThreadPoolExecutor(1) as network:
        agent.get_one(Contact, thread, with_for_update=True).note = "Rappeler demain"
        agent.flush()
        told = network.submit(come)
        until(waits_for_a_lock, "the text")
        agent.commit()
        told.result()
    contact = db.session.get_one(Contact, thread, populate_existing=True)
    assert (contact.note, len(contact.messages)) == ("Rappeler demain", 2)
