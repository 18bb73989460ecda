"""The door for mail servers: a letter is taken once it is kept, and brought again where it could not be."""

from __future__ import annotations

import asyncio
import smtplib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from portal import spool
from portal.commands import mail as command
from portal.contacts.models import Contact
from portal.database import db
from portal.mail.models import IncomingLetter
from portal.work import read_mail
from tests import make
from tests.portal.test_letters_received import letter
from tests.ports import free_port


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
    for _ in range(2):  # what was taken in is on disk no more
        read_mail.take_in()
        assert len(db.session.scalars(db.select(IncomingLetter)).all()) == 1
        assert spool.kept(app.extensions["settings"].mail_spool) == []


@pytest.mark.parametrize("error", [OSError, ZeroDivisionError])
def test_what_could_not_be_taken_is_brought_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(command, "keep_letter", fail)
    receiver = command.Receiver(app, for_each=True)
    envelope = SimpleNamespace(rcpt_tos=["a@x", "b@x"], original_content=b"x")
    with ThreadPoolExecutor(1) as aside:  # a browser's loop may be running in this thread
        answer = aside.submit(asyncio.run, receiver.handle_DATA(None, None, envelope)).result()
    assert answer == "\r\n".join([command.LATER] * 2)
