"""A one-time code: right once, for ten minutes, five attempts, within budgets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock
from portal.citizens import codes
from portal.citizens.codes import LIFE, MOST_ATTEMPTS, use_code
from portal.citizens.models import Identifier
from portal.errors import Refused
from tests import make

SECRET = "secret"


def draw_code(used: Identifier, subject: Any, **how: str) -> str | None:
    drawn = codes.draw_code(used, subject, **how)
    return drawn[1] if drawn else None


def test_the_code_opens_its_own_matter_once(app: Flask) -> None:
    number, mine, other = make.identifier("phone", "+33639980001"), make.contact(), make.contact()
    code = draw_code(number, mine, secret=SECRET, address="1.2.3.4")
    assert code is not None and len(code) == 6
    with pytest.raises(Refused):
        use_code(code, other, secret=SECRET)
    assert use_code(f" {code[:3]} {code[3:]} ", mine, secret=SECRET) is number
    with pytest.raises(Refused, match="plus valable"):
        use_code(code, mine, secret=SECRET)


def test_a_code_dies_of_age_of_wrong_attempts_and_of_the_next_one(app: Flask) -> None:
    number, mine = make.identifier("phone", "+33639980001"), make.contact()
    first = draw_code(number, mine, secret=SECRET, address="a")
    second = draw_code(number, mine, secret=SECRET, address="a")
    assert first and second
    if first != second:
        assert use_code(first, mine, secret=SECRET) is None
    wrong = "000000" if second != "000000" else "111111"
    for _ in range(MOST_ATTEMPTS - (first != second)):
        assert use_code(wrong, mine, secret=SECRET) is None
    with pytest.raises(Refused):
        use_code(second, mine, secret=SECRET)
    third = draw_code(number, mine, secret=SECRET, address="a")
    with time_machine.travel(clock.now() + LIFE + timedelta(seconds=1)), pytest.raises(Refused):
        use_code(third or "", mine, secret=SECRET)


def test_codes_have_a_budget_by_number_and_by_address(app: Flask) -> None:
    number, mine = make.identifier("phone", "+33639980001"), make.contact()
    sent = [draw_code(number, mine, secret=SECRET, address="a") for _ in range(7)]
    assert [bool(code) for code in sent] == [True] * 5 + [False] * 2
    numbers = [make.identifier("phone", f"+336399801{n:02d}") for n in range(20)]
    sent = [draw_code(n, mine, secret=SECRET, address="b") for n in numbers]
    assert all(sent)
    assert draw_code(make.identifier("phone", "+33639980299"), mine, secret=SECRET, address="b") is None
