"""Linking, merging and splitting cases, and taking it back: what was is again exactly what it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import clock
from portal.cases.changing import deeds, linking
from portal.cases.checklists import add_check, checks_of
from portal.cases.due.clocks import clocks_of
from portal.cases.models import Case, Check, Clock, Note, Promise, Question, Tag
from portal.cases.notes import notes_of, write_note
from portal.cases.opening import close_case, kept_by, open_case, promise
from portal.contacts import recording
from portal.contacts.models import Contact, Message
from portal.database import Base, db
from portal.errors import Refused
from portal.staff.models import Staff
from tests import make

KEPT_OUT = {"version"}
TABLES = (Case, Clock, Check, Note, Promise, Question, Contact, Message)


@pytest.fixture
def agent(app: Flask) -> Staff:
    return make.staff()


def snapshot() -> dict[str, Any]:
    """All that the tables of a matter say, but for the versions of their rows."""
    db.session.flush()
    tables = [*(one.__tablename__ for one in TABLES), "case_tags", "case_links"]
    return {
        name: sorted(
            (tuple(v for k, v in row._mapping.items() if k not in KEPT_OUT) for row in _rows(name)), key=repr
        )
        for name in tables
    }


def _rows(name: str) -> Any:
    return db.session.execute(db.select(Base.metadata.tables[name])).all()


def matter(agent: Staff, subject: str = "Poubelle", **values: Any) -> Case:
    contact = make.contact("web", subject=subject, state="wrapped_up", **values)
    for body in ("Bonjour", "Et aussi la cantine", "Merci"):
        recording.add_message(contact, body)
    case = open_case(contact, by=agent.actor)
    promise(contact, "Rappeler", clock.now() + timedelta(days=2), by=agent.actor)
    add_check(case, "Photo reçue", by=agent)
    write_note(case, "Vu avec la voirie", by=agent)
    case.tags = [make._add(Tag(organization_id=case.organization_id, name=f"étiquette {case.id}"))]
    db.session.flush()
    return case


def test_linked_cases_are_read_together_until_it_is_undone(agent: Staff) -> None:
    one, two = matter(agent), matter(agent)
    deed = linking.link(two, one, by=agent, form_key="l1")
    assert linking.linked_to(one) == [two]
    assert linking.link(two, one, by=agent, form_key="l1") is deed
    deeds.undo(deed, by=agent)
    assert linking.linked_to(one) == []


def test_a_link_taken_away_comes_back(agent: Staff) -> None:
    one, two = matter(agent), matter(agent)
    linking.link(one, two, by=agent)
    deed = linking.unlink(two, one, by=agent)
    assert linking.linked_to(one) == []
    deeds.undo(deed, by=agent)
    assert linking.linked_to(one) == [two]


def test_a_merged_case_is_closed_and_names_the_one_kept(agent: Staff) -> None:
    kept, other = matter(agent), matter(agent)
    early = clocks_of(kept)["resolution"].due_at - timedelta(days=3)
    clocks_of(other)["resolution"].due_at = early
    linking.merge(kept, other, by=agent, form_key="m1")
    assert (other.state, other.merged_into_id, kept_by(other)) == ("closed", kept.id, kept)
    assert [len(found) for found in (kept.promises, kept.checklist, kept.tags)] == [2, 2, 2]
    assert clocks_of(kept)["resolution"].due_at == early
    assert {one.state for one in clocks_of(other).values()} == {"stopped"}
    assert db.session.query(Contact).filter_by(case_id=kept.id).count() == 2


@settings(max_examples=12, deadline=None)
@given(acts=st.lists(st.sampled_from(["link", "merge", "split", "messages"]), min_size=1, max_size=4))
def test_what_was_done_and_undone_leaves_exactly_what_was(app: Flask, acts: list[str]) -> None:
    agent = make.staff()
    kept, other = matter(agent), matter(agent)
    extra = make.contact("phone", case_id=kept.id, state="wrapped_up")
    db.session.flush()
    before, done, made = snapshot(), [], []
    for act in acts:
        contacts = list(
            db.session.scalars(db.select(Contact).filter_by(case_id=kept.id).order_by(Contact.id))
        )
        try:
            if act == "link":
                done.append(linking.link(kept, other, by=agent))
            elif act == "merge":
                done.append(linking.merge(kept, other, by=agent))
            else:
                whole = [extra.id] if act == "split" else []
                some = [] if whole else [one.id for one in contacts[0].messages[1:2]]
                deed, new = linking.split(kept, whole, some, subject="Cantine", by=agent)
                done.append(deed)
                made.append(new)
        except Refused:
            pass
    for deed in reversed(done):
        assert deeds.undo(deed, by=agent).left == ()
    after = snapshot()
    for new in made:  # its reference was told: its own row stays, closed, and leads back
        assert (new.state, kept_by(new)) == ("closed", kept)
    ids = {new.id for new in made}
    after["cases"] = [row for row in after["cases"] if row[0] not in ids]
    assert after == before
    db.session.rollback()


def test_a_split_takes_what_was_chosen_with_a_reference_of_its_own(agent: Staff) -> None:
    case = matter(agent)
    contact = db.session.scalars(db.select(Contact).filter_by(case_id=case.id)).one()
    second = contact.messages[1]
    _, new = linking.split(case, [], [second.id], subject="Cantine", by=agent, form_key="s1")
    assert (new.reference != case.reference, new.subject, new.nature) == (True, "Cantine", case.nature)
    assert (second.contact.case_id, second.contact.identifier_id) == (new.id, contact.identifier_id)
    assert clocks_of(new).keys() == clocks_of(case).keys()
    assert linking.split(case, [], [second.id], subject="Cantine", by=agent, form_key="s1")[1] is new


def test_what_came_into_a_split_case_stays_there_when_it_is_undone(agent: Staff) -> None:
    case = matter(agent)
    extra = make.contact("phone", case_id=case.id, state="wrapped_up")
    deed, new = linking.split(case, [extra.id], subject="Cantine", by=agent)
    later = make.contact("phone", case_id=new.id)
    left = deeds.undo(deed, by=agent).left
    assert [one["table"] for one in left] == ["cases"]
    assert (new.state, later.case_id, extra.case_id) == ("open", new.id, case.id)


def test_two_persons_matters_are_never_merged(agent: Staff) -> None:
    one, two = (matter(agent, citizen_id=make.citizen(name).id) for name in ("Aïcha", "Paul"))
    with pytest.raises(Refused):
        linking.merge(one, two, by=agent)
    with pytest.raises(Refused):
        linking.merge(one, one, by=agent)
    close_case(two, by=agent.actor)
    same = matter(agent, citizen_id=one.citizen_id)
    close_case(same, by=agent.actor)
    with pytest.raises(Refused):
        linking.merge(one, same, by=agent)


def test_what_colleagues_wrote_in_a_split_case_goes_back_with_it(agent: Staff) -> None:
    case = matter(agent)
    extra = make.contact("text", case_id=case.id)
    deed, new = linking.split(case, [extra.id], subject="Cantine", by=agent)
    check, note = add_check(new, "Appeler la voirie", by=agent), write_note(new, "Vu", by=agent)
    assert not deeds.undo(deed, by=agent).left
    assert check in checks_of(case) and note in notes_of(case)
    assert not checks_of(new) and not notes_of(new)


def test_something_stays_in_a_case_that_is_split(agent: Staff) -> None:
    case = matter(agent)
    contact = db.session.scalars(db.select(Contact).filter_by(case_id=case.id)).one()
    whole = [one.id for one in contact.messages]
    for contacts, messages in (([contact.id], []), ([], whole), ([], [])):
        with pytest.raises(Refused):
            linking.split(case, contacts, messages, subject="Cantine", by=agent)
