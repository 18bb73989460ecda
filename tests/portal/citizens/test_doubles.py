"""Files that may be one person's are proposed with reasons; those of a household are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal import history
from portal.citizens import doubles, identifying
from portal.citizens.likeness import likeness
from portal.citizens.models import Citizen, Duplicate
from portal.citizens.names import name_key
from portal.database import db
from portal.jobs import Job
from portal.work.propose_doubles import propose_doubles
from tests import make

PHONE = "+33639980001"


@pytest.mark.parametrize(
    ("one", "other", "named"),
    [
        ("Éloïse Lefèvre", "eloise lefevre", "same_name"),
        ("Lefèvre Éloïse", "Éloïse Lefèvre", "reversed"),
        ("Éloïse Lefevre", "Éloïse Lefebvre", "slip"),
        ("Mohamed Kaddour", "Mohammed Kaddour", "slip"),
        ("Anne Ben Ali", "Anne Benali", "slip"),
        ("A. Benali", "Aïcha Benali", "initial"),
        ("Louis Martin", "Louise Martin", ""),
        ("Léa Martin", "Léo Martin", ""),
        ("Émile Roux", "Émilie Roux", ""),
        ("Paul Martin", "Jeanne Martin", ""),
        ("Anne Petit", "Anne Grand", ""),
    ],
)
def test_two_names_are_alike_by_one_slip_and_a_given_name_is_not(one: str, other: str, named: str) -> None:
    assert likeness(name_key(one), name_key(other)) == named
    assert likeness(name_key(other), name_key(one)) == named


def person(name: str, **values: str) -> Citizen:
    return make.citizen(name, name_key=name_key(name), **values)


def reasons(one: Citizen) -> dict[int, list[str]]:
    return {row.citizen_id + row.other_id - one.id: row.reasons for row in doubles.propose_for(one.id)}


def test_the_same_name_is_proposed_with_a_commune_or_a_number_in_common(app: Flask) -> None:
    anne = person("Anne Petit", commune="72181", email="anne.petit@exemple.fr")
    there = person("Anne Petit", commune="72181")
    person("Anne Petit", commune="72003")
    person("Anne Petit")
    slip = person("Anne Petitt", email="anne.petit@courrier.example")
    turned = person("Petit Anne", commune="72181")
    assert reasons(anne) == {
        there.id: ["same_name", "same_commune"],
        slip.id: ["slip", "same_mailbox"],
        turned.id: ["reversed", "same_commune"],
    }


def test_a_household_is_not_proposed(app: Flask) -> None:
    paul = person("Paul Martin", phone=PHONE, commune="72181")
    for name in ("Jeanne Martin", "Paule Martin", "Léa Martin"):
        person(name, phone=PHONE, commune="72181")
    assert reasons(paul) == {}
    same = person("P. Martin", phone=PHONE)
    assert reasons(paul) == {same.id: ["initial", "shared_phone"]}


def test_what_somebody_decided_is_not_proposed_again(app: Flask) -> None:
    by = make.staff()
    anne, other = person("Anne Petit", phone=PHONE), person("Anne Petit", phone=PHONE)
    assert reasons(anne) == {other.id: ["same_name", "shared_phone"]}
    assert [(one, two) for _, one, two in doubles.proposed()] == [(anne, other)]
    for _ in range(2):
        doubles.tell_apart(other, anne, by=by)
    assert reasons(anne) == {} and doubles.proposed() == [] and doubles.doubles_of(anne) == []
    assert [event.verb for event in history.of(anne)] == ["citizen.told_apart"]


def test_only_those_whom_something_happened_to_are_compared(app: Flask, work: Callable[[], int]) -> None:
    for _ in range(2):
        person("Zoé Grand", commune="72181")  # long ago: no event tells of them
    anne = identifying.add_citizen("Anne Petit", commune="72181", by=history.SYSTEM)
    other = identifying.add_citizen("Anne Petit", commune="72181", by=history.SYSTEM)
    for _ in range(2):
        assert a_pass() == [(anne.id, other.id)]
    db.session.execute(db.delete(Duplicate))
    assert a_pass() == [], "nothing happened since: nobody is compared again"
    late = history.Event(verb="contact.noted", actor_kind="system", subject_type="contacts", subject_id=1)
    db.session.add(late)
    assert a_pass() == [(anne.id, other.id)], "what was committed late is looked for with what follows"


def a_pass() -> list[tuple[int, int]]:
    """What is proposed once the worker has looked at the history."""
    job = Job(kind="propose_doubles", state="leased")
    db.session.add(job)
    db.session.commit()
    propose_doubles(job)
    assert job.payload["upto"] == db.session.scalar(db.select(db.func.max(history.Event.id)))
    rows = db.session.execute(db.select(Duplicate.citizen_id, Duplicate.other_id)).all()
    return [(one, other) for one, other in rows]
