"""The next hours: what past weeks tell, what they must not, and the staff that it takes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from portal.database import db
from portal.desk import staffing
from portal.desk.staffing import Demand
from portal.reports import days, forecasting, manning, scope
from portal.reports.forecasting import Quarter, foresee, proportionate
from portal.reports.models import CallTally
from portal.reports.scope import Scope
from tests import make
from tests.signing import signed_in

PARIS = "Europe/Paris"
TUESDAY = date(2026, 9, 22)


def curve(calls: int) -> list[int]:
    return [calls if 32 <= n < 72 else 0 for n in range(days.QUARTERS)]


def counted(queue: Any, day: date, calls: int, until: int = 72) -> None:
    """So many calls in each quarter of an hour from 8 o'clock on."""
    for n in range(32, until):
        at = days.begins(day, PARIS) + n * days.QUARTER
        db.session.add(
            CallTally(organization_id=queue.organization_id, queue_id=queue.id, at=at, stood=calls)
        )
    db.session.flush()


def at_ten(time_machine: Any) -> None:
    time_machine.move_to(days.begins(TUESDAY, PARIS) + timedelta(hours=10), tick=False)


def test_as_many_calls_as_always_are_expected_again() -> None:
    found = foresee([curve(10)] * 4, curve(10), 40, 56)
    assert [one.number for one in found] == list(range(40, 56))
    assert all(one.calls == pytest.approx(10) and one.low < 10 < one.high for one in found)


def test_a_day_that_begins_heavily_goes_on_so_in_part() -> None:
    usual = foresee([curve(40)] * 4, curve(40), 48, 52)[0].calls
    heavy = foresee([curve(40)] * 4, curve(80), 48, 52)[0].calls
    assert usual < heavy < 2 * usual


def test_days_that_differ_widen_the_bounds() -> None:
    sure = foresee([curve(50)] * 4, curve(50), 40, 41)[0]
    unsure = foresee([curve(n) for n in (30, 40, 60, 70)], curve(50), 40, 41)[0]
    assert unsure.high - unsure.low > sure.high - sure.low


def test_without_a_past_nothing_is_foreseen() -> None:
    assert foresee([], curve(10), 40, 56) == [] == foresee([curve(0)], curve(0), 40, 56)


def test_few_calls_are_told_between_two_numbers_of_calls() -> None:
    low, high = forecasting.Forecast([forecasting.Quarter(70, 0.4, 0.0, 1.2)], [], []).between or (-1, -1)
    assert low == 0 and 1 <= high <= 3
    assert forecasting.Forecast([forecasting.Quarter(70, 0.0, 0.0, 0.0)], [], []).between is None


def test_a_crisis_and_a_closed_day_are_out_of_proportion() -> None:
    past = [(TUESDAY - timedelta(weeks=n), curve(calls)) for n, calls in enumerate((10, 11, 80, 9, 1), 1)]
    alike, aside = proportionate(past)
    assert aside == [past[2][0], past[4][0]] and len(alike) == 3


def test_the_same_weekday_is_read_from_the_tallies(app: Any, time_machine: Any) -> None:
    at_ten(time_machine)
    queue, other = make.queue(), make.queue("sociale")
    for week in range(1, 7):
        counted(queue, TUESDAY - timedelta(weeks=week), 70 if week == 2 else 7)
        counted(queue, TUESDAY - timedelta(weeks=week, days=1), 50)
        counted(other, TUESDAY - timedelta(weeks=week), 3)
    counted(queue, TUESDAY, 7, until=40)
    whole = forecasting.forecast(Scope(queue.organization_id), PARIS, queue_id=queue.id)
    assert [round(one.calls) for one in whole.next] == [7] * 16
    assert whole.aside == [(TUESDAY - timedelta(weeks=2), "hors de proportion")]
    assert TUESDAY - timedelta(weeks=2) not in whole.used
    both = forecasting.forecast(Scope(queue.organization_id), PARIS)
    assert both.next[0].calls > 9


def test_a_public_holiday_is_not_taken_for_a_tuesday(app: Any, time_machine: Any) -> None:
    queue, day = make.queue(), date(2026, 7, 28)
    time_machine.move_to(days.begins(day, PARIS) + timedelta(hours=10), tick=False)
    for week in range(1, 5):
        counted(queue, day - timedelta(weeks=week), 1 if week == 2 else 7)  # the second is 14 July
    found = forecasting.forecast(Scope(queue.organization_id), PARIS)
    assert found.aside == [(date(2026, 7, 14), "Fête nationale")] and len(found.used) == 3
    time_machine.move_to(days.begins(date(2026, 8, 15), PARIS) + timedelta(hours=10), tick=False)
    feast = forecasting.forecast(Scope(queue.organization_id), PARIS)
    assert feast.holiday == "Assomption" and feast.used == [date(2026, 7, 14)]


def test_two_more_answer_sooner_and_two_fewer_lose_more() -> None:
    found = manning.needs([Quarter(40, 30.0, 24.0, 36.0)], 300.0, 180.0, 10)
    fewer, same, more = found[0].met
    assert (fewer.agents, same.agents, more.agents) == (8, 10, 12)
    assert fewer.within_20 < same.within_20 < more.within_20
    assert fewer.abandoned > same.abandoned > more.abandoned
    erlang_a = staffing.service(Demand(30, 900, 300, 180), 10)
    assert same.within_20 == pytest.approx(erlang_a.answered_within(20))
    assert same.abandoned == pytest.approx(erlang_a.abandoned)
    whole = manning.in_all(found)
    assert whole[1].wait_s == pytest.approx(erlang_a.mean_wait_s)


def test_patience_is_all_that_was_waited_for_each_who_gave_up(app: Any) -> None:
    queue = make.queue()
    row = CallTally(
        organization_id=queue.organization_id,
        queue_id=queue.id,
        at=days.quarter_of(make.clock.now()),
        gave_up=20,
    )
    row.waited_s, row.endured_s, row.spoken, row.spoken_s = 1000, 2000, 50, 10_000
    db.session.add(row)
    db.session.flush()
    handling, patience = forecasting.usual_calls(Scope(queue.organization_id))
    assert (handling, patience) == (200 + queue.wrap_up_s, 150)


def test_the_page_says_what_to_expect_and_how_sure_it_is(app: Any, client: Any, time_machine: Any) -> None:
    at_ten(time_machine)
    queue, boss = make.queue(), make.staff("supervisor")
    signed_in(client, boss)
    assert "Pas encore de prévision" in client.get("/console/room/forecast").text
    for week in range(1, 5):
        counted(queue, TUESDAY - timedelta(weeks=week), 9)
    counted(queue, TUESDAY, 9, until=40)
    page = client.get("/console/room/forecast?agents=4")
    assert "144 appels" in page.text.replace("\u202f", "") and "2 (deux de moins)" in page.text
    assert client.get("/console/room/forecast?agents=9999").status_code == 422
    assert scope.seen(boss).queue_ids is None
