"""A colleague answers in an exchange at the instant that it is moved from matter to matter: neither waits for ever."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from portal.cases import keeping
from portal.cases.changing import deeds, linking
from portal.cases.models import Case, Deed
from portal.cases.opening import close_case, open_case, reopen_case
from portal.contacts import answering
from portal.contacts.models import Contact
from portal.database import db, hold
from portal.errors import Refused
from portal.staff.models import Staff
from tests import make
from tests.until import until, waits_for_a_lock

LIMIT_S = 60
Move = Callable[[Case, Case, Staff], object]


@pytest.fixture
def engine() -> str:
    return "postgresql"  # on SQLite whoever writes is alone


class Town:
    """Two matters of two exchanges each, and an agent."""

    def __init__(self) -> None:
        self.agent = make.staff()
        self.kept, self.case = (self._matter(subject) for subject in ("Poubelle", "Cantine"))
        self.exchange = exchanges(self.case)[0]
        db.session.commit()

    def _matter(self, subject: str) -> Case:
        case = open_case(make.contact("web", subject=subject, state="wrapped_up"), by=self.agent.actor)
        make.contact("web", subject=subject, state="wrapped_up", case_id=case.id)
        return case


def exchanges(case: Case) -> list[int]:
    return list(db.session.scalars(db.select(Contact.id).filter_by(case_id=case.id).order_by(Contact.id)))


def matter_of(town: Town) -> int:
    case_id = db.session.get_one(Contact, town.exchange, populate_existing=True).case_id
    assert case_id is not None
    return case_id


def merge(kept: Case, case: Case, by: Staff) -> object:
    return linking.merge(kept, case, by=by)


def split(_kept: Case, case: Case, by: Staff) -> object:
    return linking.split(case, exchanges(case)[:1], subject="Autre chose", by=by)


def undo(_kept: Case, _case: Case, by: Staff) -> object:
    return deeds.undo(db.session.scalars(db.select(Deed)).one(), by=by)


def reopen(_kept: Case, case: Case, by: Staff) -> object:
    return reopen_case(case, by=by.actor)


def elsewhere(app: Flask, move: Move, ids: Collection[int]) -> str:
    """What another connection does meanwhile, and what becomes of it."""
    kept, case, agent = ids
    with app.app_context():
        by = db.session.get_one(Staff, agent)
        try:
            move(db.session.get_one(Case, kept), db.session.get_one(Case, case), by)
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            return refusal.sentence
    return "done"


def test_who_reopens_a_merged_matter_and_who_holds_both_make_no_ring(app: Flask) -> None:
    town = Town()
    merge(town.kept, town.case, town.agent)
    close_case(town.kept, by=town.agent.actor)
    db.session.commit()
    with ThreadPoolExecutor(1) as pool:
        hold(town.kept)
        moving = pool.submit(elsewhere, app, reopen, (town.kept.id, town.case.id, town.agent.id))
        until(waits_for_a_lock, "who reopens it")
        hold(town.case)
        db.session.commit()
        assert moving.result(LIMIT_S) == "done"
    db.session.expire_all()
    assert (town.kept.state, town.case.state) == ("open", "closed")


def test_a_matter_merged_at_the_instant_that_it_is_reopened_opens_the_other(app: Flask) -> None:
    town = Town()
    with ThreadPoolExecutor(1) as pool:
        merge(town.kept, town.case, town.agent)
        db.session.flush()
        moving = pool.submit(elsewhere, app, reopen, (town.kept.id, town.case.id, town.agent.id))
        until(waits_for_a_lock, "who reopens it")
        keeping.wait_for(town.kept, "Un justificatif", by=town.agent.actor)
        db.session.commit()
        assert moving.result(LIMIT_S) == "done"
    db.session.expire_all()
    assert (town.kept.state, town.case.state) == ("open", "closed")


def moved_while(app: Flask, town: Town, move: Move, meanwhile: Callable[[], object]) -> str:
    """What becomes of the move, begun while an exchange is held by who answers in it, who then does this."""
    ids = (town.kept.id, town.case.id, town.agent.id)
    with ThreadPoolExecutor(1) as pool:
        answering.hold_contact(town.exchange, by=town.agent)
        moving = pool.submit(elsewhere, app, move, ids)
        until(waits_for_a_lock, "who moves it")
        meanwhile()
        db.session.commit()
        return moving.result(LIMIT_S)


@pytest.mark.parametrize(("before", "move"), [(None, merge), (None, split), (merge, undo), (split, undo)])
def test_who_answers_and_who_moves_the_exchange_make_no_ring(
    app: Flask, before: Move | None, move: Move
) -> None:
    town = Town()
    if before is not None:
        before(town.kept, town.case, town.agent)
        db.session.commit()
    matter = matter_of(town)

    def answer() -> None:
        keeping.answered(keeping.hold_case(matter, by=town.agent), by=town.agent.actor)

    assert moved_while(app, town, move, answer) == "done"
    assert matter_of(town) != matter


def test_an_exchange_that_joins_a_matter_while_it_is_merged_is_not_left_behind(app: Flask) -> None:
    town = Town()

    def join() -> None:
        make.contact("web", state="wrapped_up", case_id=town.case.id)

    said = moved_while(app, town, merge, join)
    assert said.startswith("Un échange vient de s’ajouter")
    assert len(exchanges(town.case)) == 3 and not exchanges(town.kept)[2:]
