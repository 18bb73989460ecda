"""Searching from the console: sent by POST, shown at an address that says nothing, to who asked and nobody else."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock, history
from portal.cases.opening import open_case
from portal.contacts.models import Contact
from portal.database import db
from portal.records.models import Lookup
from tests import make
from tests.portal.records.followed import take_up
from tests.signing import send, signed_in


def contact(subject: str, days: float = 0, **values: Any) -> Contact:
    at = clock.now() - timedelta(days=days)
    row = make.contact(values.pop("channel", "phone"), subject=subject, started_at=at, **values)
    history.record("contact.begun", row, by=history.CITIZEN)
    return row


def search(client: Any, who: str, **fields: str) -> Any:
    answer = send(client, "/console/citizens", {"who": who, **fields})
    assert answer.status_code == 302, answer.text
    return client.get(answer.location)


def test_the_address_of_a_search_says_nothing_and_shows_it_again(
    app: Flask, at_desk: Any, caplog: pytest.LogCaptureFixture
) -> None:
    row = contact("Fuite chez Benali", note="Rappeler le plombier")
    case = open_case(row, by=make.staff().actor)
    make.citizen("Plombier Marcel")
    take_up()
    with caplog.at_level(logging.DEBUG):
        page = search(at_desk, "plombiers")
        again = at_desk.get(page.request.path)
    assert "plombier" not in page.request.url and "plombier" not in caplog.text.lower()
    for shown in (page, again):
        assert "<mark>plombier</mark>" in shown.text and f"/console/contacts/{row.id}" in shown.text
        assert 'value="plombiers"' in shown.text
    assert "Plombier Marcel" in search(at_desk, "plombier").text
    assert f"/console/cases/{case.id}" in search(at_desk, "fuite").text


def test_ones_search_is_nobody_elses_and_lasts_half_a_day(app: Flask, at_desk: Any) -> None:
    address = search(at_desk, "plombier").request.path
    other = signed_in(app.test_client(), make.staff())
    assert other.get(address).status_code == 404
    with time_machine.travel(clock.now() + timedelta(hours=13)):
        assert at_desk.get(address).status_code in {302, 404}
        search(signed_in(app.test_client(), make.staff()), "autre")
    assert db.session.scalar(db.select(db.func.count(Lookup.name))) == 1


def test_lists_go_on_and_are_narrowed(app: Flask, at_desk: Any) -> None:
    for n in range(25):
        contact(f"Numéro {n} du manège", days=n + 0.5)
    old = contact("Ancien manège", days=600, channel="web")
    take_up()
    page = search(at_desk, "manège")
    assert "Numéro 0 " in page.text and "Numéro 19 " in page.text and "Numéro 20 " not in page.text
    further = page.text.split("after=")[1].split('"')[0]
    page = at_desk.get(f"{page.request.path}?group=contacts&after={further}")
    assert "Numéro 20 " in page.text and "Numéro 19 " not in page.text and "Ancien" not in page.text
    assert "Ancien" in search(at_desk, "manège", channel="web", period="all").text
    day = clock.local_day(old.started_at).isoformat()
    assert "Ancien" in search(at_desk, "manège", period="dates", since=day, until=day).text
    assert "aucun échange" in search(at_desk, "manège", mine="1").text


def test_a_mistyped_word_is_mended_by_a_button(app: Flask, at_desk: Any) -> None:
    contact("Déchetterie fermée")
    take_up()
    page = search(at_desk, "dechetterei", channel="phone")
    assert 'value="déchetterie"' in page.text
    assert "<mark>Déchetterie</mark>" in search(at_desk, "déchetterie", channel="phone").text


def test_what_cannot_be_searched_is_told_beside_its_field(app: Flask, at_desk: Any) -> None:
    wrong = {"who": "x", "period": "dates", "since": "2026-03-02", "until": "2026-03-01"}
    assert "La fin vient avant le début" in send(at_desk, "/console/citizens", wrong).text
    assert "nécessaire" in send(at_desk, "/console/citizens", {"who": " "}).text
    assert "Ces mots sont partout" in search(at_desk, "de la").text
    for after in ("x", "1-", "-1", "99999999999999999999-1", "1-1"):
        address = search(at_desk, "mot").request.path
        assert at_desk.get(f"{address}?group=contacts&after={after}").status_code == 200


def test_what_pages_keep_is_read_again_once_it_is_changed(app: Flask, at_desk: Any) -> None:
    topic = make.topic("etat-civil")
    assert "Etat civil" in at_desk.get("/console/citizens").text
    topic.names = {**topic.names, "fr": "Naissances et mariages"}
    page = at_desk.get("/console/citizens").text
    assert "Naissances et mariages" in page and "Etat civil" not in page


@pytest.mark.parametrize("role", ["administrator", "editor"])
def test_administrators_and_editors_search_nothing(app: Flask, client: Any, role: str) -> None:
    signed_in(client, make.staff(role))
    assert send(client, "/console/citizens", {"who": "mot"}).status_code == 403
    assert client.get("/console/found/x").status_code == 403


def test_the_address_of_a_refused_search_opens_the_empty_form(app: Flask, at_desk: Any) -> None:
    refused = send(at_desk, "/console/citizens", {"who": " "})
    again = at_desk.get(refused.request.path)
    assert again.status_code == 200 and 'name="who"' in again.text
