"""What pages weigh on the wire, and what may be compressed: files that are the same for everybody, never a page."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from portal.contacts.models import Contact, Message
from portal.database import db
from portal.staff.models import Staff
from portal.views import assets
from tests import make
from tests.browser.visiting import sign_in_of
from tests.signing import signed_in
from tests.snapshot import load_demo_town

FIRST_VISIT = 60_000
IN_HAND = 56_000
A_STATUS = 130  # bytes of the status line, and of what the server says of itself and of the connection
EXAMPLES = 2  # pages of one door, among those that links lead to
TAKES = {"Accept-Encoding": "gzip, deflate"}
NEEDS = re.compile(r'(?:<link rel="(?:icon|stylesheet)" href|<(?:script type="module"|img) src)="([^"]+)"')
LINKS = re.compile(r'<a [^>]*?href="(/[^"#]*)')
IMPORTS = re.compile(r'(?:from|import|Worker\()\s*\(?(?:new URL\()?"(?:\./)?([\w-]+\.js)"')


@pytest.fixture
def engine() -> str:
    return "sqlite"  # a page weighs the same on both


def received(answer: Any) -> int:
    """Bytes of an answer as a browser receives it, with its headers."""
    said = sum(len(f"{name}: {value}\r\n".encode()) for name, value in answer.headers.items())
    return A_STATUS + said + len(answer.data)


class Scales:
    """Weighs pages with all that they need, modules that modules import included."""

    def __init__(self, client: Any) -> None:
        self.client = client
        # of each file: its weight, and what it needs itself
        self.known: dict[str, tuple[int, list[str]]] = {}

    def weigh(self, page: Any) -> int:
        needed, seen = [found.replace("&amp;", "&") for found in NEEDS.findall(page.text)], set[str]()
        total = received(page)
        while needed:
            one = needed.pop()
            if one in seen or not one.startswith("/"):
                continue
            seen.add(one)
            weight, more = self._file(one)
            total += weight
            needed += more
        return total

    def _file(self, path: str) -> tuple[int, list[str]]:
        if path not in self.known:
            answer = self.client.get(path, headers=TAKES)
            assert answer.status_code == 200, path
            code = gzip.decompress(answer.data) if answer.content_encoding == "gzip" else answer.data
            beside = IMPORTS.findall(code.decode()) if path.endswith(".js") else []
            self.known[path] = (received(answer), [f"{path.rpartition('/')[0]}/{name}" for name in beside])
        return self.known[path]


def pages_from(app: Flask, client: Any, home: str) -> Iterator[tuple[str, Any]]:
    """The pages that links lead to, and those to which theirs do: a few of each door."""
    doors = app.url_map.bind("localhost")
    waiting, met, shown = [home], {home}, dict[str, int]()
    while waiting:
        path = waiting.pop(0)
        try:
            door = str(doors.match(urlsplit(path).path, "GET")[0])
        except HTTPException:
            continue
        shown[door] = shown.get(door, 0) + 1
        if shown[door] > EXAMPLES:
            continue
        answer = client.get(path, headers=TAKES)
        if answer.status_code != 200 or answer.mimetype != "text/html" or "<html" not in answer.text:
            continue
        yield path, answer
        found = [link.replace("&amp;", "&") for link in LINKS.findall(answer.text)]
        waiting += [link for link in dict.fromkeys(found) if link not in met]
        met.update(found)


@pytest.mark.parametrize("home", ["/fr/", "/ar/", "/console/", "/admin/"])
def test_a_first_visit_to_any_page_weighs_little(app: Flask, client: Any, run: Path, home: str) -> None:
    load_demo_town(app, run)
    role = {"/console/": "supervisor", "/admin/": "administrator"}.get(home)
    if role:
        email, password = sign_in_of(app, role)
        signed_in(client, db.session.scalars(db.select(Staff).filter_by(email=email)).one(), password)
    scales = Scales(client)
    weights = {path: scales.weigh(page) for path, page in pages_from(app, client, home)}
    assert len(weights) > 15
    assert {path: weight for path, weight in weights.items() if weight >= FIRST_VISIT} == {}


def test_an_exchange_in_hand_weighs_little_too(app: Flask, client: Any, run: Path) -> None:
    load_demo_town(app, run)
    email, password = sign_in_of(app, "agent")
    agent = db.session.scalars(db.select(Staff).filter_by(email=email)).one()
    signed_in(client, agent, password)
    said = db.select(db.func.count()).where(Message.contact_id == Contact.id).scalar_subquery()
    theirs = db.select(Contact).where(Contact.organization_id == agent.organization_id)
    theirs = theirs.order_by(Contact.citizen_id.is_(None), said.desc(), Contact.id)
    weights, scales = {}, Scales(client)
    for channel in ("text", "web", "email", "phone"):
        contact = db.session.scalars(theirs.filter_by(channel=channel).limit(1)).one()
        contact.state, contact.agent_id, contact.certainty = "in_progress", agent.id, "confirmed"
        db.session.commit()
        weights[channel] = scales.weigh(client.get(f"/console/contacts/{contact.id}", headers=TAKES))
    assert {channel: weight for channel, weight in weights.items() if weight >= IN_HAND} == {}


def test_files_that_are_the_same_for_everybody_leave_compressed(client: Any) -> None:
    for path in (f"/assets/{assets.version()}/tokens+base.css", f"/assets/{assets.version()}/live.js"):
        plain, packed = client.get(path), client.get(path, headers=TAKES)
        assert plain.content_encoding is None and packed.content_encoding == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert len(packed.data) == packed.content_length < len(plain.data)
        assert "Accept-Encoding" in plain.headers["Vary"] and "Accept-Encoding" in packed.headers["Vary"]


def test_a_file_says_what_matters_of_it_and_no_more(client: Any) -> None:
    for name, held in (("base.css", False), ("live.js", False), ("news-worker.js", True)):
        headers = client.get(f"/assets/{assets.version()}/{name}", headers=TAKES).headers
        assert headers["X-Content-Type-Options"] == "nosniff" and "max-age" in headers["Cache-Control"]
        assert ("Content-Security-Policy" in headers, "Cross-Origin-Embedder-Policy" in headers) == (
            held,
            held,
        )
        assert sum(len(name) + len(value) + 4 for name, value in headers.items()) < 500


def test_no_page_is_compressed(app: Flask, client: Any) -> None:
    for path in ("/fr/", "/fr/requests/new", "/sign-in"):
        assert client.get(path, headers=TAKES).content_encoding is None
    signed_in(client, make.staff("administrator"))
    assert client.get("/admin/", headers=TAKES).content_encoding is None


def test_the_margins_of_templates_stay_at_home(client: Any) -> None:
    assert not re.search(r"^[ \t]", client.get("/fr/").text, re.MULTILINE)
