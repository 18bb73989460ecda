"""Telling before it is late: whom, when, once; and what cannot be told of holds up nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from time_machine import travel

from portal import history, jobs
from portal.cases import keeping
from portal.cases.due import clocks, escalating
from portal.cases.due.promising import give_up_promise, hand_over_promise, move_promise
from portal.cases.models import Case, Promise
from portal.cases.opening import close_case, open_case, promise
from portal.database import db
from portal.errors import Refused
from portal.history import Event
from portal.staff.models import Staff, Team, team_members
from tests import make

MONDAY = "2026-03-02T09:00Z"  # a first answer is due on Monday the 9th


def a_case(owner: Staff | None = None) -> Case:
    with travel(MONDAY, tick=False):
        case = open_case(make.contact("phone", subject="Cantine"), by=history.CITIZEN, nature="complaint")
        case.owner_id = owner.id if owner else None
        clocks.met(case, "receipt")  # given at once
    return case


def told(of: Case | Promise | None = None) -> list[tuple[str, list[int]]]:
    query = db.select(Event).where(Event.details["told"].is_not(None)).order_by(Event.id)
    events = [one for one in db.session.scalars(query) if one.details.get("told") is not None]
    events = [one for one in events if of is None or one.subject_id == of.id]
    return [(one.verb, one.details["told"]) for one in events]


def look(at: str) -> list[str]:
    """What a round at this instant finds and tells of."""
    with travel(at, tick=False):
        found = escalating.due_soon(make.organization().id)
        return [one.step for one in found if escalating.tell(one)]


def test_the_owner_is_told_first_then_those_above_then_that_it_is_late(app: Flask) -> None:
    owner, above = make.staff(), make.staff("supervisor")
    case = a_case(owner)
    assert look("2026-03-04T09:00Z") == []
    assert look("2026-03-05T09:00Z") == ["warned"]
    assert look("2026-03-05T17:00Z") == [], "once"
    assert look("2026-03-06T06:00Z") == ["escalated"]
    assert look("2026-03-09T20:00Z") == []
    assert look("2026-03-10T09:00Z") == ["missed"]
    assert look("2026-03-11T09:00Z") == []
    both = sorted([owner.id, above.id])
    assert told(case) == [("case.warned", [owner.id]), ("case.escalated", both), ("case.missed", both)]


def test_a_week_end_is_no_time_to_see_to_it(app: Flask) -> None:
    """Due on a Monday, with a day's notice: told on the Friday, not on the Sunday."""
    a_case(make.staff())
    assert look("2026-03-05T23:30Z") == ["escalated"], "it is Friday in Paris"


def test_what_is_answered_paused_or_closed_is_told_of_no_more(app: Flask) -> None:
    agent, answered, paused, closed = make.staff(), a_case(), a_case(), a_case()
    with travel("2026-03-03T09:00Z", tick=False):
        keeping.answered(answered, by=agent.actor)
        keeping.wait_for(paused, "Un bail", by=agent.actor)
        close_case(closed, by=agent.actor)
    assert look("2026-03-09T09:00Z") == []


def test_nobodys_matter_goes_to_the_supervisors_and_each_sees_their_own(app: Flask) -> None:
    schools, roads = (make._add(Team(name=name, organization_id=make.organization().id)) for name in "ab")
    agent, hers, other, of_all = make.staff(), *(make.staff("supervisor") for _ in range(3))
    for team, one in ((schools, agent), (schools, hers), (roads, other)):
        db.session.execute(team_members.insert().values(team_id=team.id, staff_id=one.id))
    mine, nobodys = a_case(agent), a_case()
    assert look("2026-03-06T09:00Z") == ["escalated", "escalated"]
    assert told(mine) == [("case.escalated", sorted([agent.id, hers.id, of_all.id]))]
    assert told(nobodys) == [("case.escalated", sorted([hers.id, other.id, of_all.id]))]
    with travel("2026-03-06T10:00Z", tick=False):
        seen = {
            one.id: {near.case_id for near in escalating.near_of(one)} for one in (agent, hers, other, of_all)
        }
    assert seen == {
        agent.id: {mine.id},
        hers.id: {mine.id, nobodys.id},
        other.id: {nobodys.id},
        of_all.id: {mine.id, nobodys.id},
    }


def a_promise(owner: Staff, due: datetime) -> Promise:
    with travel(MONDAY, tick=False):
        return promise(make.contact(subject="Cantine"), "Rappeler", due, by=owner.actor)


def test_a_promise_is_told_of_the_day_before_and_above_from_noon(app: Flask) -> None:
    owner, above = make.staff(), make.staff("supervisor")
    made = a_promise(owner, datetime(2026, 3, 9, 22, 59, tzinfo=UTC))
    assert look("2026-03-05T09:00Z") == []
    assert look("2026-03-06T06:00Z") == ["warned"]
    assert look("2026-03-09T10:00Z") == []
    assert look("2026-03-09T11:00Z") == ["escalated"]
    assert look("2026-03-10T11:00Z") == []
    both = sorted([owner.id, above.id])
    assert told(made) == [("promise.warned", [owner.id]), ("promise.escalated", both)]


def test_a_promise_moved_or_handed_over_is_watched_anew_and_one_given_up_is_not(app: Flask) -> None:
    owner, next_one = make.staff(), make.staff()
    made = a_promise(owner, datetime(2026, 3, 9, 22, 59, tzinfo=UTC))
    assert look("2026-03-06T09:00Z") == ["warned"]
    with travel("2026-03-06T10:00Z", tick=False):
        later = datetime(2026, 3, 11, 22, 59, tzinfo=UTC)
        assert move_promise(made, later, by=owner.actor)
        assert not move_promise(made, later, by=owner.actor)
        assert hand_over_promise(made, next_one.id, by=owner.actor)
    assert look("2026-03-10T09:00Z") == ["warned"]
    assert told(made)[-1] == ("promise.warned", [next_one.id])
    with pytest.raises(Refused):
        give_up_promise(made, "non", by=owner.actor)
    assert give_up_promise(made, "La salle est fermée.", by=owner.actor)
    assert not give_up_promise(made, "La salle est fermée.", by=owner.actor)
    assert look("2026-03-11T12:00Z") == []
    with pytest.raises(Refused):
        move_promise(made, later, by=owner.actor)


@contextmanager
def unwritable(case: Case) -> Iterator[None]:
    """Nothing can be written in the history of this case."""

    def fail(_mapper: Any, _connection: Any, row: Event) -> None:
        if row.subject_id == case.id:
            raise ValueError("a row that cannot be written")

    event.listen(Event, "before_insert", fail)
    yield
    event.remove(Event, "before_insert", fail)


def test_one_that_cannot_be_told_of_holds_up_no_other(app: Flask, work: Callable[[], int]) -> None:
    first, second = a_case(make.staff()), a_case(make.staff())
    with travel("2026-03-05T09:00Z", tick=False), unwritable(first):
        jobs.enqueue("watch_clocks", {})
        work()
    assert [verb for verb, _ in told()] == ["case.warned"]
    assert told(second)
    with travel("2026-03-05T09:10Z", tick=False):
        work()
    assert [verb for verb, _ in told()] == ["case.warned", "case.warned"], "in the next round"


def test_two_workers_at_once_tell_once(app: Flask) -> None:
    a_case(make.staff())
    with travel("2026-03-05T09:00Z", tick=False):
        found = escalating.due_soon(make.organization().id)
        assert [escalating.tell(one) for one in (*found, *found)] == [True, False]
