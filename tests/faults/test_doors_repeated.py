"""What the other doors of the telephone are asked, five times and at once, and again days later: it is done once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.citizens.models import CodeCall
from portal.contacts.codes import bridge_codes, code_calls
from portal.contacts.codes.bridge_codes import Brought
from portal.contacts.models import BridgeCode, Message
from portal.database import db
from portal.desk import handing
from portal.directory.models import Service
from portal.history import Event
from portal.lines.models import MenuVersion
from portal.staff.models import Staff
from simulator import Handset
from tests import make
from tests.faults.stage import CITIZEN, FIRST, Stage
from tests.network import LINE

pytestmark = pytest.mark.slow
SERVICE = "+33199000050"
LANDLINE = "+33199000077"


@pytest.fixture
def caf(stage: Stage) -> Service:
    """A service of the directory, at 4 in the menu; an answer stands at 3. Every word is told five times at once."""
    service = make.service("caf", phone=SERVICE)
    make.article("Refaire ses papiers", slug="papiers", state="published")
    answer = make.choice("3", {"do": "article", "article": "papiers"})
    transfer = make.choice("4", {"do": "transfer", "service": "caf", "says": {}})
    menu = db.session.scalars(db.select(MenuVersion)).one()
    menu.tree = make.menu(make.choice("1", make.queue_step()), answer, transfer)
    db.session.commit()
    stage.turn(copies=5, parallel=True)
    return service


def told_at_least_five_times(stage: Stage, *doors: str) -> None:
    for door in doors:
        assert len([word for word in stage.words if word.path == f"/telephone/{door}"]) >= 5, door


def again_days_later(stage: Stage, seen: Callable[[], Any] = lambda: None) -> None:
    """All of it said once more, shuffled and three days late, changes nothing of what is `seen` either."""
    stage.until_idle()
    with stage.days_later():
        before = (stage.picture(), seen())
        stage.say_again(times=2)
        assert (stage.picture(), seen()) == before
        stage.check()


def events(stage: Stage, verb: str) -> int:
    return len(stage.read(Event, verb=verb))


def picks_up(stage: Stage, number: str, whom: str) -> Handset:
    phone = stage.phone(number)
    phone.wait_for("ringing")
    phone.answer()
    phone.wait_to_be_with(whom)
    return phone


def test_an_answer_read_aloud_is_received_by_text_once(stage: Stage, caf: Service) -> None:
    caller = stage.call(key="3")
    caller.wait_to_hear("Pour le recevoir par SMS")
    caller.press("2")
    caller.wait_to_hear("Le SMS est parti")
    caller.hang_up()
    again_days_later(stage)
    told_at_least_five_times(stage, "voice", "voice/menu", "voice/answered")
    assert len(stage.texts()) == len(stage.read(Message)) == 1
    assert events(stage, "contact.article_used") == 1


def test_a_caller_whom_the_menu_sends_elsewhere_is_sent_once(stage: Stage, caf: Service) -> None:
    caller = stage.call(key="4")
    picks_up(stage, SERVICE, CITIZEN).hang_up()
    caller.wait_for("over")
    again_days_later(stage)
    told_at_least_five_times(stage, "voice/transferred")
    assert events(stage, "contact.passed_on") == 1 and stage.contact().disposition == "transferred"
    assert sorted(stage.calls()) == sorted([(CITIZEN, LINE), (LINE, SERVICE)])


def test_a_caller_whom_an_agent_sends_elsewhere_is_sent_once(stage: Stage, caf: Service) -> None:
    agent = stage.agent(FIRST)
    caller = stage.call()
    stage.picks_up(FIRST)
    caller.wait_to_be_with(FIRST)
    by = db.session.get_one(Staff, agent.id)
    handing.transfer(stage.contact().id, f"service:{caf.id}", by=by)
    db.session.commit()
    elsewhere = picks_up(stage, SERVICE, CITIZEN)
    elsewhere.hang_up()
    caller.wait_for("over")
    again_days_later(stage)
    told_at_least_five_times(stage, "voice/seat", "voice/service-answers", "voice/sent-on")
    assert sorted(stage.calls()) == sorted([(CITIZEN, LINE), (LINE, FIRST), (LINE, SERVICE)])


def test_a_code_of_the_site_keyed_once_brings_once(app: Flask, stage: Stage, caf: Service) -> None:
    secret = app.extensions["settings"].secret_key
    code = bridge_codes.draw(Brought(read=("papiers",)), secret=secret, visit="visite")
    db.session.commit()
    caller = stage.call(key="*")
    caller.wait_to_hear("les huit chiffres")
    caller.press(code)
    caller.wait_to_hear("L’agent verra")
    caller.hang_up()
    again_days_later(stage, lambda: [(one.contact_id, one.used_at) for one in stage.read(BridgeCode)])
    told_at_least_five_times(stage, "voice/code")
    assert events(stage, "contact.bridged") == 1
    assert [one.contact_id for one in stage.read(BridgeCode)] == [stage.contact().id]


def test_a_code_that_a_call_says_rings_once(app: Flask, stage: Stage, caf: Service) -> None:
    ours = {"sender": LINE, "language": "fr", "address": "", "secret": app.extensions["settings"].secret_key}
    code_calls.ask(make.identifier("phone", LANDLINE), make.contact("web"), **ours)
    db.session.commit()
    phone = stage.phone(LANDLINE)
    phone.wait_for("ringing")
    phone.answer()
    phone.wait_for("over")
    again_days_later(stage, lambda: [(one.state, one.provider_ref) for one in stage.read(CodeCall)])
    told_at_least_five_times(stage, "voice/spoken-code", "status/spoken-code")
    assert [one.state for one in stage.read(CodeCall)] == ["ended"]
    assert stage.calls() == [(LINE, LANDLINE)]
