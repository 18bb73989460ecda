"""The sweeper: what was forgotten is found, asked for once, and never sent twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.exc import OperationalError

from portal import clock, jobs
from portal.contacts import sweeping
from portal.contacts.answering import advance
from portal.contacts.models import Message
from portal.contacts.texts.delivery import hear_status
from portal.database import db
from portal.jobs import Job
from portal.work import begin_again, sweep_texts
from simulator import Running
from tests.network import NUMBER
from tests.sending import state_of, write


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=True)


def test_a_text_whose_job_is_gone_is_asked_for_once_and_leaves_once(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    message = write()
    db.session.execute(db.delete(Job))
    assert sweeping.ask_again_for_unsent() == 0, "too soon"
    with later(2):
        assert sweeping.ask_again_for_unsent() == 1
        sweeping.ask_again_for_unsent()
        assert db.session.scalar(db.select(db.func.count(Job.id))) == 1
        work()
    assert state_of(message) == "sent"
    texts = telephone.handset(NUMBER).texts()
    assert len(texts) == 1


def test_a_text_that_is_waited_for_or_held_is_left_alone(app: Flask) -> None:
    write()
    held = write("Demain")
    held.held_until = clock.now() + timedelta(hours=9)
    db.session.execute(db.delete(Job).where(Job.dedupe_key == f"message:{held.id}"))
    with later(5):
        assert sweeping.ask_again_for_unsent() == 0


def test_what_the_network_never_told_is_asked_for_by_its_id(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    telephone.network.faults.turn({"callbacks": {"lose": 1.0}})
    message = write()
    work()
    telephone.handset(NUMBER).wait_for_text("dossier")
    assert state_of(message) == "sent"
    with later(11):
        begin_again()
        db.session.commit()
    with later(13):
        work()
        assert state_of(message) == "delivered"
    assert db.session.get_one(Message, message.id).check_at is None


def test_two_sweepers_never_take_the_same_text_and_each_check_is_further_apart(app: Flask) -> None:
    message = write()
    advance(message, "sent", provider_ref="SM1")
    db.session.commit()
    with later(11):
        assert sweeping.take_to_check() == [(message.id, "SM1")]
        assert sweeping.take_to_check() == []
        pauses = []
        while message.check_at is not None:
            pauses.append(message.check_at - clock.now())
            message.check_at = clock.now()
            db.session.flush()
            sweeping.take_to_check()
        assert len(pauses) == sweeping.MOST_CHECKS - 1 and pauses == sorted(pauses)


def test_a_text_the_network_no_longer_knows_is_not_asked_for_again(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    message = write()
    db.session.execute(db.delete(Job))
    advance(message, "sent", provider_ref="SM" + "0" * 32)
    with later(11):
        begin_again()
        db.session.commit()
    with later(13):
        work()
    assert state_of(message) == "sent"
    assert db.session.get_one(Message, message.id).error == "20404"


@pytest.mark.parametrize("wrong", [ValueError("+33639980001"), OperationalError("", None, Exception())])
def test_a_text_that_goes_wrong_holds_up_no_other(
    app: Flask,
    telephone: Running,
    work: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    wrong: Exception,
) -> None:
    texts = [write(), write("Venez demain.")]
    db.session.execute(db.delete(Job))
    for n, message in enumerate(texts):
        advance(message, "sent", provider_ref=f"SM{n}" + "0" * 31)
    give_up, first = sweep_texts._give_up, texts[0].id

    def fail_once(message_id: int, code: str) -> None:
        give_up(message_id, code)
        db.session.flush()
        if message_id == first:
            raise wrong

    monkeypatch.setattr(sweep_texts, "_give_up", fail_once)
    with later(11):
        begin_again()
        db.session.commit()
    with later(13):
        work()
    db.session.expire_all()
    assert [message.error for message in texts] == ["", "20404"]
    assert texts[0].check_at is not None and f"text {first}" in caplog.text
    assert "+336" not in caplog.text


def test_a_sweep_asks_for_the_next_one_and_forgets_the_former(app: Flask, work: Callable[[], int]) -> None:
    for _ in range(3):
        begin_again()
    mine = db.select(Job).filter_by(kind="sweep_texts").order_by(Job.id)
    assert len(db.session.scalars(mine).all()) == 1
    for minutes in range(1, 16):
        with later(minutes):
            work()
    states = [job.state for job in db.session.scalars(mine)]
    assert states.count("waiting") == 1 and states.count("done") <= 11


@pytest.mark.parametrize("told", [("failed", "30007"), ("undelivered", "30005")])
def test_a_reason_that_comes_after_the_state_is_heard(app: Flask, told: tuple[str, str]) -> None:
    message = write()
    advance(message, "sent", provider_ref="SM1")
    state, error = told
    for code in ("", error, error, ""):
        for said in ((state, code), ("delivered",)):
            db.session.commit()  # each in a request of its own
            hear_status("SM1", *said)
    assert (message.state, message.error) == (state, error)


def test_a_job_set_aside_is_tried_again_with_all_its_tries(app: Flask) -> None:
    write()
    job = db.session.scalars(db.select(Job)).one()
    job.state, job.attempts = "quarantined", jobs.MOST_ATTEMPTS
    db.session.flush()
    assert jobs.all_set_aside() == [job]
    assert jobs.try_again(job.id) is job and jobs.try_again(job.id) is None
    assert (job.state, job.attempts) == ("waiting", 0)
