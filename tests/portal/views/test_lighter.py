"""What pages weigh on the wire, and what may be compressed: files that are the same for everybody, never a page."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests import make
from tests.signing import signed_in

FIRST_VISIT = 60_000
TAKES = {"Accept-Encoding": "gzip, deflate"}
NEEDS = re.compile(r'(?:href|src)="(/(?:static/[^"]+\.(?:css|js|svg)|site\.css[^"]*))"')
IMPORTS = re.compile(r'(?:from|import|Worker\()\s*\(?(?:new URL\()?"\./([\w-]+\.js)"')


@pytest.fixture
def engine() -> str:
    return "sqlite"  # a page weighs the same on both


def weight(client: Any, path: str) -> int:
    """Bytes of a page and of all that it needs, modules that modules import included, as a browser receives them."""
    page = client.get(path, headers=TAKES)
    assert page.status_code == 200, path
    needed, seen = set(NEEDS.findall(page.text)), set[str]()
    total = len(page.data)
    while needed:
        one = needed.pop()
        seen.add(one)
        answer = client.get(one, headers=TAKES)
        assert answer.status_code == 200, one
        total += len(answer.data)
        if one.endswith(".js"):
            code = gzip.decompress(answer.data) if answer.content_encoding == "gzip" else answer.data
            needed |= {f"/static/js/{name}" for name in IMPORTS.findall(code.decode())} - seen
    return total


def test_a_first_visit_to_any_page_weighs_little(app: Flask, client: Any) -> None:
    make.line()
    citizen = make.citizen(phone="+33639980001")
    contact = make.contact(citizen_id=citizen.id)
    paths = {
        "": ["/fr/", "/ar/", "/fr/search?q=carte", "/fr/requests/new?nature=report", "/fr/find", "/sign-in"],
        "supervisor": [
            *("/console/", f"/console/contacts/{contact.id}", f"/console/citizens/{citizen.id}"),
            *("/console/cases", "/console/search", "/console/reports", "/console/room", "/admin/planning"),
        ],
        "administrator": ["/admin/", "/admin/rules", "/admin/lines", "/admin/services", "/admin/appearance"],
    }
    heavy = {}
    for role, places in paths.items():
        if role:
            signed_in(client, make.staff(role))
        heavy |= {path: n for path in places if (n := weight(client, path)) >= FIRST_VISIT}
    assert heavy == {}


def test_files_that_are_the_same_for_everybody_leave_compressed(client: Any) -> None:
    for path in ("/static/css/base.css", "/static/js/page.js"):
        plain, packed = client.get(path), client.get(path, headers=TAKES)
        assert plain.content_encoding is None and packed.content_encoding == "gzip"
        assert gzip.decompress(packed.data) == plain.data == (Path("static") / path[8:]).read_bytes()
        assert len(packed.data) == packed.content_length < len(plain.data)
        assert "Accept-Encoding" in plain.headers["Vary"] and "Accept-Encoding" in packed.headers["Vary"]
        again = client.get(path, headers={**TAKES, "If-None-Match": packed.headers["ETag"]})
        assert again.status_code == 304
        part = client.get(path, headers={**TAKES, "Range": "bytes=0-9"})
        assert (part.status_code, part.content_encoding, len(part.data)) == (206, None, 10)


def test_a_file_says_what_matters_of_it_and_no_more(client: Any) -> None:
    for path, held in (("/static/css/base.css", False), ("/static/js/news-worker.js", True)):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff" and "max-age" in headers["Cache-Control"]
        assert ("Content-Security-Policy" in headers, "Cross-Origin-Embedder-Policy" in headers) == (
            held,
            held,
        )
        assert sum(len(name) + len(value) + 4 for name, value in headers.items()) < 600


def test_no_page_is_compressed(app: Flask, client: Any) -> None:
    for path in ("/fr/", "/fr/requests/new", "/sign-in"):
        assert client.get(path, headers=TAKES).content_encoding is None
    signed_in(client, make.staff("administrator"))
    assert client.get("/admin/", headers=TAKES).content_encoding is None
