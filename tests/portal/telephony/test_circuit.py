"""The circuit: opens after five failures or fifteen seconds of silence, and one asks for all before it closes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock
from portal.database import db
from portal.telephony import circuit, sending
from simulator import Running
from tests.network import LINE, NUMBER
from tests.sending import turn


@pytest.fixture
def ask(app: Flask) -> Callable[..., str]:
    """Asks the network for something harmless, and says what came of it."""

    def asked(**more: Any) -> str:
        settings = replace(app.extensions["settings"], **more)
        try:
            sending.find_calls(settings, to=NUMBER, sender=LINE, since=clock.now() - timedelta(minutes=1))
        except (sending.Busy, sending.Unsure, sending.Rejected) as answer:
            return type(answer).__name__
        return "answered"

    return asked


def is_open() -> bool:
    found = circuit.state().open
    db.session.rollback()
    return found


def test_it_opens_after_five_failures_and_nobody_asks_any_more(
    telephone: Running, ask: Callable[..., str]
) -> None:
    turn(telephone, next_requests={"error": 9})
    assert [ask() for _ in range(7)] == ["Unsure"] * 5 + ["Away"] * 2
    assert len(telephone.network.faults.coming["requests"]) == 4
    assert is_open()


def test_it_opens_after_fifteen_seconds_without_an_answer(
    telephone: Running, ask: Callable[..., str]
) -> None:
    turn(telephone, next_requests={"silence": 9})
    with time_machine.travel(clock.now(), tick=False) as time:
        assert ask() == "Unsure"
        time.shift(16)
        assert ask() == "Unsure"
        assert is_open()
        assert ask() == "Away"


def test_one_asks_for_all_and_an_answer_closes_it(telephone: Running, ask: Callable[..., str]) -> None:
    turn(telephone, next_requests={"too_many": 6})
    with time_machine.travel(clock.now(), tick=False) as time:
        assert [ask() for _ in range(6)] == ["Busy"] * 5 + ["Away"]
        time.shift(20)
        assert ask() == "Busy"
        assert ask() == "Away"
        time.shift(20)
        assert ask() == "answered"
        assert not is_open()
        assert ask() == "answered"


def test_while_one_asks_for_all_the_others_wait_a_moment(telephone: Running, ask: Callable[..., str]) -> None:
    turn(telephone, next_requests={"error": 5})
    with time_machine.travel(clock.now(), tick=False) as time:
        for _ in range(5):
            ask()
        time.shift(20)
        assert circuit.enter()
        with pytest.raises(sending.Away) as told:
            circuit.enter()
        assert told.value.until is not None and told.value.until <= clock.now() + timedelta(seconds=2)
        time.shift(20)  # whoever asked for all was killed: another does
        assert ask() == "answered"


def test_a_failure_long_past_opens_nothing(telephone: Running, ask: Callable[..., str]) -> None:
    with time_machine.travel(clock.now(), tick=False) as time:
        turn(telephone, next_requests={"error": 1})
        assert ask() == "Unsure"
        time.shift(600)
        turn(telephone, next_requests={"error": 1})
        assert ask() == "Unsure"
        assert not is_open()


def test_wrong_credentials_stop_everything_until_they_are_right(
    telephone: Running, ask: Callable[..., str]
) -> None:
    with time_machine.travel(clock.now(), tick=False) as time:
        assert [ask(twilio_auth_token="another"), ask()] == ["Away", "Away"]
        assert circuit.state() == circuit.State(open=True, since=clock.now(), why="credentials")
        db.session.rollback()
        time.shift(600)
        assert ask() == "answered"
        assert not is_open()


def test_a_network_that_is_not_there_did_nothing(app: Flask, ask: Callable[..., str]) -> None:
    assert [ask() for _ in range(6)] == ["Busy"] * 5 + ["Away"]
