"""Another nature while another body has the matter: no silence that counts there begins to count with us."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
from flask import Flask
from time_machine import travel

from portal import history
from portal.cases import keeping
from portal.cases.due import clocks
from portal.cases.models import NATURES, Case
from portal.cases.opening import close_case, open_case, reopen_case
from portal.database import db
from portal.directory.hours import calendars
from portal.referrals.following import living
from portal.referrals.models import Referral
from tests import make
from tests.portal.referrals import lives

RECEIVED, PASSED_ON, CHANGED, BACK = (f"2026-03-{day:02}T10:00Z" for day in (2, 5, 12, 19))


def passed_on(nature: str) -> tuple[Referral, Case]:
    with travel(RECEIVED, tick=False):
        of = lives.contact()
        open_case(of, by=history.CITIZEN)
    with travel(PASSED_ON, tick=False):
        made = lives.sent(of, nature=nature)
        living.receive(made)
    return made, db.session.get_one(Case, made.case_id)


def change(case: Case, nature: str) -> None:
    with travel(CHANGED, tick=False):
        keeping.edit_case(case, case.version, by=make.staff(), nature=nature)


def standing(case: Case) -> tuple[str, str, date] | None:
    """What our own silence clock says, while it goes on."""
    one = clocks.clocks_of(case).get("silence")
    here = calendars.of_organization(case.organization_id)
    return (one.means, one.state, here.day(one.due_at)) if one and one.state != "stopped" else None


@pytest.mark.parametrize(("before", "after"), list(permutations(NATURES, 2)))
def test_our_silence_is_what_it_would_be_had_it_been_so_from_the_start(
    app: Flask, before: str, after: str
) -> None:
    _, case = passed_on(before)
    change(case, after)
    _, other = passed_on(after)
    rejects = clocks.REGIMES[after] == "rejection"
    assert standing(case) == standing(other)
    assert standing(case) == (("rejection", "running", date(2026, 5, 2)) if rejects else None)


@pytest.mark.parametrize("before", ["request", "information", "decision"])
def test_it_counts_with_us_again_once_the_matter_is_back(app: Flask, before: str) -> None:
    made, case = passed_on(before)
    change(case, "decision")
    with travel(BACK, tick=False):
        living.refuse(made, "not_for_us")
    assert standing(case) == ("acceptance", "running", date(2026, 5, 2))


def test_closing_and_reopening_does_not_make_it_count_here_either(app: Flask) -> None:
    _, case = passed_on("request")
    change(case, "decision")
    with travel(CHANGED, tick=False):
        close_case(case, by=history.SYSTEM)
        reopen_case(case, by=history.SYSTEM)
    assert standing(case) is None


def test_waiting_for_the_citizen_and_going_on_neither(app: Flask) -> None:
    _, case = passed_on("request")
    with travel(CHANGED, tick=False):
        keeping.wait_for(case, "Un bail", by=history.SYSTEM)
    change(case, "decision")
    with travel(BACK, tick=False):
        keeping.resume(case, by=history.SYSTEM)
    assert standing(case) is None
