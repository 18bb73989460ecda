"""One call a second, whoever asks."""

import threading
import time
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from portal import clock
from portal.telephony import allowance
from portal.telephony.refusals import Busy


def test_a_turn_is_free_once_a_second(app: Flask) -> None:
    with time_machine.travel(clock.now(), tick=False) as now:
        assert allowance.take("calls", 1) is None
        assert allowance.take("calls", 1) == clock.now() + timedelta(seconds=1)
        assert allowance.take("texts", 1) is None
        now.shift(1)
        assert allowance.take("calls", 1) is None


def test_an_allowance_not_used_is_not_saved_up(app: Flask) -> None:
    with time_machine.travel(clock.now(), tick=False) as now:
        assert allowance.take("calls", 2) is None
        now.shift(60)
        assert allowance.take("calls", 2) is None
        assert allowance.take("calls", 2) is not None


def test_the_next_turn_is_waited_for(app: Flask) -> None:
    started = time.monotonic()
    for _ in range(3):
        allowance.wait_for_turn("calls", 5)
    assert time.monotonic() - started >= 0.4


def test_a_far_turn_is_not_waited_for(app: Flask) -> None:
    allowance.wait_for_turn("calls", 0.1)
    with pytest.raises(Busy) as told:
        allowance.wait_for_turn("calls", 0.1)
    assert told.value.until is not None and told.value.until > clock.now() + timedelta(seconds=5)


def test_workers_together_keep_to_it(app: Flask) -> None:
    turns: list[bool] = []

    def ask() -> None:
        with app.app_context():
            for _ in range(20):
                turns.append(allowance.take("calls", 20) is None)
                time.sleep(0.005)

    started = time.monotonic()
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 2 <= sum(turns) <= (time.monotonic() - started) * 20 + 1
