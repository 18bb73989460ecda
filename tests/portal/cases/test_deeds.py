"""What is done to cases in one act is told in words, and given back in one act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock, history
from portal.cases import keeping
from portal.cases.changing import deeds
from portal.cases.changing.watching import WATCHED
from portal.cases.due.clocks import clocks_of
from portal.cases.models import Case, CaseLink, Check, Deed, Tag
from portal.cases.opening import close_case, open_case, promise
from portal.contacts import answering
from portal.contacts.models import Message
from portal.database import Base, db, insert
from portal.errors import Missing
from portal.staff.models import Staff
from tests import make


@pytest.fixture
def agent(app: Flask) -> Staff:
    return make.staff()


def matter(agent: Staff, **values: Any) -> Case:
    return open_case(make.contact(subject="Poubelle non levée", **values), by=agent.actor)


def change(case: Case, name: str, after: Any) -> dict[str, Any]:
    return {"table": "cases", "id": case.id, "field": name, "before": getattr(case, name), "after": after}


def verbs(case: Case) -> list[str]:
    return [one.verb for one in history.of(case)][::-1]


def test_several_changes_are_one_deed_and_are_undone_in_one_act(agent: Staff) -> None:
    one, two = matter(agent), matter(agent)
    steps = [
        change(one, "priority", "urgent"),
        change(two, "priority", "high"),
        change(two, "owner_id", agent.id),
    ]
    deed = deeds.do("bulk", "Deux affaires plus pressées", steps, by=agent, form_key="f1")
    assert (one.priority, two.priority, two.owner_id) == ("urgent", "high", agent.id)
    assert deeds.undo(deed, by=agent) == deeds.Undone(3)
    assert (one.priority, two.priority, two.owner_id) == ("normal", "normal", None)
    assert verbs(one) == ["case.opened", "case.changed_together", "case.undone"]
    assert deeds.undo(deed, by=agent) == deeds.Undone(0)


def test_the_same_form_sent_twice_is_one_deed(agent: Staff) -> None:
    case = matter(agent)
    first = deeds.do("bulk", "Urgente", [change(case, "priority", "urgent")], by=agent, form_key="f1")
    again = deeds.do("bulk", "Urgente", [change(case, "priority", "low")], by=agent, form_key="f1")
    assert again is first
    assert (case.priority, db.session.query(Deed).count()) == ("urgent", 1)


def test_what_somebody_changed_since_the_preview_is_left_alone(agent: Staff) -> None:
    case = matter(agent)
    step = change(case, "priority", "urgent")
    case.priority = "low"
    deed = deeds.do("bulk", "Urgente", [step], by=agent)
    assert (case.priority, deed.changes) == ("low", [])


def test_what_somebody_changed_since_the_deed_is_not_undone_and_is_told(agent: Staff) -> None:
    case = matter(agent)
    steps = [change(case, "priority", "urgent"), change(case, "owner_id", agent.id)]
    deed = deeds.do("bulk", "Urgente", steps, by=agent)
    case.priority = "high"
    undone = deeds.undo(deed, by=agent)
    assert [one["field"] for one in undone.left] == ["priority"]
    assert (case.priority, case.owner_id) == ("high", None)
    assert history.of(case)[0].details["left"] == 1


def test_what_verbs_did_is_given_back_whatever_rows_they_made(agent: Staff) -> None:
    contact = make.contact(subject="Cantine")
    case, other = open_case(contact, by=agent.actor), matter(agent)
    known, fresh = [Tag(organization_id=case.organization_id, name=name) for name in ("connue", "nouvelle")]
    done = Check(case=case, text="Pièce reçue")
    db.session.add_all([known, fresh, done])
    case.tags = [known]
    db.session.flush()
    with deeds.doing("macro", "Cantine", by=agent, form_key="f2") as act:
        close_case(case, by=agent.actor)
        case.tags = [fresh]
        db.session.add_all([Check(case=case, text="Appeler"), CaseLink(case_id=case.id, other_id=other.id)])
        db.session.delete(done)
        promise(contact, "Rappeler", clock.now() + timedelta(days=1), by=agent.actor)
    assert set(act.deed.case_ids) == {case.id, other.id}
    db.session.expire_all()
    assert ([one.text for one in case.checklist], case.tags) == (["Appeler"], [fresh])
    assert deeds.undo(act.deed, by=agent).left == ()
    db.session.expire_all()
    assert (case.state, case.closed_at, case.tags, case.promises) == ("open", None, [known], [])
    assert [one.text for one in case.checklist] == ["Pièce reçue"]
    assert db.session.query(CaseLink).count() == 0
    assert verbs(case)[-2:] == ["case.undone", "case.reopened"]


def test_a_row_made_and_changed_since_stays(agent: Staff) -> None:
    case = matter(agent)
    with deeds.doing("macro", "Liste", by=agent) as act:
        ticked = Check(case=case, text="Appeler")
        db.session.add_all([ticked, Check(case=case, text="Écrire")])
    ticked.done_at = clock.now()
    assert [one["id"] for one in deeds.undo(act.deed, by=agent).left] == [ticked.id]
    db.session.expire_all()
    assert case.checklist == [ticked]


@pytest.mark.parametrize("gone", [False, True])
def test_a_message_that_waits_is_recalled_and_one_that_left_is_not(
    agent: Staff, work: Callable[[], int], gone: bool
) -> None:
    used = make.identifier("email", "aicha@exemple.fr")
    contact = make.contact("email", subject="Cantine", identifier_id=used.id)
    case = open_case(contact, by=agent.actor)
    with deeds.doing("macro", "Réponse type", by=agent) as act:
        since = act.since()
        sent = answering.reply(contact, "C’est fait.", channel="email", form_key=None, by=agent.actor)
        case.answered_at = clock.now()
        act.bind(sent, since)
        close_case(case, by=agent.actor)
    if gone:
        answering.advance(sent, "sending")
        answering.advance(sent, "sent")
    undone = deeds.undo(act.deed, by=agent)
    assert (case.state, case.answered_at is not None) == ("open", gone)
    assert (sent.state, bool(undone.left)) == (("sent", True) if gone else ("recalled", False))
    assert deeds.not_undoable(act.deed) == ([sent] if gone else [])
    work()
    assert db.session.get_one(Message, sent.id).state == ("sent" if gone else "recalled")


def rows() -> dict[str, list[dict[str, Any]]]:
    """All that the tables say that a deed may change, but for the versions of their rows."""
    db.session.flush()
    tables = (Base.metadata.tables[name] for name in sorted(WATCHED))
    return {
        table.name: sorted(
            ({k: v for k, v in row._mapping.items() if k != "version"} for row in _all(table)), key=repr
        )
        for table in tables
    }


def _all(table: Any) -> Any:
    return db.session.execute(db.select(table)).all()


@pytest.mark.parametrize("channel", ["phone", "web"])
def test_the_clocks_that_a_deed_starts_go_with_it(agent: Staff, channel: str) -> None:
    contact = make.contact(channel, subject="Cantine", state="wrapped_up")
    before = rows()
    with deeds.doing("macro", "Ouvrir", by=agent) as act:
        case = open_case(contact, by=agent.actor)
        act.came_out(case, of=case)
        keeping.wait_for(case, "Un justificatif", by=agent.actor)
    assert len(clocks_of(case)) == (4 if channel == "web" else 2)
    assert deeds.undo(act.deed, by=agent).left == ()
    after = rows()
    assert [one["id"] for one in after.pop("cases")] == [case.id] and before.pop("cases") == []
    assert after == before


def test_what_a_statement_would_change_unseen_is_refused(agent: Staff) -> None:
    case = matter(agent)
    for statement in (
        db.update(Case).values(priority="urgent"),
        db.delete(Check),
        insert(Check).values(case_id=case.id, text="Appeler", position=1),
        db.update(Base.metadata.tables["contacts"]).values(subject=""),
    ):
        with pytest.raises(RuntimeError, match="does not see"), deeds.doing("macro", "À tort", by=agent):
            db.session.execute(statement)
    db.session.execute(db.update(Case).values(priority="urgent"))  # no deed is being done


def test_a_deed_is_another_organizations_to_nobody_else(agent: Staff) -> None:
    deed = deeds.do("bulk", "Urgente", [change(matter(agent), "priority", "urgent")], by=agent)
    assert deeds.find_deed(deed.id, by=agent) is deed
    elsewhere = make.staff(of=make.organization("caf"))
    for other in (elsewhere, make.staff("editor")):
        with pytest.raises(Missing):
            deeds.find_deed(deed.id, by=other)
