"""Whatever was merged, and whatever came meanwhile, parting gives back exactly what was and moves nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import clock, history
from portal.cases import opening
from portal.cases.models import Case, Promise
from portal.citizens import identifying, keeping, merging, people, relations
from portal.citizens.models import FLAGS, Citizen, Flag, IdentifierLink, Merge, Relation
from portal.contacts import recording
from portal.contacts.models import Contact
from portal.database import db
from portal.staff.models import Staff
from tests import make

TABLES = (Citizen, Flag, IdentifierLink, Relation, Contact, Case, Promise)
PEOPLE = 5
who = st.integers(0, PEOPLE - 1)
word = st.sampled_from(["", "un", "deux"])
sides = st.sampled_from([merging.KEPT, merging.ABSORBED, merging.BOTH])
persons = st.tuples(word, word, word, st.booleans())
step = st.one_of(
    st.tuples(st.just("merge"), who, who, st.fixed_dictionaries(dict.fromkeys(merging.FIELDS, sides))),
    st.tuples(st.sampled_from(["call", "case", "flag", "number", "relative"]), who, who, st.none()),
)


def dump() -> dict[str, dict[Any, dict[str, Any]]]:
    """Every row, without the versions: they only ever grow."""
    db.session.flush()
    found: dict[str, dict[Any, dict[str, Any]]] = {}
    for model in TABLES:
        table = model.__table__
        keys = [one.key for one in table.primary_key]
        rows = [dict(row._mapping) for row in db.session.execute(db.select(table))]
        found[table.name] = {
            tuple(row[key] for key in keys): {k: v for k, v in row.items() if k != "version"} for row in rows
        }
    return found


class Town:
    """A few people, and what happens to them. What is recorded is kept as it was recorded."""

    def __init__(self, said: list[tuple[str, str, str, bool]]) -> None:
        self.by: Staff = make.staff("supervisor")
        self.people = [
            make.citizen(f"P{n} {name}".strip(), commune=commune, know_first=first, protected=protected)
            for n, (name, commune, first, protected) in enumerate(said)
        ]
        for person in self.people:  # as every verb leaves it
            person.name_key = person.name.lower()
        self.numbers = [make.identifier("phone", f"+3363998000{n}") for n in range(PEOPLE)]
        self.merges: list[Merge] = []
        self.n = 0

    def merge(self, one: int, other: int, chosen: dict[str, str]) -> None:
        kept, absorbed = people.head(self.people[one]), people.head(self.people[other])
        if kept is not absorbed:
            seen, key = (kept.version, absorbed.version), f"merge-{len(self.merges)}"
            self.merges.append(merging.merge(kept, absorbed, chosen, versions=seen, form_key=key, by=self.by))

    def happen(self, what: str, one: int, other: int) -> None:
        self.n += 1
        person, actor, number = self.people[one], self.by.actor, self.numbers[other]
        if what == "flag":
            keeping.raise_flag(
                people.head(person), FLAGS[other % len(FLAGS)], note=f"{self.n}", ends_on=None, by=actor
            )
        elif what == "number":
            identifying.link(number, people.head(person), certainty="confirmed", evidence="agent", by=actor)
        elif what == "relative":
            relations.relate(person, "relative", name=f"Proche {self.n}", by=actor)
        else:
            organization = make.organization().id
            call, _ = recording.record_call(f"CA{self.n}", number, organization_id=organization, line="")
            recording.attribute(call, person, certainty="confirmed", by=actor)
            if what == "case":
                opening.open_case(call, by=actor)
                opening.promise(call, "Rappeler", clock.now().replace(year=2099), by=actor)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=15, deadline=None)
@given(
    said=st.lists(persons, min_size=PEOPLE, max_size=PEOPLE),
    before=st.lists(step, max_size=5),
    between=st.lists(step, min_size=2, max_size=12),
    draw=st.data(),
)
def test_parting_gives_back_exactly_what_was(
    app: Flask, said: Any, before: Any, between: Any, draw: st.DataObject
) -> None:
    try:
        town = Town(said)
        for what, one, other, _ in before:
            if what != "merge":
                town.happen(what, one, other)
        was = recorded = dump()
        for what, one, other, chosen in between:
            if what == "merge":
                town.merge(one, other, chosen)
            else:
                town.happen(what, one, other)
                recorded = _with_what_came(recorded, dump())
        for merge in draw.draw(st.permutations(town.merges)):
            merging.undo(merge, by=town.by)
        now = dump()
        assert now["citizens"] == was["citizens"]
        for table in recorded.keys() - {"citizens"}:
            assert now[table] == recorded[table], table
        assert all(people.head(one) is one and people.ids(one.id) == (one.id,) for one in town.people)
    finally:
        db.session.rollback()


def _with_what_came(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """What was recorded so far, each row for whom it was recorded. A flag that is renewed says so in its own file."""
    return {table: {**before[table], **now[table]} if table != "citizens" else before[table] for table in now}


def test_whatever_is_edited_meanwhile_is_all_that_parting_leaves(app: Flask) -> None:
    town = Town([("", "", "", False)] * PEOPLE)
    town.merge(0, 1, {"name": "absorbed"})
    kept = town.people[0]
    keeping.edit_citizen(kept, kept.version, by=history.SYSTEM, name="Autrement", commune="72181")
    parted = merging.undo(town.merges[0], by=town.by)
    assert parted is not None and parted.edited_since == ("name",)
    assert (kept.name, kept.commune) == ("Autrement", "72181")
