"""What a line says of itself: its hours, and how deaf people reach the same people."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.database import db
from portal.lines.saying import bids_farewell, relay_of, without_promise
from tests import make

WEEK = {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
RELAY = "https://relais.example"


def test_a_relay_that_keeps_the_same_hours_says_no_others(app: Flask) -> None:
    line = make.line(schedule=WEEK, relay_url=RELAY, relay_schedule=WEEK)
    assert relay_of(line.organization_id, line.number) == (RELAY, {})
    line.relay_schedule = {"mon": [["08:00", "12:00"]]}
    assert relay_of(line.organization_id, "") == (RELAY, {"mon": [["08:00", "12:00"]]})
    line.schedule = {}
    assert relay_of(line.organization_id, "") == (RELAY, {"mon": [["08:00", "12:00"]]})
    line.relay_url = ""
    assert relay_of(line.organization_id, line.number) is None


def test_every_public_page_tells_of_the_relay_beside_the_number(app: Flask) -> None:
    host = make.organization(phone="+33199000010")
    line = make.line(relay_url=RELAY, relay_schedule={"mon": [["08:00", "12:00"]]})
    client = app.test_client()
    page = client.get("/fr/").text
    assert host.id == line.organization_id
    assert RELAY in page and "Lundi 08:00 – 12:00" in page
    line.relay_schedule = {}
    db.session.commit()
    assert "the same hours as the telephone" in client.get("/en/").text


def test_a_page_without_a_relay_says_nothing_of_it(app: Flask) -> None:
    make.line()
    assert "service relais" not in app.test_client().get("/fr/").text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Merci. Vous recevrez un SMS avec votre référence. Au revoir.", "Merci. Au revoir."),
        ("Nous vous répondons par texto sous 24 h. Merci !", "Merci !"),
        ("Nous allons vous envoyer un SMS.", ""),
        ("Pour une urgence, écrivez au 114 par SMS.", "Pour une urgence, écrivez au 114 par SMS."),
        ("Envoyez-nous plutôt un SMS. Merci.", "Envoyez-nous plutôt un SMS. Merci."),
        ("Thank you. We will text you.", "Thank you."),
        ("Thank you. Send us a text instead.", "Thank you. Send us a text instead."),
        ("شكرًا. ستصلكم رسالة نصية بالمرجع.", "شكرًا."),
        ("Laissez un message, nous vous rappelons.", "Laissez un message, nous vous rappelons."),
        ("", ""),
    ],
)
def test_a_promise_of_a_text_is_left_out_and_nothing_else(text: str, left: str) -> None:
    assert without_promise(text) == left


def test_a_goodbye_is_known_in_each_language() -> None:
    for words in ("Merci, au revoir !", "Bonne journée.", "Thank you. Goodbye.", "شكرًا. إلى اللقاء."):
        assert bids_farewell(words)
    assert not bids_farewell("Vous pouvez revoir la réponse sur le site.")
