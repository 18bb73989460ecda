"""Whatever the network says is said five times and at once, shuffled, and days later: it happens once."""

from __future__ import annotations

import pytest

from portal.database import db
from portal.desk import handing
from portal.desk.models import Offer
from portal.staff.models import Staff
from tests.faults.stage import CITIZEN, FIRST, SECOND, Stage
from tests.network import LINE


def _whole_call(stage: Stage) -> tuple[Staff, Staff]:
    """Menu, line, offer, talk, hold, back, handed to a colleague, and over."""
    first, second = stage.agent(FIRST, "break"), stage.agent(SECOND, "break")
    caller = stage.call()
    stage.until(lambda: caller.state()["call"]["queue"], "in line")
    stage.chooses(first, "available")
    agent = stage.picks_up(FIRST)
    caller.wait_to_be_with(FIRST)
    contact = stage.contact()
    handing.hold(contact.id, by=db.session.get_one(Staff, first.id))
    db.session.commit()
    caller.wait_to_hear("nous revenons vers vous")
    handing.resume(contact.id, by=db.session.get_one(Staff, first.id))
    db.session.commit()
    caller.wait_to_be_with(FIRST)
    stage.chooses(second, "available")
    handing.transfer(contact.id, f"agent:{second.id}", by=db.session.get_one(Staff, first.id))
    db.session.commit()
    agent.wait_for("over")
    other = stage.picks_up(SECOND)
    caller.wait_to_be_with(SECOND)
    caller.hang_up()
    other.wait_for("over")
    stage.until_idle()
    return first, second


@pytest.mark.slow
def test_a_whole_call_told_five_times_and_at_once_is_one_call(stage: Stage) -> None:
    stage.turn(copies=5, parallel=True)
    first, second = _whole_call(stage)
    stage.check()
    contact = stage.contact()
    assert contact.ended_at is not None and contact.agent_id == second.id
    assert [(offer.staff_id, offer.state) for offer in stage.read(Offer)] == [
        (first.id, "accepted"),
        (second.id, "accepted"),
    ]
    assert [stage.presence(agent) for agent in (first, second)] == ["wrap_up", "wrap_up"]
    assert sorted(stage.calls()) == sorted([(CITIZEN, LINE), (LINE, FIRST), (LINE, SECOND)])
