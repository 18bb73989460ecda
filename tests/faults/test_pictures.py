"""A picture that comes with a text is kept as any file that people send, and fetched from nowhere but the network's."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from portal.contacts.models import Attachment, Contact, Message
from portal.contacts.texts import pictures
from portal.database import db
from portal.jobs import Job
from portal.telephony import sending as asking
from simulator import Running
from simulator.texts import sending
from tests import make
from tests.faults.test_sending_texts import turn, work_later
from tests.network import LINE, NUMBER, Network
from tests.processes import a_worker
from tests.signing import signed_in

PHOTO = b"\xff\xd8\xff\xe0" + b"trottoir" * 100
FILM = b"\x00\x00\x00\x18ftypmp42" + b"film" * 100
ACCOUNT = "AC" + "0" * 32


@pytest.fixture(autouse=True)
def town(app: Flask) -> None:
    make.organization(phone=LINE)
    make.line(LINE)
    db.session.commit()


def write(telephone: Running, body: str = "Un trou devant chez moi", *files: bytes) -> None:
    """A telephone sends a text with these files, and the portal has heard of it."""
    files = files or (PHOTO,)
    sending.write(telephone.network, NUMBER, LINE, body, pictures=[("image/jpeg", one) for one in files])
    telephone.settle()
    db.session.rollback()


def left_there(telephone: Running) -> int:
    """How many pictures the network still has."""
    return sum(len(text.pictures) for text in telephone.network.texts.values())


def kept() -> list[tuple[str, str, int]]:
    query = db.select(Attachment.name, Attachment.media_type, Attachment.size).order_by(Attachment.id)
    return [tuple(row) for row in db.session.execute(query)]


def came() -> Message:
    return db.session.scalars(db.select(Message).filter_by(direction="in")).one()


def test_the_picture_is_in_the_thread_and_an_agent_opens_it(
    client: Any, telephone: Running, served: str, work: Callable[[], int]
) -> None:
    write(telephone)
    work()
    assert kept() == [("photo-1.jpg", "image/jpeg", len(PHOTO))] and left_there(telephone) == 0
    at_desk = signed_in(client, make.staff())
    db.session.commit()
    page = at_desk.get(f"/console/contacts/{came().contact_id}").text
    assert "photo-1.jpg" in page and "Un trou devant chez moi" in page
    (one,) = db.session.scalars(db.select(Attachment.id))
    assert at_desk.get(f"/console/attachments/{one}").data == PHOTO


def test_a_picture_without_words_waits_for_a_person_with_a_receipt_and_no_article(
    telephone: Running, served: str, work: Callable[[], int]
) -> None:
    make.queue()
    db.session.commit()
    write(telephone, "")
    work()
    contact = db.session.scalars(db.select(Contact)).one()
    assert came().body == "(photo, sans texte)" and contact.queue_id is not None and len(kept()) == 1
    written = db.session.scalars(db.select(Message.purpose).filter_by(direction="out")).all()
    assert written == ["receipt"]


def test_two_pictures_told_of_twice_are_two(telephone: Running, served: str, work: Callable[[], int]) -> None:
    turn(telephone, callbacks={"double": 1.0})
    write(telephone, "Voici", PHOTO, PHOTO + b"2")
    work()
    assert sorted(name for name, _, _ in kept()) == ["photo-1.jpg", "photo-2.jpg"]


@pytest.mark.parametrize("fault", ["silence", "refuse", "error", "too_many"])
def test_a_network_that_fails_for_a_while_costs_no_picture(
    telephone: Running, served: str, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(asking, "READ_S", 0.1)
    write(telephone)
    turn(telephone, requests={fault: 1.0}, silence_s=0.3)
    work()
    assert kept() == []
    turn(telephone, requests={fault: 0.0}, silence_s=0)
    work_later(work)
    assert len(kept()) == 1


@pytest.mark.slow
def test_a_worker_killed_while_it_fetches_leaves_the_picture_to_the_next(
    app: Flask, telephone: Running, served: str, work: Callable[[], int]
) -> None:
    write(telephone)
    turn(telephone, next_requests={"silence": 1}, silence_s=20)
    asked = telephone.network.faults.coming["requests"]
    with a_worker(app) as process:
        until = time.monotonic() + 60
        while asked and time.monotonic() < until:
            time.sleep(0.02)
        process.kill()
        process.join()
    turn(telephone, next_requests=[], silence_s=0)
    assert not asked and kept() == []
    work_later(work)
    assert len(kept()) == 1


def test_what_we_do_not_take_is_said_to_the_agent_and_once_to_the_sender(
    client: Any, telephone: Running, served: str, work: Callable[[], int]
) -> None:
    write(telephone, "Look at this hole in the pavement in front of my house, please", FILM, FILM + b"2")
    work()
    assert kept() == []
    telephone.handset(NUMBER).wait_for_text("/en/requests/new")
    told = [one["body"] for one in telephone.handset(NUMBER).texts() if "/requests/new" in one["body"]]
    assert len(told) == 1 and "picture" in told[0]
    at_desk = signed_in(client, make.staff())
    db.session.commit()
    assert (
        "Une photo jointe n’a pas pu être prise" in at_desk.get(f"/console/contacts/{came().contact_id}").text
    )


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"MZ\x90\0" * 50, b"\xff\xd8\xff\xe0" + b"0" * asking.LARGEST_PICTURE]
)
def test_one_that_is_empty_too_large_or_no_picture_is_said_at_once(
    telephone: Running, served: str, work: Callable[[], int], data: bytes
) -> None:
    write(telephone, "Voici", PHOTO, data)
    work()
    assert [size for _, _, size in kept()] == [len(PHOTO)] and came().error == "media"
    telephone.handset(NUMBER).wait_for_text("/requests/new")
    assert left_there(telephone) == 0


def test_where_the_network_sends_us_to_a_stranger_we_do_not_go(
    telephone: Running, served: str, work: Callable[[], int]
) -> None:
    write(telephone)
    settings = telephone.network.settings
    telephone.network.settings = replace(settings, own_url=settings.own_url.replace("127.0.0.1", "localhost"))
    for _ in range(7):
        work_later(work)
    assert kept() == [] and came().error == "media"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/steal",
        f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM12345678/Media/../../Keys.json",
        f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM12345678/Media/ME123?x=1",
        "http://169.254.169.254/latest/meta-data",
        "",
    ],
)
def test_an_address_that_names_no_picture_asks_for_nothing(app: Flask, url: str) -> None:
    told = {"MessageSid": "MM1", "Body": "Voici", "NumMedia": "1", "MediaUrl0": url}
    assert Network(app).post("/telephone/text", **told).status_code == 200
    assert came().body == "Voici"
    assert db.session.scalar(db.select(Job.id).filter_by(kind="fetch_picture")) is None


def test_only_the_names_that_an_address_holds_are_used(app: Flask) -> None:
    there = "https://evil.example/2010-04-01/Accounts/x/Messages/MM12345678/Media/ME12345678"
    told = {"MessageSid": "MM1", "Body": "Voici", "NumMedia": "1", "MediaUrl0": there}
    Network(app).post("/telephone/text", **told)
    job = db.session.scalars(db.select(Job).filter_by(kind="fetch_picture")).one()
    assert job.payload["named"] == "MM12345678/ME12345678" and "evil" not in json.dumps(job.payload)


@pytest.mark.parametrize("count", ["", "x", "-1", "0"])
def test_a_count_that_is_none_asks_for_nothing(count: str) -> None:
    place = "https://api.twilio.com/2010-04-01/Accounts/x/Messages/MM12345678/Media/ME12345678"
    assert pictures.names({"NumMedia": count, "MediaUrl0": place}) == []


def test_a_picture_that_is_kept_is_deleted_at_the_network_until_it_is_gone(
    telephone: Running, served: str, work: Callable[[], int]
) -> None:
    write(telephone)
    turn(telephone, next_requests=["", "error"])  # fetched, then not deleted
    work()
    assert len(kept()) == 1 and left_there(telephone) == 1
    work_later(work)
    assert len(kept()) == 1 and left_there(telephone) == 0 and came().error == ""


def test_one_that_is_deleted_without_our_knowing_is_not_taken_for_lost(
    telephone: Running, served: str, work: Callable[[], int]
) -> None:
    write(telephone)
    turn(telephone, next_requests=["", "silence"])  # fetched; deleted, without a word
    work()
    work_later(work)
    assert len(kept()) == 1 and left_there(telephone) == 0 and came().error == ""
    assert db.session.scalars(db.select(Job.state).filter_by(kind="fetch_picture")).all() == ["done"]
