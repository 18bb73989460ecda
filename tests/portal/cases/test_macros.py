"""A macro does several things at one go, which are undone at one go; what has left is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.cases.changing import deeds, macros
from portal.cases.changing.macros import Answer, MacroDraft
from portal.cases.due.clocks import clocks_of
from portal.cases.models import Case, Macro, Note, Tag
from portal.cases.opening import open_case
from portal.contacts import answering
from portal.contacts.models import Contact, Template
from portal.database import db
from portal.errors import Missing, Refused, Stale
from portal.staff.models import Staff, Team
from tests import make

ALL = {
    "nature": "report",
    "priority": "urgent",
    "owner": "me",
    "tags_add": ["voirie"],
    "tags_remove": ["à trier"],
    "checks": ["Photo reçue", "Passage demandé"],
    "note": "Fait par la macro",
    "promise": "Un second passage",
    "promise_days": 3,
    "then": "close",
}


@pytest.fixture
def agent(app: Flask) -> Staff:
    return make.staff()


def matter(agent: Staff) -> tuple[Case, Contact]:
    used = make.identifier("email", "aicha@exemple.fr")
    contact = make.contact("email", subject="Poubelle", identifier_id=used.id, state="wrapped_up")
    case = open_case(contact, by=agent.actor)
    case.tags = [make._add(Tag(organization_id=case.organization_id, name="à trier"))]
    return case, contact


def saved(by: Staff, name: str = "Collecte manquée", **does: Any) -> Macro:
    return macros.save(None, MacroDraft(name=name, does={**macros.DOES, **does}), version=0, by=by)


def run(macro: Macro, case: Case, by: Staff, **more: Any) -> Any:
    return macros.run(macro, case, due_at=clock.now() + timedelta(days=3), by=by, **more)


def looks(case: Case) -> Any:
    db.session.flush()
    db.session.expire_all()
    clocks = {kind: (one.state, one.due_at) for kind, one in clocks_of(case).items()}
    tags, checks = [one.name for one in case.tags], [one.text for one in case.checklist]
    said = [
        case.nature,
        case.priority,
        case.owner_id,
        case.state,
        case.closed_at,
        case.answered_at,
        tags,
        checks,
    ]
    return said, clocks, [one.text for one in case.promises], db.session.query(Note).count()


def test_all_of_it_is_done_and_all_of_it_is_undone(agent: Staff) -> None:
    case, _ = matter(agent)
    before = looks(case)
    macro = saved(make.staff("administrator"), **ALL)
    deed = run(macro, case, agent, form_key="m1")
    assert (case.nature, case.priority, case.owner_id, case.state) == ("report", "urgent", agent.id, "closed")
    assert ([one.name for one in case.tags], len(case.checklist), len(case.promises)) == (["voirie"], 2, 1)
    assert run(macro, case, agent, form_key="m1") is deed
    assert deeds.undo(deed, by=agent).left == ()
    assert looks(case) == before


@pytest.mark.parametrize("left", [True, False])
def test_what_stands_by_an_answer_is_undone_only_while_it_has_not_left(agent: Staff, left: bool) -> None:
    case, contact = matter(agent)
    before = looks(case)
    text = Template(organization_id=case.organization_id, slug="a", name="A", texts={"fr": "C’est noté."})
    macro = saved(make.staff("administrator"), template_id=make._add(text).id, priority="high", then="close")
    deed = run(macro, case, agent, answer=Answer(contact, "email", "C’est noté."))
    assert deeds.not_undoable(deed) == []
    if left:
        answering.advance(contact.messages[0], "sending")
        assert deeds.not_undoable(deed) == contact.messages
    undone = deeds.undo(deed, by=agent)
    assert bool(undone.left) is left
    assert (case.priority, case.state, case.answered_at is not None) == ("normal", "open", left)
    if not left:
        assert looks(case) == before


def test_a_macro_that_cannot_be_kept_says_why(agent: Staff) -> None:
    by, other = make.staff("administrator"), make.organization("caf")
    theirs = make._add(Team(organization_id=other.id, name="Autre"))
    wrong: list[dict[str, Any]] = [
        {},
        {"nature": "x"},
        {"then": "wait"},
        {"promise": "Rappeler"},
        {"promise_days": 3},
        {"team_id": theirs.id},
        {"owner": str(make.staff(of=other).id)},
    ]
    for does in wrong:
        with pytest.raises(Refused):
            saved(by, **does)
    kept = saved(by, priority="high")
    with pytest.raises(Refused):
        saved(by, priority="low")
    with pytest.raises(Stale):
        macros.save(kept.id, MacroDraft(name="B", does={"priority": "low"}), version=9, by=by)
    with pytest.raises(Missing):
        macros.find_macro(kept.id, organization_id=other.id)


def test_a_retired_macro_is_no_longer_offered(agent: Staff) -> None:
    by = make.staff("administrator")
    kept = saved(by, priority="high")
    draft = MacroDraft(name=kept.name, does={"priority": "high"}, retired=True)
    macros.save(kept.id, draft, version=kept.version, by=by)
    assert macros.macros(by.organization_id) == []
    assert macros.macros(by.organization_id, retired=True) == [kept]


def test_only_what_can_be_run_on_a_case_is_offered_for_it(agent: Staff) -> None:
    case, contact = matter(agent)
    urgent = saved(agent, priority="urgent")
    promising = saved(agent, "Promesse", promise="Rappeler", promise_days=2)
    assert macros.usable(case) == [urgent, promising]
    contact.case_id = None
    db.session.flush()
    assert macros.usable(case) == [urgent]
    case.state = "closed"
    assert macros.usable(case) == []
