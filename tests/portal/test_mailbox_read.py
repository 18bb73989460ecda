"""The mailbox is read by IMAP: nothing lost, nothing doubled, whenever the reader dies and whoever else reads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from portal.contacts.models import Contact
from portal.database import db
from portal.mail import fetching
from portal.mail.models import IncomingLetter, MailFolder
from portal.work import read_mail
from tests import imap, make
from tests.portal.test_letters_received import letter


@pytest.fixture
def box(app: Flask) -> Iterator[imap.Box]:
    """A mailbox on a small server, which the application's settings name."""
    make.organization(email="mairie@ville.example")
    db.session.commit()
    former = app.extensions["settings"]
    with imap.serve() as box:
        app.extensions["settings"] = replace(
            former, imap_host="127.0.0.1", imap_port=box.port, imap_user="m", imap_password="secret"
        )
        yield box
        app.extensions["settings"] = former


def kept() -> int:
    return len(db.session.scalars(db.select(IncomingLetter)).all())


def folder() -> MailFolder:
    return db.session.scalars(db.select(MailFolder)).one()


def test_new_letters_are_kept_then_marked_and_become_contacts(box: imap.Box, work: Callable[[], int]) -> None:
    box.put(letter())
    box.put(letter(sender="autre@x.example", subject="Voirie"))
    assert read_mail.read_folder() == 2
    assert box.seen == {1, 2} and folder().last_uid == 2
    work()
    assert {one.subject for one in db.session.scalars(db.select(Contact))} == {"Carte", "Voirie"}
    assert read_mail.read_folder() == 0 and box.fetched == [1, 2]


def test_at_the_first_reading_what_was_already_opened_is_left_alone(box: imap.Box) -> None:
    box.put(letter(subject="Ancienne"))
    box.seen.add(1)
    box.put(letter(subject="Nouvelle"))
    assert read_mail.read_folder() == 1 and box.fetched == [2]


def test_a_letter_that_someone_opened_before_us_is_not_lost(box: imap.Box) -> None:
    read_mail.read_folder()
    box.seen.add(box.put(letter()))
    assert read_mail.read_folder() == 1


def test_a_letter_that_is_not_given_stops_no_other_and_is_asked_for_again(box: imap.Box) -> None:
    box.put(letter(subject="Retenue"))
    box.withheld = {1}
    box.put(letter(sender="autre@x.example", subject="Voirie"))
    assert read_mail.read_folder() == 1 and box.seen == {2}
    assert "lettre numéro 1" in folder().trouble
    box.withheld = set()
    assert read_mail.read_folder() == 1 and box.seen == {1, 2} and not folder().trouble


def test_letters_that_the_server_does_not_mark_keep_no_new_one_waiting(
    box: imap.Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_mail, "AT_ONCE", 3)
    read_mail.read_folder()
    box.marks = False
    for n in range(3):
        box.put(letter(subject=f"Ancienne {n}"))
    assert read_mail.read_folder() == 3
    box.put(letter(subject="Nouvelle"))
    assert read_mail.read_folder() == 1
    assert "marqué" in folder().trouble


@pytest.mark.parametrize("instant", ["fetched", "kept"])
def test_killed_at_any_instant_nothing_is_lost_nor_doubled(
    box: imap.Box, monkeypatch: pytest.MonkeyPatch, instant: str
) -> None:
    box.put(letter())
    with monkeypatch.context() as patch:
        where = {"fetched": (read_mail, "keep_letter"), "kept": (fetching, "mark")}[instant]

        def die(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        patch.setattr(*where, die)
        with pytest.raises(KeyboardInterrupt):
            read_mail.read_folder()
    db.session.rollback()
    assert box.seen == set()
    folder().held_until = None  # its lease runs out
    db.session.commit()
    read_mail.read_folder()
    assert kept() == 1 and box.seen == {1}


def test_the_server_vanishing_loses_nothing(box: imap.Box) -> None:
    box.put(letter())
    for command in ("LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"):
        box.hang_up_at = command
        read_mail.read_folder()
        assert folder().trouble and folder().held_until is None
    box.hang_up_at = ""
    read_mail.read_folder()
    assert kept() == 1 and box.seen == {1} and folder().trouble == ""


def test_a_server_that_numbers_anew_doubles_nothing(box: imap.Box) -> None:
    box.put(letter())
    read_mail.read_folder()
    box.uid_validity, box.letters = 8, {n + 10: raw for n, raw in box.letters.items()}
    box.put(letter(subject="Nouvelle"))
    read_mail.read_folder()
    assert kept() == 2


def test_killed_while_the_server_numbers_anew_nothing_that_somebody_opened_is_lost(
    box: imap.Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put(letter())
    read_mail.read_folder()
    box.uid_validity, box.letters, box.seen = 8, {n + 10: raw for n, raw in box.letters.items()}, {11}
    box.seen.add(box.put(letter(subject="Ouverte par quelqu’un")))

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(read_mail, "keep_letter", die)
        read_mail.read_folder()
    db.session.rollback()
    folder().held_until = None  # its lease runs out
    db.session.commit()
    assert read_mail.read_folder() == 1 and kept() == 2
    assert (folder().uid_validity, folder().last_uid) == (8, 12)
    assert read_mail.read_folder() == 0


def test_two_workers_do_not_read_at_once(app: Flask, box: imap.Box) -> None:
    for n in range(10):
        box.put(letter(subject=f"Lettre {n}"))
    barrier = threading.Barrier(2)

    def read() -> None:
        with app.app_context():
            barrier.wait()
            read_mail.read_folder()

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept() == 10 == len(box.fetched)


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ({"password": "autre"}, "mot de passe"),
        ({"read_only": True}, "que de lire"),
        ({"hang_up_at": "SELECT"}, "interrompue"),
    ],
)
def test_why_the_mailbox_cannot_be_read_is_said(box: imap.Box, what: dict[str, Any], sentence: str) -> None:
    for name, value in what.items():
        setattr(box, name, value)
    read_mail.read_folder()
    assert sentence in folder().trouble


def test_a_letter_too_heavy_to_take_still_stands_on_the_desk(
    box: imap.Box, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "LARGEST", 1000)
    box.put(letter("x" * 5000))
    read_mail.read_folder()
    work()
    contact = db.session.scalars(db.select(Contact)).one()
    assert "trop lourde" in contact.subject
