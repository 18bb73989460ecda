"""What is typed is kept for who types it, over what it was typed; who else has a page open."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask

from portal import clock
from portal.database import db
from portal.staff import jottings, onlookers
from portal.staff.models import Jotting, Onlooker
from tests import make

PAGE = "/console/contacts/1"


def kept(staff_id: int, page: str = PAGE) -> dict[str, tuple[str, str | None]]:
    return {one.field: (one.typed, one.over) for one in jottings.of(staff_id, page)}


def test_what_is_typed_is_kept_for_its_author_and_page_over_what_was_there_at_first(app: Flask) -> None:
    one, other = make.staff().id, make.staff().id
    jottings.jot(one, PAGE, {"note": ("Bonj", "avant")})
    jottings.jot(one, PAGE, {"note": ("Bonjour", "Bonj"), "answer": ("Oui", "")})
    assert kept(one) == {"note": ("Bonjour", "avant"), "answer": ("Oui", "")}
    assert kept(other) == {} and kept(one, "/console/contacts/2") == {}


def test_what_says_again_what_was_there_is_forgotten_and_so_is_what_was_sent(app: Flask) -> None:
    one = make.staff().id
    jottings.jot(one, PAGE, {"note": ("Bonj", "a\nb"), "answer": ("Oui", "")})
    jottings.jot(one, PAGE, {"note": ("a\r\nb ", "a\nb")})
    assert kept(one) == {"answer": ("Oui", "")}
    jottings.forget(one, PAGE, ["answer"])
    assert kept(one) == {}


def test_words_are_forgotten_after_some_days_and_when_they_are_too_many(app: Flask) -> None:
    one = make.staff().id
    with time_machine.travel(clock.now() - jottings.LASTS - timedelta(hours=1), tick=False):
        jottings.jot(one, PAGE, {"old": ("Oui", "")})
    assert kept(one) == {}
    for n in range(jottings.MOST_KEPT + 3):
        jottings.jot(one, f"/console/contacts/{n}", {"note": ("Oui", "")})
    assert jottings.forget_old() == 4 and jottings.forget_old() == 0
    assert db.session.scalar(db.select(db.func.count()).select_from(Jotting)) == jottings.MOST_KEPT


def test_colleagues_on_a_page_are_seen_those_who_type_first_and_for_a_minute_only(app: Flask) -> None:
    me, reads, types = make.staff(), make.staff(last_name="Lit"), make.staff(last_name="Écrit")
    elsewhere = make.staff(of=make.organization("departement"))
    for who in (me, reads, elsewhere):
        onlookers.look(PAGE, by=who, types=False)
    onlookers.look(PAGE, by=types, types=True)
    onlookers.look(PAGE, by=types, types=False)
    seen = onlookers.others(PAGE, by=me)
    assert [(one.name, one.types) for one in seen] == [("Camille Écrit", True), ("Camille Lit", False)]
    onlookers.leave(PAGE, by=reads)
    assert [one.name for one in onlookers.others(PAGE, by=me)] == ["Camille Écrit"]
    with time_machine.travel(clock.now() + onlookers.TYPES, tick=False):
        assert [one.types for one in onlookers.others(PAGE, by=me)] == [False]
    with time_machine.travel(clock.now() + onlookers.HERE, tick=False):
        assert onlookers.others(PAGE, by=me) == []
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        onlookers.forget_old()
    assert db.session.scalars(db.select(Onlooker)).all() == []
