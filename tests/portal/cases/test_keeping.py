"""Who may open a matter, and what editing, waiting, closing and reopening do to it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from time_machine import travel

from portal import history
from portal.cases import checklists, keeping
from portal.cases.due import clocks
from portal.cases.models import Case
from portal.cases.opening import close_case, open_case, reopen_case
from portal.citizens.access import Protected
from portal.database import db
from portal.errors import Missing, Refused, Stale
from portal.staff.models import Team
from tests import make

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def a_case(channel: str = "web", **values: Any) -> Case:
    return open_case(make.contact(channel, subject="Cantine", **values), by=history.CITIZEN)


def due(case: Case, kind: str) -> date:
    return clocks.clocks_of(case)[kind].due_at.date()


def test_a_case_is_opened_by_staff_of_its_organization_who_answer_people(app: Flask) -> None:
    case, other = a_case(), make.organization("prefecture")
    assert keeping.find_case(case.id, by=make.staff()) is case
    for reader in (make.staff(of=other), make.staff("administrator"), make.staff("editor")):
        with pytest.raises(Missing):
            keeping.find_case(case.id, by=reader)
    with pytest.raises(Missing):
        keeping.find_case(case.id + 1, by=make.staff())


def test_a_protected_citizens_case_asks_for_the_right_or_a_reason(app: Flask) -> None:
    case = a_case(citizen_id=make.citizen(protected=True).id)
    with pytest.raises(Protected):
        keeping.find_case(case.id, by=make.staff())
    assert keeping.find_case(case.id, by=make.staff(may_open_protected=True)) is case
    assert keeping.find_case(case.id, by=make.staff(), reason="Appel en cours") is case


def test_an_edit_says_what_changed_and_moves_what_is_due(app: Flask) -> None:
    with travel(MONDAY, tick=False):
        case, agent = a_case(), make.staff()
        team = make._add(Team(name="Écoles", organization_id=case.organization_id))
        assert (due(case, "first_answer"), due(case, "resolution")) == (date(2026, 3, 9), date(2026, 3, 23))
        changes = {
            "priority": "urgent",
            "team_id": team.id,
            "owner_id": agent.id,
            "tags": ["cantine", " cantine "],
        }
        assert keeping.edit_case(case, case.version, by=agent, **changes)
    assert (due(case, "first_answer"), due(case, "resolution")) == (date(2026, 3, 3), date(2026, 3, 9))
    assert [tag.name for tag in case.tags] == ["cantine"]
    edited = history.of(case)[0]
    assert edited.details["changed"]["priority"] == ["normal", "urgent"]
    assert set(edited.details["clocks"]) == {"first_answer", "resolution"}


def test_an_edit_begun_from_an_older_version_is_refused_with_both_unless_it_says_the_same(app: Flask) -> None:
    case, agent = a_case(), make.staff()
    seen = case.version
    assert keeping.edit_case(case, seen, by=agent, tags=["cantine"])
    db.session.flush()
    assert not keeping.edit_case(case, seen, by=agent, tags=["cantine"])
    with pytest.raises(Stale) as stale:
        keeping.edit_case(case, seen, by=agent, tags=["école"], priority="high")
    assert stale.value.theirs == {"tags": ["cantine"], "priority": "normal"}


def test_an_owner_answers_people_here_and_a_team_is_ours(app: Flask) -> None:
    case, agent, other = a_case(), make.staff(), make.organization("prefecture")
    theirs = make._add(Team(name="Titres", organization_id=other.id))
    wrong = (
        {"owner_id": make.staff(of=other).id},
        {"owner_id": make.staff("administrator").id},
        {"team_id": theirs.id},
        {"topic_id": 999},
        {"nature": "wish"},
        {"priority": "asap"},
    )
    for changes in wrong:
        with pytest.raises(Refused):
            keeping.edit_case(case, case.version, by=agent, **changes)


def test_what_is_due_stands_still_while_the_citizen_is_waited_for(app: Flask) -> None:
    agent = make.staff()
    with travel(MONDAY, tick=False):
        case = a_case()
    with travel("2026-03-04T10:00Z", tick=False):  # two of five days served
        keeping.wait_for(case, "Un justificatif", by=agent.actor)
        paused = clocks.clocks_of(case)["first_answer"]
        assert (case.state, paused.state, paused.paused_why) == ("waiting", "paused", "Un justificatif")
    with travel("2026-03-16T10:00Z", tick=False):
        assert keeping.resume(case, by=history.CITIZEN)
        assert not keeping.resume(case, by=history.CITIZEN)
    assert (case.state, due(case, "first_answer"), due(case, "resolution")) == (
        "open",
        date(2026, 3, 19),
        date(2026, 4, 2),
    )
    assert due(case, "silence") == date(2026, 5, 14)


def test_something_else_is_waited_for_and_said_wherever_the_wait_is(app: Flask) -> None:
    agent = make.staff()
    case = open_case(make.contact("web"), by=agent.actor)
    for what in ("Une photo", "Un plan", "Un plan"):
        keeping.wait_for(case, what, by=agent.actor)
    paused = [one for one in clocks.clocks_of(case).values() if one.state == "paused"]
    assert paused and {one.paused_why for one in paused} == {"Un plan"} and case.waits_for == "Un plan"
    assert [one.details["for"] for one in history.of(case) if one.verb == "case.waiting"] == [
        "Un plan",
        "Une photo",
    ]


def test_a_case_closed_is_no_longer_due_and_reopened_it_is_due_anew(app: Flask) -> None:
    agent = make.staff()
    with travel(MONDAY, tick=False):
        case = a_case()
        keeping.answered(case, by=agent.actor)
        assert close_case(case, by=agent.actor, outcome="solved")
        assert not close_case(case, by=agent.actor)
        states = {one.kind: one.state for one in clocks.clocks_of(case).values()}
    assert states == {"receipt": "met", "first_answer": "met", "resolution": "met", "silence": "met"}
    with travel("2026-03-16T10:00Z", tick=False):
        assert reopen_case(case, by=history.CITIZEN)
        assert not reopen_case(case, by=history.CITIZEN)
    assert (case.state, case.outcome, due(case, "first_answer")) == ("open", "", date(2026, 3, 23))


def test_writing_again_ends_the_wait_and_opens_what_another_case_took_over(app: Flask) -> None:
    agent, case, kept = make.staff(), a_case(), a_case()
    keeping.wait_for(case, "Un justificatif", by=agent.actor)
    assert reopen_case(case, by=history.CITIZEN)
    assert case.state == "open"
    close_case(case, by=agent.actor)
    close_case(kept, by=agent.actor)
    case.merged_into_id = kept.id
    assert reopen_case(case, by=history.CITIZEN)
    assert (case.state, kept.state) == ("closed", "open")


def test_points_of_a_checklist_change_places_and_the_ends_stay(app: Flask) -> None:
    agent = make.staff()
    case = open_case(make.contact(subject="Haie"), by=agent.actor)
    first, second, third = (checklists.add_check(case, text, by=agent) for text in ("un", "deux", "trois"))
    second.position = first.position  # as after two lists were merged
    checklists.move_check(case, third.id, up=True, by=agent)
    assert [one.text for one in checklists.checks_of(case)] == ["un", "trois", "deux"]
    checklists.move_check(case, first.id, up=False, by=agent)
    checklists.move_check(case, second.id, up=False, by=agent)
    assert [one.text for one in checklists.checks_of(case)] == ["trois", "un", "deux"]
    assert [one.verb for one in history.of(case)].count("case.check_moved") == 2
    with pytest.raises(Missing):
        checklists.move_check(open_case(make.contact(), by=agent.actor), first.id, up=True, by=agent)
