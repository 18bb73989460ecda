"""What a console shows of a call: whether it is recorded, above all."""

from __future__ import annotations

import pytest
from flask import Flask

from portal import clock
from portal.contacts.models import Leg
from portal.database import db
from portal.desk import handing
from tests import make


def test_a_queue_that_nobody_else_serves_now_is_told_apart(app: Flask) -> None:
    served, left = make.queue("accueil"), make.queue("enfance")
    agent = make.serving(left, state="busy")
    make.serving(served, state="wrap_up"), make.serving(left, state="break")
    told = {target.id: target.served for target in handing.targets(agent) if target.kind == "queue"}
    assert told == {served.id: True, left.id: False}


def test_a_service_whose_number_is_a_line_of_ours_is_nobody_to_hand_a_call_to(app: Flask) -> None:
    town, other = make.service("accueil-mairie", phone="+33199000010"), make.service(phone="+33199000050")
    assert handing.service_target(town) is not None
    make.line("+33199000010")
    assert handing.service_target(town) is None and handing.service_target(other) is not None


@pytest.mark.parametrize("called_out", [False, True])
def test_a_call_is_said_to_be_recorded_only_while_it_is(app: Flask, called_out: bool) -> None:
    agent = make.staff()
    contact = make.contact(state="in_progress", agent_id=agent.id, records=True, provider_ref="CA1")
    now = {"contact_id": contact.id, "state": "answered", "answered_at": clock.now()}
    first, second = ("agent", "citizen") if called_out else ("citizen", "agent")
    dialling = Leg(role=first, staff_id=agent.id if called_out else None, **now)
    db.session.add(dialling)
    db.session.flush()
    dialled = Leg(role=second, staff_id=None if called_out else agent.id, dialled_by_id=dialling.id, **now)
    db.session.add(dialled)
    db.session.flush()
    assert handing.talk_of(contact).recorded is not called_out, (
        "only what the network put through is recorded"
    )
    handing.hold(contact.id, by=agent)
    assert handing.talk_of(contact) == handing.Talk("held")
    handing.resume(contact.id, by=agent)
    assert handing.talk_of(contact) == handing.Talk("talking")
