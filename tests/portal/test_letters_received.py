"""Letters that come: each is one message in the right exchange, and costs nobody a second answer."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from portal.contacts.models import DISTRESS, Contact, Envelope, Message
from portal.database import db
from portal.mail.keeping import keep_letter
from portal.mail.models import IncomingLetter, Letter
from tests import make

Write = Callable[..., Contact | None]
WHO = "leila@courriel.example"


def letter(
    words: str = "Bonjour, où refaire ma carte ?", sender: str = WHO, subject: str = "Carte", **headers: str
) -> bytes:
    """A letter as a server brings it. Header names are written with underscores."""
    given = {
        "From": sender,
        "To": "mairie@ville.example",
        "Subject": subject,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "\r\n".join(f"{name}: {value}" for name, value in given.items() if value)
    return f"{head}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}".encode()


def with_files(*names: str) -> bytes:
    """A letter with files that are none of what we keep, whatever their names say."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = WHO, "mairie@ville.example", "Pièces"
    message.set_content("Voici mes pièces.")
    for name in names:
        message.add_attachment(b"MZ\x90" + bytes(99), maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()


@pytest.fixture
def write(app: Flask, work: Callable[[], int]) -> Write:
    """Brings a letter, does what waits, and gives the contact it ended in."""
    make.organization(email="mairie@ville.example", phone="+33199000010")

    def bring(raw: bytes = b"", recipient: str = "", **values: str) -> Contact | None:
        row, _ = keep_letter(
            app.extensions["settings"], raw or letter(**values), source="smtp", recipient=recipient
        )
        work()
        db.session.expire_all()
        message = db.session.get(Message, row.message_id) if row.message_id else None
        return message.contact if message else None

    return bring


def sent() -> list[Letter]:
    return list(db.session.scalars(db.select(Letter).order_by(Letter.id)))


def test_a_letter_begins_a_matter_and_gets_its_receipt(write: Write) -> None:
    queue = make.queue()
    contact = write(sender='"Leïla B." <Leila@Courriel.example>')
    assert contact is not None
    assert (contact.channel, contact.subject, contact.queue_id) == ("email", "Carte", queue.id)
    assert (contact.state, contact.step) == ("waiting", "Se présente comme Leïla B.")
    [receipt] = sent()
    assert receipt.to == WHO and "Nous avons bien reçu" in receipt.body and "01 99 00 00 10" in receipt.body


def test_the_same_letter_brought_twice_is_one(write: Write) -> None:
    for route in ("Received: from a\r\n", "Received: from b\r\n"):
        write(raw=route.encode() + letter(Message_ID="<1@courriel.example>"))
    assert len(db.session.scalars(db.select(IncomingLetter)).all()) == 1
    assert len(db.session.scalars(db.select(Contact)).all()) == 1 == len(sent())


def test_two_letters_that_a_program_numbered_alike_are_two(write: Write) -> None:
    write(raw=letter("Bonjour", Message_ID="<x>"))
    write(raw=letter("Autre chose", Message_ID="<x>"))
    assert len(db.session.scalars(db.select(Message).filter_by(direction="in")).all()) == 2


def test_an_answer_to_our_letter_joins_its_exchange_with_the_quotation_folded(write: Write) -> None:
    first = write()
    assert first is not None
    ours = sent()[0]
    said = "C’est urgent.\n\nLe lun. 3 mars 2025 à 10:12, Mairie <m@ville.example> a écrit :\n> Bonjour\n"
    again = write(words=said, subject="tout autre chose", In_Reply_To=f"<{ours.message_id}>")
    assert again is not None and again.id == first.id
    assert again.messages[-1].body == "C’est urgent."
    envelope = db.session.get_one(Envelope, again.messages[-1].id)
    assert "> Bonjour" in envelope.quoted and not envelope.other_address
    assert len(sent()) == 1


def test_a_reference_in_the_subject_joins_its_matter(write: Write) -> None:
    first = write()
    assert first is not None
    again = write(subject=f"RE: {sent()[0].subject}", words="Encore moi", Message_ID="<7@x>")
    assert again is not None and again.id == first.id


def test_a_wrong_reference_joins_nothing(write: Write) -> None:
    first, other = write(), write(subject="Voirie [K7QF-3MXT-2C]")
    assert first is not None and other is not None and first.id != other.id


def test_the_same_sender_and_subject_go_on_while_the_exchange_is_open(write: Write) -> None:
    first = write()
    assert first is not None
    again = write(words="Et aussi…", subject="Re: Carte")
    assert again is not None and again.id == first.id
    first.state = "wrapped_up"
    new = write(words="Encore autre chose", subject="Carte")
    assert new is not None and new.id != first.id


def test_another_address_is_kept_in_the_thread_and_shown_as_such(write: Write, work: Any) -> None:
    first = write()
    assert first is not None
    again = write(
        words="Je réponds pour elle", sender="frere@x.example", In_Reply_To=f"<{sent()[0].message_id}>"
    )
    assert again is not None and again.id == first.id
    assert db.session.get_one(Envelope, again.messages[-1].id).other_address
    assert {one.to for one in sent()} == {WHO}


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Autoreply": "yes"},
        {"Precedence": "bulk"},
        {"List_Id": "<annonces.example>"},
        {"Return_Path": "<>"},
        {"sender": "no-reply@marchand.example"},
        {"subject": "Réponse automatique : absente"},
        {"subject": "Réponse automatique : Où refaire ma carte ?"},
        {"subject": "Out of office: back soon"},
        {"subject": "رد تلقائي: خارج المكتب"},
    ],
    ids=str,
)
def test_what_no_person_wrote_gets_no_answer(write: Write, headers: dict[str, str]) -> None:
    assert write(**headers) is not None
    assert sent() == []


def test_an_absence_does_not_open_again_what_was_answered(write: Write) -> None:
    first = write()
    assert first is not None
    first.state = "wrapped_up"
    again = write(
        subject="Absence du bureau", In_Reply_To=f"<{sent()[0].message_id}>", Auto_Submitted="auto-replied"
    )
    assert again is not None and (again.id, again.state) == (first.id, "wrapped_up")


def test_two_programs_do_not_answer_each_other_for_ever(write: Write) -> None:
    for n in range(20):
        write(subject=f"Ticket {n}", words="Votre message est important.")
    assert len(sent()) == 5


def test_an_address_of_another_organization_brings_the_letter_there(write: Write) -> None:
    other = make.organization("departement", email="Contact@departement.example")
    first = write()
    assert first is not None
    theirs = write(subject=sent()[0].subject, To="contact+abc@departement.example")
    assert theirs is not None and theirs.organization_id == other.id and theirs.id != first.id
    by_envelope = write(subject="Autre", recipient="contact@departement.example")
    assert by_envelope is not None and by_envelope.organization_id == other.id


def test_what_cannot_be_read_stands_on_the_desk_as_it_came(write: Write) -> None:
    raw = b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\nContent-Type: multipart/mixed\n\n" * 200
    contact = write(raw=raw)
    assert contact is not None and contact.state in ("open", "waiting")
    [attached] = contact.messages[0].attachments
    assert (attached.name, attached.size) == ("lettre.eml", len(raw))


def test_words_of_distress_are_answered_by_the_emergency_numbers_and_no_deadline(write: Write) -> None:
    first = write(words="Je vais me suicider ce soir")
    assert first is not None and first.step == DISTRESS
    [told] = sent()
    assert "3114" in told.body and "15" in told.body and "refus" not in told.body
    again = write(words="Je veux mourir", In_Reply_To=f"<{told.message_id}>")
    assert again is not None and again.id == first.id
    assert ["3114" in one.body for one in sent()] == [True, True]


def test_a_cry_for_help_is_answered_in_its_language(write: Write) -> None:
    write(words="I want to kill myself, please help me", subject="Help")
    [told] = sent()
    assert "Thoughts of suicide" in told.body


def test_whoever_sent_files_that_are_not_kept_is_told(write: Write) -> None:
    contact = write(raw=with_files("facture.pdf", "archive.zip"))
    assert contact is not None and not contact.messages[0].attachments
    [receipt] = sent()
    assert (
        "Nous avons bien reçu" in receipt.body and "Nous n’avons pas pu garder ces fichiers" in receipt.body
    )
    assert "facture.pdf" in receipt.body and "archive.zip" in receipt.body
    write(raw=with_files("page.html"))
    assert len(sent()) == 2 and "page.html" in sent()[1].body and "Nous avons bien" not in sent()[1].body


@pytest.mark.parametrize(
    ("words", "state"), [("Merci beaucoup !", "wrapped_up"), ("Merci, et la suite ?", "open")]
)
def test_thanks_do_not_open_again_what_was_answered(write: Write, words: str, state: str) -> None:
    first = write()
    assert first is not None
    first.state = "wrapped_up"
    again = write(words=words, In_Reply_To=f"<{sent()[0].message_id}>")
    assert again is not None and (again.id, again.state) == (first.id, state)
    assert [one.body for one in again.messages][-1] == words


def test_a_letter_is_read_without_all_that_came_before_it(write: Write) -> None:
    contact = write()
    assert contact is not None
    said = {"contact_id": contact.id, "direction": "in", "channel": "email", "state": "received"}
    db.session.add_all(Message(body=f"Mot {n}", **said) for n in range(50))
    db.session.commit()
    db.session.remove()
    read: list[Message] = []
    note = lambda message, _context: read.append(message)  # noqa: E731  (removed as it was added)
    event.listen(Message, "load", note)
    try:
        assert write(words="Encore un mot.") is not None
    finally:
        event.remove(Message, "load", note)
    assert len(read) < 10
