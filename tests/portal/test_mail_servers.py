"""Letters out through real servers (aiosmtpd), refused, put off, returned."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from portal import history
from portal.cases.opening import open_case
from portal.citizens.models import Identifier
from portal.config import Settings
from portal.contacts.answering import reply
from portal.contacts.letters import corresponding
from portal.contacts.models import Contact, Envelope, Message
from portal.database import db
from portal.jobs import Job
from portal.mail.models import IncomingLetter, Mailbox
from portal.mail.returns import Return
from portal.mail.sending import Later, NotAccepted, Outgoing, compose, send
from portal.work import KINDS
from tests import make
from tests.portal.test_letters_received import WHO, Write, write  # noqa: F401  (a fixture)
from tests.ports import free_port
from tests.until import until, waits_for_a_lock


class Postman:
    """What the town's mail server takes; `says` is its answer to the next letters, held back while `silent`."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.says, self.silent = "250 taken", False

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.says.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.says

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        while self.silent:
            await asyncio.sleep(0.02)
        return "250 taken"


@pytest.fixture
def postman(app: Flask) -> Iterator[Postman]:
    """A mail server that the application's settings name."""
    former, man = app.extensions["settings"], Postman()
    controller = Controller(man, hostname="127.0.0.1", port=int(free_port()))
    controller.start()
    app.extensions["settings"] = replace(
        former, smtp_host="127.0.0.1", smtp_port=controller.port, smtp_from="relais@ville.example"
    )
    yield man
    app.extensions["settings"] = former
    controller.stop()


def answered(words: str = "Voici la réponse.", language: str = "fr", **values: Any) -> Message:
    """An agent's reply by e-mail, waiting to be sent."""
    town = make.organization(name="Mairie de Ville", email="mairie@ville.example")
    used = make.identifier("email", WHO)
    contact = make.contact(
        "email", identifier_id=used.id, subject="Carte", language=language, of=town, **values
    )
    open_case(contact, by=history.SYSTEM)
    agent = make.staff(job_title="Accueil")
    return reply(contact, words, channel="email", form_key=None, by=agent.actor)


def test_a_reply_bears_its_thread_and_says_who_writes(postman: Postman, write: Write, work: Any) -> None:  # noqa: F811  (a fixture)
    db.session.add(Mailbox(address="mairie@ville.example", organization_id=make.organization().id, plus=True))
    contact = write(Message_ID="<la-sienne@courriel.example>")
    assert contact is not None
    reply(contact, "Voici.", channel="email", form_key=None, by=make.staff(job_title="Accueil").actor)
    work()
    receipt, ours = postman.taken
    assert receipt["Auto-Submitted"] == "auto-replied" and ours["Auto-Submitted"] is None
    assert receipt["In-Reply-To"] == "<la-sienne@courriel.example>"
    assert ours["In-Reply-To"] == receipt["Message-ID"] != ours["Message-ID"]
    assert ours["References"].split() == ["<la-sienne@courriel.example>", receipt["Message-ID"]]
    assert ours["Subject"] == receipt["Subject"] and ours["Subject"].startswith("Re: Carte [")
    assert ours["From"].addresses[0].display_name == "Mairie"
    assert ours["Reply-To"].addresses[0].addr_spec.startswith("mairie+")
    assert "Camille" in ours.get_content() and "Accueil" in ours.get_content()


def test_arabic_is_directed_from_the_right(postman: Postman, work: Callable[[], int]) -> None:
    answered("مرحبا\n\nشكرا", language="ar")
    work()
    said = postman.taken[0].get_content()
    assert said.startswith("\u200fمرحبا") and postman.taken[0]["Content-Language"] == "ar"


def test_no_value_begins_another_header(app: Flask) -> None:
    wicked = "a\r\nBcc: autre@x.example\u2028\x0b"
    made = compose(app.extensions["settings"], Outgoing("1@x", WHO, wicked, "…", sender_name=wicked))
    assert made["Bcc"] is None
    with pytest.raises(NotAccepted):
        compose(app.extensions["settings"], Outgoing("1@x", f"{WHO}\nBcc: z@z.example", "s", "…"))


@pytest.mark.parametrize(
    ("says", "state", "error", "returned"),
    [
        ("550 5.1.1 no such user", "failed", "cette adresse n’existe pas (550 5.1.1)", True),
        ("552 5.2.2 full", "failed", "cette boîte est pleine (552 5.2.2)", False),
        ("451 4.7.1 greylisted", "sending", "", False),
    ],
)
def test_what_the_server_refuses_is_final_or_put_off(
    postman: Postman, work: Callable[[], int], says: str, state: str, error: str, returned: bool
) -> None:
    postman.says = says
    message = answered()
    work()
    db.session.refresh(message)
    assert (message.state, message.error) == (state, error)
    assert (message.contact.identifier.returned_at is not None) is returned
    if state == "sending":
        header_id = db.session.get_one(Envelope, message.id).header_id
        postman.says = "250 taken"
        db.session.execute(db.update(Job).values(not_before=message.at))
        work()
        db.session.refresh(message)
        assert message.state == "sent" and postman.taken[0]["Message-ID"] == f"<{header_id}>"


def test_a_server_that_is_away_is_tried_again(app: Flask) -> None:
    away = replace(app.extensions["settings"], smtp_host="127.0.0.1", smtp_port=int(free_port()))
    with pytest.raises(Later):
        send(away, Outgoing("1@x", WHO, "s", "…"))


def test_production_sends_nothing_without_tls(app: Flask, postman: Postman, monkeypatch: Any) -> None:
    monkeypatch.setattr("portal.mail.sending.LOCAL", ())
    settings = replace(app.extensions["settings"], mode="production")
    with pytest.raises(Later, match="TLS"):
        send(settings, Outgoing("1@x", WHO, "s", "…"))
    assert postman.taken == []


BOUNCE = """Return-Path: <>
From: MAILER-DAEMON@relay.example
To: relais@ville.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to inform you…
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; leila@courriel.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} refused

--b
Content-Type: message/rfc822

Message-ID: <{header_id}>
Subject: Re: Carte

Voici
--b--
"""
WORDS = (
    "Return-Path: <>\nFrom: Mail <postmaster@x.example>\nSubject: failure\n\nUser unknown.\n<{header_id}>\n"
)


@pytest.mark.parametrize("form", ["report", "words"])
def test_a_return_says_why_and_brings_the_matter_back(write: Write, work: Any, form: str) -> None:  # noqa: F811  (a fixture)
    message = answered()
    work()
    message.contact.state, message.contact.wrapped_up_at = "wrapped_up", message.at
    header_id = db.session.get_one(Envelope, message.id).header_id
    text = BOUNCE.format(action="failed", status="5.1.1", header_id=header_id)
    write(raw=(text if form == "report" else WORDS.format(header_id=header_id)).encode())
    db.session.refresh(message)
    contact = message.contact
    assert (message.state, message.error) == ("undelivered", "cette adresse n’existe pas (5.1.1)")
    assert contact.identifier is not None and contact.identifier.returned_at is not None
    assert (contact.state, contact.step) == ("open", "Notre réponse n’est pas arrivée")
    assert len(db.session.scalars(db.select(Contact)).all()) == 1
    write(words="Je suis là", subject="Re: Carte")
    db.session.refresh(contact.identifier)
    assert contact.identifier.returned_at is None


def test_a_delay_is_no_return(write: Write, work: Callable[[], int]) -> None:  # noqa: F811  (a fixture)
    message = answered()
    work()
    header_id = db.session.get_one(Envelope, message.id).header_id
    write(raw=BOUNCE.format(action="delayed", status="4.4.1", header_id=header_id).encode())
    db.session.refresh(message)
    assert message.state == "sent"


def test_a_return_of_what_is_not_ours_stands_on_no_desk(write: Write) -> None:  # noqa: F811  (a fixture)
    write(raw=BOUNCE.format(action="failed", status="5.1.1", header_id="autre@x").encode())
    assert db.session.scalars(db.select(Contact)).all() == []
    assert db.session.scalars(db.select(IncomingLetter.state)).all() == ["returned"]


@pytest.mark.parametrize("first", [Identifier, Contact])
def test_a_return_waits_for_its_contact_with_no_message_in_hand(
    app: Flask,
    work: Callable[[], int],
    first: type[Identifier | Contact],
) -> None:
    """Whoever has the contact may ask for its messages."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("on SQLite whoever writes is alone")

    def come_back() -> str:
        with app.app_context():
            heard = corresponding.hear_return(Return("failed", "5.1.1", (header_id,)))
            db.session.commit()
            return heard.state if heard is not None else ""

    message = answered()
    work()
    header_id = db.session.get_one(Envelope, message.id).header_id
    key = {Identifier: message.contact.identifier_id, Contact: message.contact_id}[first]
    db.session.commit()
    with ThreadPoolExecutor(1) as mail:
        db.session.execute(db.select(first.id).where(first.id == key).with_for_update())
        returned = mail.submit(come_back)
        until(waits_for_a_lock)
        try:
            free = db.select(Message.id).filter_by(id=message.id).with_for_update(skip_locked=True)
            assert db.session.scalar(free) == message.id
        finally:
            db.session.rollback()
        assert returned.result() == "undelivered"


def test_a_return_that_comes_before_our_own_word_of_the_sending_stays(
    app: Flask, postman: Postman, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def come_back(letter_id: str) -> None:
        with app.app_context():
            corresponding.hear_return(Return("failed", "5.1.1", (letter_id,)))
            db.session.commit()

    def send_and_return(settings: Settings, letter: Outgoing) -> None:
        send(settings, letter)
        with ThreadPoolExecutor(1) as mail:
            mail.submit(come_back, letter.header_id).result()

    message = answered()
    monkeypatch.setitem(KINDS["send_email"].__globals__, "send", send_and_return)
    work()
    assert db.session.get_one(Message, message.id, populate_existing=True).state == "undelivered"
