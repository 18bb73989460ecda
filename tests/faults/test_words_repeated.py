"""Whatever the network says is said five times and at once, shuffled, and days later: it happens once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.contacts.models import Contact, Leg, Message, Recording
from portal.database import db
from portal.desk import handing
from portal.desk.models import Offer
from portal.staff.models import Staff
from tests.faults.stage import CITIZEN, FIRST, SECOND, TEXTS, Stage
from tests.network import LINE
from tests.sending import silence

pytestmark = pytest.mark.slow


def _whole_call(stage: Stage, then: Callable[[], None] = lambda: None) -> tuple[Staff, Staff]:
    """Menu, line, offer, talk, hold, back, handed to a colleague, and over; `then` is done after each of them."""
    first, second = stage.agent(FIRST, "break"), stage.agent(SECOND, "break")
    caller = stage.call()
    stage.until(lambda: caller.state()["call"]["queue"], "in line")
    then()
    stage.chooses(first, "available")
    agent = stage.picks_up(FIRST)
    caller.wait_to_be_with(FIRST)
    then()
    contact = stage.contact()
    handing.hold(contact.id, by=db.session.get_one(Staff, first.id))
    db.session.commit()
    caller.wait_to_hear("nous revenons vers vous")
    then()
    handing.resume(contact.id, by=db.session.get_one(Staff, first.id))
    db.session.commit()
    caller.wait_to_be_with(FIRST)
    then()
    stage.chooses(second, "available")
    handing.transfer(contact.id, f"agent:{second.id}", by=db.session.get_one(Staff, first.id))
    db.session.commit()
    agent.wait_for("over")
    other = stage.picks_up(SECOND)
    caller.wait_to_be_with(SECOND)
    then()
    caller.hang_up()
    other.wait_for("over")
    stage.until_idle()
    return first, second


def _is_one_call(stage: Stage, first: Staff, second: Staff) -> None:
    stage.check()
    contact = stage.contact()
    assert contact.ended_at is not None and contact.agent_id == second.id
    offers = [(offer.staff_id, offer.state) for offer in stage.read(Offer)]
    assert offers == [(first.id, "accepted"), (second.id, "accepted")]
    assert sorted(stage.calls()) == sorted([(CITIZEN, LINE), (LINE, FIRST), (LINE, SECOND)])


def test_a_whole_call_told_five_times_and_at_once_is_one_call(stage: Stage) -> None:
    stage.turn(copies=5, parallel=True)
    first, second = _whole_call(stage)
    _is_one_call(stage, first, second)
    assert [stage.presence(agent) for agent in (first, second)] == ["wrap_up", "wrap_up"]


def test_what_was_said_before_said_again_at_any_moment_moves_nobody(stage: Stage) -> None:
    def again() -> None:
        stage.until_idle()
        before, heard = stage.picture(), len(stage.words)
        stage.say_again()
        del stage.words[heard:]
        assert stage.picture() == before

    _is_one_call(stage, *_whole_call(stage, again))


def test_a_whole_call_said_again_days_later_wakes_nobody(stage: Stage) -> None:
    agents = _whole_call(stage)
    with stage.days_later():
        before = stage.picture()
        stage.say_again(times=2, seed=2)
        assert stage.picture() == before
        assert [stage.presence(agent) for agent in agents] == ["available", "available"]
        stage.check()


@pytest.mark.parametrize("order", ["shuffled", "reversed"])
def test_progress_told_days_later_and_in_disorder_ends_what_it_must(stage: Stage, order: str) -> None:
    """Only what the network asks is told in time; all the progress of the call comes three days later."""
    stage.network.hold_webhooks()
    first, second = _whole_call(stage)
    with stage.days_later():
        stage.turn(copies=5, parallel=True)
        assert stage.network.release_webhooks(order, seconds=60) > 5
        stage.until_idle()
        _is_one_call(stage, first, second)
        assert {leg.state for leg in stage.read(Leg) if leg.provider_ref} == {"ended"}
        assert "busy" not in [stage.presence(agent) for agent in (first, second)]


def test_a_message_left_five_times_is_one_with_one_reference(stage: Stage) -> None:
    stage.turn(copies=5, parallel=True)
    caller = stage.call(key="2")
    caller.wait_to_be_asked("record")
    caller.speak("Rappelez-moi, c’est pour la cantine.")
    caller.hang_up()
    stage.until_idle()
    with stage.days_later():
        before = stage.picture()
        stage.say_again(times=2)
        assert stage.picture() == before
        stage.check()
    assert [message.direction for message in stage.read(Message)] == ["in", "out"]
    assert stage.contact().case_id is not None and len(stage.texts()) == 1


def test_texts_told_five_times_in_disorder_and_again_days_later_are_one_exchange(stage: Stage) -> None:
    stage.turn(copies=5, parallel=True)
    phone = stage.phone()
    phone.write(TEXTS, "Bonjour, c’est encore Mme Petit")
    phone.wait_for_text("réf")
    phone.write(TEXTS, "Vous m’aviez dit lundi")
    stage.until(lambda: len(stage.read(Message, direction="in")) == 2, "the second text")
    stage.until_idle()
    with stage.days_later():
        before = stage.picture()
        stage.say_again(times=2)
        assert stage.picture() == before
        stage.check()
    assert len(stage.read(Contact)) == 1 and len(stage.texts()) == 1
    assert [message.state for message in stage.read(Message, direction="out")] == ["delivered"]


def test_a_call_back_and_a_consultation_told_five_times_are_one_each(stage: Stage) -> None:
    stage.turn(copies=5, parallel=True)
    stage.queue.callback_after_s = 0
    first, second = stage.agent(FIRST, "break"), stage.agent(SECOND, "break")
    caller = stage.call()
    caller.wait_to_hear("Pour être rappelé")
    caller.wait_to_be_asked("keys")
    caller.press("1")
    caller.wait_for("over")
    stage.chooses(first, "available")
    with stage.days_later(1 / 1440):
        stage.picks_up(FIRST)
        caller.wait_for("ringing")
        caller.answer()
        caller.wait_to_be_with(FIRST)
        stage.chooses(second, "available")
        handing.consult(stage.contact().id, f"agent:{second.id}", by=db.session.get_one(Staff, first.id))
        db.session.commit()
        stage.picks_up(SECOND)
        stage.phone(SECOND).wait_to_be_with(FIRST)
        handing.complete(stage.contact().id, by=db.session.get_one(Staff, first.id))
        db.session.commit()
        caller.wait_to_be_with(SECOND)
        caller.hang_up()
        stage.phone(SECOND).wait_for("over")
        stage.check()
        before = stage.picture()
        stage.say_again()
        assert stage.picture() == before
    called = [(CITIZEN, LINE), (LINE, FIRST), (LINE, CITIZEN), (LINE, SECOND)]
    assert sorted(stage.calls()) == sorted(called)


def test_a_conversation_recorded_is_kept_once(stage: Stage) -> None:
    stage.turn(copies=5, parallel=True)
    stage.line.records_calls = True
    stage.agent(FIRST)
    caller = stage.call()
    with silence(stage.network):  # nobody refuses
        stage.phone(FIRST).wait_for("ringing")
    stage.picks_up(FIRST)
    caller.wait_to_be_with(FIRST)
    caller.speak("Bonjour")
    caller.hang_up()
    stage.until(lambda: stage.read(Recording, state="kept"), "the sound is fetched")
    stage.say_again()
    stage.check()
    assert [recording.kind for recording in stage.read(Recording)] == ["conversation"]
    assert stage.read(Message) == []
