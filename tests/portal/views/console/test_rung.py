"""What an agent's console says while their telephone rings for a colleague's question or a call of their own."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from portal.database import db
from tests.portal.calling import AGENT_CALL, CALL
from tests.portal.views.console.test_call import OTHER_PHONE, Desk, colleague
from tests.signing import send, signed_in


def test_a_colleague_sees_who_consults_them_before_picking_up(app: Flask) -> None:
    desk = Desk(app)
    other = colleague(desk)
    theirs = signed_in(app.test_client(), other)
    assert "vous consulte" not in theirs.get("/console/now").text
    desk.act("consult", f"agent:{other.id}")
    strip = theirs.get("/console/now").text
    assert f"{desk.agent.name} vous consulte" in strip and "Votre téléphone sonne" in strip
    assert f"/console/contacts/{desk.contact.id}" in strip
    assert "vous consulte" not in desk.browser.get("/console/now").text
    desk.third()
    strip = theirs.get("/console/now").text
    assert "vous consulte" not in strip and "Consultation : " in strip


def test_an_agents_own_call_is_said_to_ring_at_theirs(app: Flask) -> None:
    desk = Desk(app)
    desk.status(AGENT_CALL, "completed", 3)
    send(desk.browser, f"/console/contacts/{desk.contact.id}/call", {})
    strip = desk.browser.get("/console/now").text
    assert "Votre appel est prêt" in strip and "Décrochez votre téléphone" in strip


def test_no_key_means_two_things_on_a_call(app: Flask) -> None:
    """But « r », which searches among the answers of this page rather than on a page of its own."""
    desk = Desk(app)
    keys = re.findall(r'data-key="([^"]+)"', desk.page())
    assert {key for key in keys if keys.count(key) > 1} <= {"r"}


@pytest.mark.parametrize(
    ("phone", "said"),
    [(OTHER_PHONE, "décrochez, puis appuyez sur 1."), ("sip:anna@pbx.example", "décrochez.")],
)
def test_whoever_calls_out_is_told_what_their_own_telephone_asks(app: Flask, phone: str, said: str) -> None:
    desk = Desk(app)
    desk.agent.phone = phone
    desk.status(CALL, "completed")
    db.session.commit()
    send(desk.browser, f"/console/contacts/{desk.contact.id}/call", {})
    assert said in desk.page()
