"""A macro run on many cases: planned, done a few at a time and undone, as any change of many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock, history
from portal.cases.changing import macros
from portal.cases.changing.macros import MacroDraft
from portal.cases.checklists import MOST, add_check, checks_of
from portal.cases.lists import bulk
from portal.cases.lists.models import BulkChange
from portal.cases.lists.plans import Change
from portal.cases.models import Case, Macro, Note, Promise
from portal.cases.opening import close_case
from portal.contacts.models import Template
from portal.database import db
from portal.errors import Missing, Refused
from portal.staff.models import Staff
from tests import make
from tests.portal.cases.matters import case_of

ALL = {
    "nature": "report",
    "priority": "urgent",
    "owner": "me",
    "tags_add": ["voirie"],
    "checks": ["Photo reçue"],
    "note": "Fait ensemble",
    "promise": "Un second passage",
    "promise_days": 3,
    "then": "wait",
    "waits_for": "Une photo",
}


@pytest.fixture
def agent(app: Flask) -> Staff:
    return make.staff()


def saved(by: Staff, macro: Macro | None = None, **does: Any) -> Macro:
    draft = MacroDraft(name="Nid-de-poule", does={**macros.DOES, **does})
    return macros.save(macro.id if macro else None, draft, version=macro.version if macro else 0, by=by)


def run(macro: Macro, cases: list[Case], by: Staff) -> BulkChange:
    looked_at = [(case.id, case.version) for case in cases]
    return bulk.begin(change(macro), looked_at, "Macro : Nid-de-poule", by=by, form_key="k" * 20)


def change(macro: Macro) -> Change:
    due = (clock.now() + timedelta(days=3)).isoformat()
    return Change("macro", f"{macro.id}-{macro.version}", due)


def looks(case: Case) -> Any:
    db.session.flush()
    db.session.refresh(case)
    notes = db.session.scalars(db.select(Note.body).filter_by(case_id=case.id)).all()
    promised = db.session.scalars(db.select(Promise.text).filter_by(case_id=case.id, owner_id=case.owner_id))
    told = [one.text for one in checks_of(case)]
    names = [one.name for one in case.tags]
    return case.nature, case.priority, case.owner_id, case.state, names, told, notes, promised.all()


def test_it_is_done_to_each_as_one_deed_and_undone_as_one(agent: Staff) -> None:
    cases = [case_of(f"n° {n}", promises=[48]) for n in range(3)]
    before = [looks(case) for case in cases]
    begun = run(saved(agent, **ALL), cases, agent)
    assert (begun.state, begun.changed, len(begun.deed_ids)) == ("done", 3, 1)
    after = ("report", "urgent", agent.id, "waiting", ["voirie"], ["Photo reçue"], ["Fait ensemble"])
    assert [looks(case) for case in cases] == [(*after, ["Un second passage"])] * 3
    bulk.undo(begun, by=agent)
    assert begun.state == "undone" and [looks(case) for case in cases] == before


def test_what_it_cannot_be_run_on_is_left_whole_and_said(agent: Staff) -> None:
    silent, closed, full = (
        case_of("muette"),
        case_of("close", promises=[48]),
        case_of("pleine", promises=[48]),
    )
    close_case(closed, by=history.SYSTEM)
    for n in range(MOST):
        add_check(full, f"Point {n}", by=agent)
    before = [looks(case) for case in (silent, closed, full)]
    begun = run(saved(agent, **ALL), [silent, closed, full], agent)
    assert begun.left_out == {str(silent.id): "no_contact", str(closed.id): "closed", str(full.id): "full"}
    assert [looks(case) for case in (silent, closed, full)] == before


def test_one_that_writes_to_people_is_run_case_by_case(agent: Staff) -> None:
    template = make._add(
        Template(organization_id=agent.organization_id, slug="merci", name="Merci", texts={"fr": "Merci."})
    )
    with pytest.raises(Refused, match="relire la réponse"):
        bulk.preview(change(saved(agent, template_id=template.id)), [], by=agent)


def test_one_that_was_edited_since_it_was_looked_at_is_not_run(agent: Staff, work: Callable[[], int]) -> None:
    macro = saved(agent, priority="urgent")
    cases = [case_of(f"n° {n}") for n in range(bulk.AT_ONCE + 1)]
    begun = run(macro, cases, agent)
    looked_at = change(macro)
    saved(agent, macro, priority="low")
    work()
    db.session.expire_all()
    assert set(begun.left_out.values()) == {"macro_changed"} and cases[0].priority == "normal"
    with pytest.raises(Refused, match="changé entre-temps"):
        bulk.preview(looked_at, [(cases[0].id, 0)], by=agent)


def test_another_organizations_does_not_exist(agent: Staff) -> None:
    stranger = make.staff(of=make.organization("departement"))
    with pytest.raises(Missing):
        bulk.preview(change(saved(stranger, priority="urgent")), [], by=agent)
