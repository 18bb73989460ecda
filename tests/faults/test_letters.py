"""Letters whose sender means harm, and workers that die on them: nothing is lost, doubled, or stopped."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.contacts import attachments
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.jobs import Job
from portal.mail.keeping import keep_letter
from portal.mail.models import IncomingLetter
from portal.mail.reading import Unreadable, read_letter
from portal.work import loop, receive_letter
from tests import make
from tests.portal.test_letters_received import letter

HEADERS = st.sampled_from(
    [
        "From",
        "To",
        "Subject",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Message-ID",
        "References",
        "Content-Disposition",
        "Date",
        "Return-Path",
        "Auto-Submitted",
        "Delivered-To",
        "MIME-Version",
    ]
)
WICKED = rb"""multipart/mixed; boundary=b
multipart/alternative; boundary=
multipart/report; report-type=delivery-status; boundary=b
message/rfc822
text/html; charset=nowhere
base64
quoted-printable
x-unknown
=?utf-8?b?////?=
=?x?q?=?= =?utf-8?q?=E9?=
<<<<<<<<<<<<<<<<<<<<
attachment; filename*=utf-8''%ff%00
attachment; filename*0=a; filename*1*=x''%
a@b, <c@d> (e)""".split(b"\n")
NESTED = b"--a\nContent-Type: multipart/mixed; boundary=a\n\n"
VALUES = st.one_of(
    st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=80),
    st.sampled_from(WICKED),
)
BODIES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(
        st.sampled_from(
            [b"--b\n", b"--b--\n", b"\n", b"> ", b"Content-Type: text/html\n\n", b"<div>", b"\0", b"&#0;"]
        )
    ).map(b"".join),
)
LETTERS = st.builds(
    lambda headers, body: (
        b"".join(name.encode() + b": " + value + b"\n" for name, value in headers) + b"\n" + body
    ),
    st.lists(st.tuples(HEADERS, VALUES), max_size=12),
    BODIES,
)


@given(LETTERS)
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_said_to_be_unreadable(raw: bytes) -> None:
    try:
        read = read_letter(raw)
    except Unreadable:
        return
    for text in (read.subject, read.sender, read.name, read.header_id, read.words.new, read.words.quoted):
        text.encode("utf-8")
        assert "\0" not in text
    assert all("\n" not in text for text in (read.subject, read.sender, read.name, read.header_id))


@given(raws=st.lists(LETTERS, min_size=20, max_size=20, unique=True))
@settings(max_examples=5, deadline=None)
def test_a_hundred_hostile_letters_stand_somewhere(
    app: Flask, work: Callable[[], int], raws: list[bytes]
) -> None:
    make.organization(email="mairie@ville.example")
    for raw in raws:
        keep_letter(app.extensions["settings"], raw, source="smtp")
    work()
    db.session.expire_all()
    states = set(db.session.scalars(db.select(IncomingLetter.state)))
    assert states <= {"read", "apart", "returned"}
    assert db.session.scalars(db.select(Job).filter_by(state="quarantined")).all() == []


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: text/html\n\n" + b"<div><blockquote>" * 50_000,
        b"From: " + b"<" * 2_000_000,
        b"Content-Disposition: attachment; " + b"filename*0*=a; " * 50_000 + b"\n\nx",
        NESTED * 20_000,
        b"Subject: x\n\n" + b"> Le 1/1/2020 a " * 600_000,
        b"Subject: x\n\n" + "été ".encode() * 2_000_000,
    ],
    ids=["nested pages", "brackets", "names", "nested parts", "quotes", "ten megabytes"],
)
def test_what_is_made_to_last_does_not(raw: bytes) -> None:
    began = time.process_time()
    with suppress(Unreadable):
        read_letter(raw)
    assert time.process_time() - began < 10  # made to last for hours


def bring(app: Flask, raw: bytes) -> None:
    make.organization(email="mairie@ville.example")
    keep_letter(app.extensions["settings"], raw, source="smtp")
    db.session.commit()


@pytest.mark.parametrize("instant", ["before", "written"])
def test_a_worker_killed_on_a_letter_leaves_all_of_it_to_the_next(
    app: Flask, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch, instant: str
) -> None:
    bring(app, letter(Content_Type="text/plain"))

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        module = sys.modules[receive_letter.__module__]
        patch.setattr(*((module, "record") if instant == "before" else (module.jobs, "finish")), die)
        with pytest.raises(KeyboardInterrupt):
            loop.work_once(app, "mortal")
    db.session.rollback()
    db.session.execute(db.update(Job).values(lease_until=db.null(), state="waiting"))
    work()
    assert len(db.session.scalars(db.select(Contact)).all()) == 1
    assert len(db.session.scalars(db.select(Message).filter_by(direction="in")).all()) == 1


def test_several_workers_on_many_letters_make_one_exchange_each(app: Flask) -> None:
    make.organization(email="mairie@ville.example")
    for n in range(12):
        raw = letter(f"Lettre {n}", subject=f"Objet {n % 3}", Message_ID=f"<{n}@x>")
        keep_letter(app.extensions["settings"], raw, source="smtp")
    db.session.commit()

    def run() -> None:
        loop.run(app, until_empty=True, stop=threading.Event())

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert len(db.session.scalars(db.select(Contact)).all()) == 3
    assert len(db.session.scalars(db.select(Message).filter_by(direction="in")).all()) == 12


def test_files_of_a_letter_are_judged_and_what_is_refused_is_said(
    app: Flask, work: Callable[[], int]
) -> None:
    part = (
        b"--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=%s\n\n%s\n"
    )
    parts = part % (b"a.pdf", b"%PDF-1.7") + part % (b"../virus.exe", b"MZ")
    bring(
        app,
        b"From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nBonjour\n"
        + parts
        + b"--b--\n",
    )
    work()
    message = db.session.scalars(db.select(Message).filter_by(direction="in")).one()
    assert message.body == "Bonjour"
    assert [one.name for one in message.attachments] == ["a.pdf"]
    assert attachments.open_attachment(
        app.extensions["settings"].attachments_dir, message.attachments[0]
    ).read()
    assert message.envelope is not None
    assert [one["name"] for one in message.envelope.refused] == ["virus.exe"]
