"""Files by the web form and the follow-up page: kept when the form comes back, read by those alone who may."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from portal.cases.models import Case
from portal.contacts.models import Attachment, Contact
from portal.database import db
from portal.views import limits
from tests import make
from tests.portal.views.public.test_requests import THREAD, open_thread, write
from tests.signing import send, signed_in

pytestmark = pytest.mark.usefixtures("town")

PDF = b"%PDF-1.7\n%%EOF"


def files(*named: tuple[str, bytes]) -> list[tuple[BytesIO, str]]:
    return [(BytesIO(data), name) for name, data in named]


def attached() -> list[Attachment]:
    return list(db.session.scalars(db.select(Attachment).order_by(Attachment.id)))


def test_a_request_brings_its_files_to_staff_as_downloads(app: Flask, client: Any) -> None:
    make.queue()
    agent = make.staff()
    assert write(client, files=files(("é\u202efdp.pdf", PDF), ("note.txt", b"Bonjour"))).status_code == 303
    first, _second = attached()
    desk = signed_in(app.test_client(), agent)
    page = desk.get(f"/console/contacts/{first.message.contact_id}").text
    assert f"/console/attachments/{first.id}" in page and "note.txt" in page
    answer = desk.get(f"/console/attachments/{first.id}")
    assert answer.data == PDF
    said = answer.headers["Content-Disposition"]
    assert said.startswith("attachment") and "filename*=UTF-8''" in said and "\u202e" not in said
    assert (
        answer.headers["Cache-Control"] == "no-store"
        and answer.headers["X-Content-Type-Options"] == "nosniff"
    )
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_form_shown_again_keeps_what_was_sent(client: Any) -> None:
    answer = write(client, body="", files=files(("carte.pdf", PDF)))
    assert answer.status_code == 422 and "carte.pdf" in answer.text
    [token] = re.findall(r'name="kept" value="([^"]+)"', answer.text)
    assert write(client, kept=token).status_code == 303
    assert [one.name for one in attached()] == ["carte.pdf"]


def test_a_refused_file_is_said_and_loses_nothing_else(client: Any) -> None:
    answer = write(client, files=files(("virus.exe", b"MZ\0"), ("carte.pdf", PDF)))
    assert answer.status_code == 422
    assert "virus.exe" in answer.text and "format accepté" in answer.text
    assert "Faut-il une photo" in answer.text and "carte.pdf" in answer.text
    assert db.session.scalars(db.select(Contact)).all() == []


def test_one_address_does_not_fill_the_disk(app: Flask, client: Any) -> None:
    limits.limiter.reset()
    app.config["RELAIS_LIMITS"] = True
    try:
        answers = [write(client, body="", files=files((f"{n}.pdf", PDF))).status_code for n in range(13)]
        assert answers == [422] * 12 + [429]
        assert write(client, body="").status_code == 422
    finally:
        app.config["RELAIS_LIMITS"] = False


def test_a_file_that_we_did_not_keep_for_this_form_is_not_named(client: Any) -> None:
    assert write(client, kept="WyJhIiwidGV4dC9wbGFpbiIsMSwiMDAiXQ.signature").status_code == 303
    assert attached() == []


def test_the_same_form_sent_twice_attaches_its_files_once(client: Any) -> None:
    for _ in range(2):
        write(client, files=files(("carte.pdf", PDF)))
    assert len(attached()) == 1


@pytest.fixture
def opened(client: Any, work: Callable[[], int]) -> Case:
    """A request with a file, opened by its code."""
    write(client, files=files(("carte.pdf", PDF)))
    case = db.session.scalars(db.select(Case)).one()
    open_thread(client, work, case)
    return case


def test_whoever_has_the_code_reads_the_files_of_that_matter_alone(
    app: Flask, client: Any, opened: Case
) -> None:
    [mine] = attached()
    address = f"/fr/requests/thread/files/{mine.id}"
    assert client.get(address).data == PDF
    assert app.test_client().get(address).status_code == 404
    other = make.contact("web")
    mine.message.contact_id = other.id
    assert client.get(address).status_code == 404


def test_a_message_on_the_follow_up_page_brings_files_too(client: Any, opened: Case) -> None:
    typed = {"body": "Voici", "form_key": "z" * 20, "files": files(("suite.txt", b"Suite"))}
    assert send(client, THREAD, typed).status_code == 303
    assert [one.name for one in attached()] == ["carte.pdf", "suite.txt"]
    assert "suite.txt" in client.get(THREAD).text
