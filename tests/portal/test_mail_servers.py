"""Letters out and in through real servers (aiosmtpd), refused, put off, returned; and a door for mail servers."""

from __future__ import annotations

import asyncio
import email
import email.policy
import smtplib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy.exc import OperationalError

from portal import history
from portal.cases.opening import open_case
from portal.commands import mail as command
from portal.contacts.answering import reply
from portal.contacts.models import Contact, Envelope, Message
from portal.database import db
from portal.jobs import Job
from portal.mail.models import IncomingLetter, Mailbox
from portal.mail.sending import Later, NotAccepted, Outgoing, compose, send
from portal.work import read_mail
from tests import make
from tests.portal.test_letters_received import WHO, Write, letter, write  # noqa: F401  (a fixture)
from tests.ports import free_port


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
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
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


def test_a_reply_bears_its_thread_and_says_who_writes(postman: Postman, write: Write, work: Any) -> None:  # noqa: F811
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
    assert (message.contact.identifier.returned_at is not None) is returned  # type: ignore[union-attr]
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
def test_a_return_says_why_and_brings_the_matter_back(write: Write, work: Any, form: str) -> None:  # noqa: F811
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


def test_a_delay_is_no_return(write: Write, work: Callable[[], int]) -> None:  # noqa: F811
    message = answered()
    work()
    header_id = db.session.get_one(Envelope, message.id).header_id
    write(raw=BOUNCE.format(action="delayed", status="4.4.1", header_id=header_id).encode())
    db.session.refresh(message)
    assert message.state == "sent"


def test_a_return_of_what_is_not_ours_stands_on_no_desk(write: Write) -> None:  # noqa: F811
    write(raw=BOUNCE.format(action="failed", status="5.1.1", header_id="autre@x").encode())
    assert db.session.scalars(db.select(Contact)).all() == []
    assert db.session.scalars(db.select(IncomingLetter.state)).all() == ["returned"]


@pytest.fixture
def door(app: Flask) -> Iterator[int]:
    """The command's server, on a port of its own."""
    make.organization(email="mairie@ville.example")
    db.session.commit()
    port, loop, stop = int(free_port()), asyncio.new_event_loop(), asyncio.Event()
    running = loop.create_task(command.serve(app, "127.0.0.1", port, "lmtp", stop))
    thread = threading.Thread(target=lambda: loop.run_until_complete(running), daemon=True)
    thread.start()
    yield port
    loop.call_soon_threadsafe(stop.set)
    thread.join(60)
    loop.close()


def bring(port: int, raw: bytes, *recipients: str) -> None:
    for attempt in range(600):
        try:
            server = smtplib.LMTP("127.0.0.1", port)
            break
        except ConnectionRefusedError:
            if attempt == 599:
                raise
            threading.Event().wait(0.05)
    with server:
        server.sendmail("x@x.example", list(recipients) or ["mairie@ville.example"], raw)
        assert [server.getreply()[0] for _ in recipients[1:]] == [250] * len(recipients[1:])


def test_a_mail_server_is_told_taken_once_the_letter_is_kept(app: Flask, door: int, work: Any) -> None:
    bring(door, letter(), "mairie+x@ville.example", "autre@ville.example")
    db.session.rollback()
    kept = db.session.scalars(db.select(IncomingLetter)).one()
    assert (kept.source, kept.recipient) == ("smtp", "mairie+x@ville.example")
    work()
    assert db.session.scalars(db.select(Contact.channel)).all() == ["email"]


def test_the_same_letter_brought_ten_times_at_once_is_one(app: Flask, door: int) -> None:
    raw = letter(Message_ID="<1@x>")
    threads = [threading.Thread(target=bring, args=(door, raw)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert len(db.session.scalars(db.select(IncomingLetter)).all()) == 1


def test_while_the_database_is_away_letters_wait_on_disk(
    app: Flask, door: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("select", None, Exception("away"))

    with monkeypatch.context() as patch:
        patch.setattr(command, "keep_letter", away)
        bring(door, letter())
    assert db.session.scalars(db.select(IncomingLetter)).all() == []
    db.session.rollback()
    assert read_mail.take_in() == 1 == len(db.session.scalars(db.select(IncomingLetter)).all())
    assert read_mail.take_in() == 0


def test_a_disk_that_takes_nothing_is_told_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError

    monkeypatch.setattr(command, "keep_letter", full)
    receiver = command.Receiver(app, for_each=True)
    envelope = SimpleNamespace(rcpt_tos=["a@x", "b@x"], original_content=b"x")
    with ThreadPoolExecutor(1) as aside:  # a browser's loop may be running in this thread
        answer = aside.submit(asyncio.run, receiver.handle_DATA(None, None, envelope)).result()
    assert answer == "\r\n".join([command.LATER] * 2)
