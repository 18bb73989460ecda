"""Walking lists of cases: few or many, in the same order; by an index; by what was last heard of them."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from portal import clock
from portal.cases import keeping, opening
from portal.cases.lists.filters import Filters, read_filters
from portal.contacts import recording
from portal.database import db
from tests import make
from tests.portal.cases.matters import case_of
from tests.portal.cases.test_lists import listed
from tests.portal.records.followed import take_up

SOUGHT: tuple[dict[str, str], ...] = (
    {},
    {"priority": "urgent"},
    {"nature": "complaint", "state": "any"},
    {"words": "haie"},
    {"whose": "unowned"},
    {"due": "late"},
    {"due": "today", "priority": "urgent"},
    {"by": "promise", "nature": "complaint"},
    {"state": "waiting"},
    {"state": "closed"},
)


SORTS = ("due", "oldest", "newest", "activity")


def test_few_are_put_in_the_order_in_which_many_are_walked(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, dice = make.staff(), random.Random(11)
    for n in range(40):
        hours = [dice.choice([-5, 2, 30]) for _ in range(dice.randrange(3))]
        case_of(
            f"Haie {n}" if dice.random() < 0.5 else f"Trottoir {n}",
            clocks=dict(zip(("first_answer", "resolution"), hours, strict=False)),
            promises=[dice.choice([-3, 2, 30])] if dice.random() < 0.5 else [],
            priority=dice.choice(["normal", "urgent"]),
            nature=dice.choice(["request", "complaint"]),
            state=dice.choice(["open", "waiting"]),
            owner_id=dice.choice([None, agent.id]),
            active_at=clock.now() - timedelta(minutes=dice.randrange(10)),
        )
    case_of("Haie close", state="closed")
    for sought, sort in itertools.product(SOUGHT, SORTS):
        lists = []
        for few in (0, 1_000):
            monkeypatch.setattr("portal.cases.lists.listing.FEW", few)
            lists += [listed(read_filters(sought), agent, sort, limit) for limit in (3, 50)]
        assert lists == [lists[0]] * 4 and len(lists[0]) == len(set(lists[0])), (sought, sort)


def test_a_case_that_something_happens_in_comes_before_those_that_stand_still(app: Flask) -> None:
    agent = make.staff()
    then = clock.now() - timedelta(days=2)
    first, second, third = (case_of(name, active_at=then) for name in ("une", "deux", "trois"))
    assert listed(Filters(), agent, "activity") == ["trois", "deux", "une"]
    version = first.version
    contact = make.contact("text", case_id=first.id)
    recording.add_message(contact, "Où en êtes-vous ?")  # no event tells of a further message
    take_up()
    assert listed(Filters(), agent, "activity")[0] == "une"
    opening.promise(
        make.contact(case_id=second.id), "Rappeler", clock.now() + timedelta(days=1), by=agent.actor
    )
    take_up()
    assert listed(Filters(), agent, "activity") == ["deux", "une", "trois"]
    db.session.expire_all()
    assert (first.version, third.active_at) == (version, then)


def test_a_subject_that_is_changed_is_found_by_its_new_words(app: Flask) -> None:
    agent, case = make.staff(), case_of("Éclairage")
    keeping.edit_case(case, case.version, by=agent, subject="Œuvre d’art abîmée")
    db.session.flush()
    assert listed(Filters(words="oeuvre abimee"), agent) == ["Œuvre d’art abîmée"]
    assert listed(Filters(words="eclairage"), agent) == []


@pytest.mark.parametrize("few", [0, 1_000])
@pytest.mark.parametrize("sort", SORTS)
def test_no_list_reads_all_cases_or_all_that_is_due(
    app: Flask, engine: str, monkeypatch: pytest.MonkeyPatch, sort: str, few: int
) -> None:
    """Whether few are sought or many: each statement begins with an index."""
    agent, topic = make.staff(), make.topic("voirie")
    monkeypatch.setattr("portal.cases.lists.listing.FEW", few)
    wanted = [*SOUGHT, {"topic": str(topic.id)}, {"owner": str(agent.id)}, {"whose": "team"}, {"tag": "1"}]
    for sought in [one for one in wanted if one.get("state") != "any"]:
        with plans(engine) as told:
            listed(read_filters(sought), agent, sort)
        assert told and not [plan for plan in told if re.search(EVERYTHING[engine], plan)], (sought, told)


EVERYTHING = {
    "sqlite": r"SCAN (cases|clocks|promises|citizens|messages|events)",
    "postgresql": r"Seq Scan on (cases|clocks|promises|citizens|messages|events)",
}


@contextmanager
def plans(engine: str) -> Iterator[list[str]]:
    """How the engine reads what is selected meanwhile."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    db.session.flush()
    told: list[str] = []
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    connection = db.session.connection()
    if engine == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    for statement, parameters in asked:
        explain = "EXPLAIN QUERY PLAN " if engine == "sqlite" else "EXPLAIN "
        told.append(" ".join(str(row) for row in connection.exec_driver_sql(explain + statement, parameters)))
