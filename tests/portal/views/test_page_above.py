"""An address that only forms are sent to, opened anew: it leads back to the page above it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

MACHINES = ("/api/", "/telephone/")


def only_posted(app: Flask) -> list[str]:
    """Addresses that a form is sent to and nothing is read at, filled with anything."""
    read = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    posted = {rule.rule for rule in app.url_map.iter_rules()} - read
    chosen = [re.sub(r"<any\('?(\w+)[^>]*>", r"\1", one) for one in posted]
    return [re.sub(r"<int:\w+>|<\w+>", "1", one.replace("<language:lang>", "fr")) for one in chosen]


def test_every_page_shown_after_a_form_leads_back_to_the_one_above(app: Flask, client: Any) -> None:
    pages = app.url_map.bind("localhost")
    for address in only_posted(app):
        answer = client.get(address)
        if address.startswith(MACHINES):
            assert answer.status_code == 405, address
            continue
        assert answer.status_code == 303, address
        above = answer.location
        assert address.startswith(above.rstrip("/") + "/") and pages.test(above, "GET"), address


@pytest.mark.parametrize(
    ("shown", "above"),
    [
        ("/console/contacts/7/look", "/console/contacts/7"),
        ("/console/contacts/7/reply?from=desk", "/console/contacts/7"),
        ("/console/contacts/7/hand-to/look", "/console/contacts/7/hand-to"),
        ("/console/cases/7/look", "/console/cases/7"),
        ("/console/texts/new/look", "/console/texts/new"),
        ("/partner/referrals/secret/look", "/partner/referrals/secret"),
    ],
)
def test_the_page_above_is_where_the_form_was(app: Flask, client: Any, shown: str, above: str) -> None:
    assert client.get(shown).location == above


def test_what_a_page_asks_for_by_itself_is_not_led_elsewhere(app: Flask, client: Any) -> None:
    headers = {"Sec-Fetch-Mode": "cors"}
    assert client.get("/console/contacts/7/look", headers=headers).status_code == 405
