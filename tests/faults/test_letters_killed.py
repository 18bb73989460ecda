"""A worker of letters, killed for good between what it does: none is lost, and none becomes two exchanges."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from portal import jobs
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.mail.models import IncomingLetter, MailFolder
from portal.work import read_mail
from tests import imap
from tests.portal.test_letters_received import letter
from tests.portal.test_mail_servers import Postman, answered, postman  # noqa: F401  (a fixture)
from tests.portal.test_mailbox_read import box  # noqa: F401  (a fixture)
from tests.processes import a_worker
from tests.sending import work_later
from tests.until import until

pytestmark = pytest.mark.slow


def letters(app: Flask) -> list[Path]:
    return [path for path in app.extensions["settings"].letters_dir.glob("*/*") if path.is_file()]


def rows() -> list[IncomingLetter]:
    db.session.rollback()
    return list(db.session.scalars(db.select(IncomingLetter)))


def ask_for_a_reading() -> None:
    jobs.enqueue("read_mail", {})
    db.session.commit()
    db.session.remove()


def goes_on(box: imap.Box, work: Callable[[], int]) -> None:  # noqa: F811  (a fixture)
    """Another worker reads the folder once the dead one's hold of it is over: one letter, one exchange."""
    db.session.execute(db.update(MailFolder).values(held_until=None))
    db.session.commit()
    read_mail.read_folder()
    work()
    db.session.rollback()
    assert len(rows()) == 1 and box.seen == {1}
    assert len(db.session.scalars(db.select(Contact)).all()) == 1
    assert len(db.session.scalars(db.select(Message).filter_by(direction="in")).all()) == 1


def test_killed_after_fetching_and_before_the_commit(
    app: Flask,
    box: imap.Box,  # noqa: F811  (a fixture)
    work: Callable[[], int],
) -> None:
    """The letter lies on the disk, its row waits for a lock that somebody has: there the worker dies."""
    engine, table = db.engine, "LOCK TABLE incoming_letters IN EXCLUSIVE MODE"
    others = engine.connect()

    def hold() -> None:
        if not others.in_transaction():
            others.execute(db.text(table if engine.dialect.name == "postgresql" else "SELECT 1"))

    box.put(letter())
    box.before["FETCH"] = hold
    ask_for_a_reading()
    with a_worker(app) as process:
        until(lambda: letters(app), "the letter")
        process.kill()
        process.join()
    others.rollback()
    others.close()
    box.before.clear()
    assert box.fetched == [1] and rows() == [] and box.seen == set()
    goes_on(box, work)


def test_killed_after_the_commit_and_before_the_mark(
    app: Flask,
    box: imap.Box,  # noqa: F811  (a fixture)
    work: Callable[[], int],
) -> None:
    reached, over = threading.Event(), threading.Event()

    def stay() -> None:
        reached.set()
        over.wait(60)
        raise ConnectionResetError

    box.put(letter())
    box.before["STORE"] = stay
    ask_for_a_reading()
    with a_worker(app) as process:
        assert reached.wait(60), "the letter is about to be marked"
        process.kill()
        process.join()
    over.set()
    box.before.clear()
    assert len(rows()) == 1 and box.seen == set()
    goes_on(box, work)


def test_killed_between_sending_a_letter_and_recording_it(
    app: Flask,
    postman: Postman,  # noqa: F811  (a fixture)
    work: Callable[[], int],
) -> None:
    """The mail server has the letter and holds its answer. It may be given it again, as the same letter: by its
    Message-ID, which mailboxes know it by."""
    message = answered()
    db.session.commit()
    db.session.remove()
    postman.silent = True
    with a_worker(app) as process:
        until(lambda: postman.taken, "the letter")
        process.kill()
        process.join()
    postman.silent = False
    assert db.session.get_one(Message, message.id).state == "sending"
    db.session.rollback()
    work_later(work, 3)
    db.session.rollback()
    assert db.session.get_one(Message, message.id).state == "sent"
    assert len({one["Message-ID"] for one in postman.taken}) == 1
