"""One change of many cases: what is left and why, what is done, and what undoing gives back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock, history
from portal.cases import keeping
from portal.cases.due import clocks
from portal.cases.keeping import edit_case
from portal.cases.lists import bulk
from portal.cases.lists.plans import Change
from portal.cases.models import Case, Deed, Promise
from portal.cases.opening import open_case
from portal.database import db
from portal.errors import Refused
from portal.history import CITIZEN
from portal.jobs import Job
from tests import make
from tests.portal.cases.matters import case_of


def looked_at(*cases: Case) -> list[tuple[int, int]]:
    return [(case.id, case.version) for case in cases]


def key(n: int = 0) -> str:
    return f"form key number {n:08}"


def test_the_preview_says_what_changes_and_what_is_left_and_why(app: Flask) -> None:
    agent, colleague = make.staff(), make.staff()
    free, mine, moved = case_of("libre"), case_of("à lui", owner_id=colleague.id), case_of("bougée")
    hidden = case_of("cachée", citizen_id=make.citizen(protected=True).id)
    theirs = case_of("ailleurs", of=make.organization("departement"))
    seen = looked_at(free, mine, moved, hidden, theirs)
    edit_case(moved, moved.version, by=agent, priority="high")
    db.session.flush()
    lines = bulk.preview(Change("owner", str(colleague.id)), seen, by=agent)
    assert [line.left for line in lines] == ["", "same", "changed", "not_yours", "not_yours"]
    assert (lines[0].before, lines[0].after) == ("", str(colleague.id))
    assert lines[3].case is None


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (Change("priority", "urgent"), {"priority": "normal"}, {"priority": "urgent"}),
        (Change("wait", "Un justificatif"), {"state": "open"}, {"state": "waiting"}),
        (
            Change("close", "solved"),
            {"state": "open", "outcome": ""},
            {"state": "closed", "outcome": "solved"},
        ),
    ],
)
def test_a_few_are_done_at_once_as_one_deed_and_undone(
    app: Flask, change: Change, before: dict[str, str], after: dict[str, str]
) -> None:
    agent = make.staff()
    cases = [case_of(f"n° {n}", clocks={"resolution": 48}) for n in range(3)]
    cases.reverse()  # as a list may have them: its order is not that of their keys
    db.session.commit()  # others know of them, and may wait for them

    def said() -> list[dict[str, str]]:
        return [{name: getattr(case, name) for name in before} for case in cases]

    begun = bulk.begin(change, looked_at(*cases), "Un changement", by=agent, form_key=key())
    assert (begun.state, begun.changed, len(begun.deed_ids)) == ("done", 3, 1)
    assert said() == [after] * 3
    assert bulk.begin(change, looked_at(*cases), "Un changement", by=agent, form_key=key()) is begun
    bulk.undo(begun, by=agent)
    assert begun.state == "undone" and said() == [before] * 3
    bulk.undo(begun, by=agent)
    assert [case.clocks[0].state for case in cases] == ["running"] * 3


def test_tags_come_and_go_and_a_promise_is_made_where_there_is_an_exchange(app: Flask) -> None:
    agent = make.staff()
    spoken, silent = case_of("parlée", promises=[48]), case_of("muette")
    tagged = bulk.begin(Change("tag", "hiver"), looked_at(spoken), "Étiquette", by=agent, form_key=key(1))
    assert [one.name for one in spoken.tags] == ["hiver"] and tagged.changed == 1
    bulk.undo(tagged, by=agent)
    db.session.refresh(spoken)
    assert spoken.tags == []
    due = (clock.now() + timedelta(days=2)).isoformat()
    promised = bulk.begin(
        Change("promise", "Rappeler tous", due),
        looked_at(spoken, silent),
        "Promettre",
        by=agent,
        form_key=key(2),
    )
    assert promised.left_out == {str(silent.id): "no_contact"}
    query = db.select(Promise).filter_by(text="Rappeler tous")
    assert db.session.scalars(query).one().case_id == spoken.id
    bulk.undo(promised, by=agent)
    assert db.session.scalars(query).all() == []


def test_undoing_leaves_what_somebody_changed_since_and_says_it(app: Flask) -> None:
    agent, colleague = make.staff(), make.staff()
    kept, changed = case_of("gardée"), case_of("changée")
    begun = bulk.begin(
        Change("priority", "high"), looked_at(kept, changed), "Haute", by=agent, form_key=key()
    )
    edit_case(changed, changed.version, by=colleague, priority="urgent")
    bulk.undo(begun, by=agent)
    assert (kept.priority, changed.priority) == ("normal", "urgent")
    assert begun.left_out == {str(changed.id): "not_given_back"}


def test_many_are_done_and_undone_by_a_worker_a_few_at_a_time(app: Flask, work: Callable[[], int]) -> None:
    agent = make.staff()
    cases = [case_of(f"n° {n}") for n in range(bulk.AT_ONCE + 5)]
    begun = bulk.begin(Change("owner", str(agent.id)), looked_at(*cases), "À moi", by=agent, form_key=key())
    assert begun.state == "waiting" and cases[0].owner_id is None
    edit_case(cases[1], cases[1].version, by=agent, priority="high")
    work()
    db.session.expire_all()
    assert (begun.state, begun.done, begun.changed) == ("done", 25, 24)
    assert begun.left_out == {str(cases[1].id): "changed"}
    assert len(begun.deed_ids) == 3 and all(case.owner_id == agent.id for case in cases[2:])
    bulk.undo(begun, by=agent)
    work()
    db.session.expire_all()
    assert begun.state == "undone" and {case.owner_id for case in cases} == {None}
    assert {one.undone_by for one in db.session.scalars(db.select(Deed))} == {agent.id}
    assert db.session.scalars(db.select(Job.state).filter_by(kind="change_cases")).all() == ["done"] * 2


def test_what_no_case_could_be_given_is_refused(app: Flask) -> None:
    agent, case = make.staff(), case_of("une")
    stranger = make.staff(of=make.organization("departement"))
    wrong: list[tuple[Change, Any]] = [
        (Change("owner", str(stranger.id)), Refused),
        (Change("priority", "x"), Refused),
        (Change("close", "x"), Refused),
        (Change("tag", " "), Refused),
        (Change("promise", "Rappeler", (clock.now() - timedelta(days=1)).isoformat()), Refused),
        (Change("shout"), Refused),
    ]
    for change, refusal in wrong:
        with pytest.raises(refusal):
            bulk.preview(change, looked_at(case), by=agent)


def test_closing_many_stops_their_clocks_is_told_and_is_given_back_whole(app: Flask) -> None:
    agent = make.staff()
    contacts = [make.contact("web"), make.contact("letter")]
    cases = [open_case(contact, by=CITIZEN, nature="request") for contact in contacts]
    keeping.wait_for(cases[1], "Un bail", by=agent.actor)

    def whole() -> list[Any]:
        found = []
        for case in cases:
            db.session.flush()
            watches = clocks.clocks_of(case).values()
            said = [(one.kind, one.state, one.due_at, one.met_at, one.paused_why) for one in watches]
            found.append((case.state, case.closed_at, case.waits_for, case.outcome, sorted(said, key=str)))
        return found

    before = whole()
    begun = bulk.begin(Change("close", "solved"), looked_at(*cases), "Terminer", by=agent, form_key=key())
    assert not {one.state for case in cases for one in clocks.clocks_of(case).values()} & {
        "running",
        "paused",
    }
    assert all(clocks.clocks_of(case)["resolution"].met_at for case in cases)
    for case in cases:
        told = [one for one in history.of(case) if one.verb == "case.closed"]
        assert [one.details for one in told] == [{"outcome": "solved"}] and told[0].actor_id == agent.id
    bulk.undo(begun, by=agent)
    assert whole() == before
    assert {"case.undone", "case.reopened"} <= {one.verb for one in history.of(cases[0])}
