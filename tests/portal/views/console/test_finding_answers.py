"""Looking for an answer: what is typed may be somebody's matter, and stands in no address and no log."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests import make
from tests.signing import send, signed_in

TYPED = "ma voisine Benali a perdu sa carte"


def test_the_address_of_a_search_says_nothing_and_shows_it_again(
    app: Flask, at_desk: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        led = send(at_desk, "/console/search", {"q": TYPED})
        page = at_desk.get(led.location)
    assert led.status_code == 302 and page.status_code == 200
    assert f'value="{TYPED}"' in page.text
    assert "Benali" not in led.location and "Benali" not in caplog.text
    at_once = send(at_desk, "/console/search", {"q": TYPED, "at_once": "1"})
    assert re.search(r'data-address="/console/search/[\w-]+"', at_once.text) and TYPED in at_once.text


def test_ones_search_is_nobody_elses_nor_of_another_kind(app: Flask, at_desk: Any) -> None:
    answers = send(at_desk, "/console/search", {"q": TYPED}).location
    people = send(at_desk, "/console/citizens", {"who": "Benali"}).location
    assert at_desk.get(answers.replace("search", "found")).status_code == 404
    assert at_desk.get(people.replace("found", "search")).status_code == 404
    assert signed_in(app.test_client(), make.staff()).get(answers).status_code == 404


def test_a_search_typed_too_long_or_not_at_all_is_a_page(app: Flask, at_desk: Any) -> None:
    for typed in ("", "mot " * 200):
        led = send(at_desk, "/console/search", {"q": typed})
        assert at_desk.get(led.location).status_code == 200
    assert at_desk.get("/console/search?q=carte").status_code == 200


def test_what_is_found_while_one_types_is_asked_by_post(app: Flask, at_desk: Any) -> None:
    contact = make.contact("phone")
    for door in ("/console/articles", f"/console/contacts/{contact.id}/articles"):
        assert "Aucune fiche" in send(at_desk, door, {"q": "xqzptv"}).text
        assert at_desk.get(door, headers={"Sec-Fetch-Mode": "cors"}).status_code == 405
    assert send(at_desk, "/console/contacts/999999/articles", {"q": "carte"}).status_code == 404


def test_no_script_of_the_console_puts_what_is_typed_in_an_address() -> None:
    for script in ("console", "palette", "jottings"):
        assert "?q=" not in (Path("static/js") / f"{script}.js").read_text()
