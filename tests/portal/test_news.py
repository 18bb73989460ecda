"""News is told in a transaction and heard after its commit, by whoever may hear it, without asking the database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import time_machine
from flask import Flask
from sqlalchemy import event

from portal import clock, history, newsroom
from portal.database import brief_write, db
from portal.news import tell
from portal.newsroom import Newsroom
from portal.staff.models import Staff
from portal.views.news import PATH, NewsDoor
from tests import make
from tests.signing import send, signed_in
from tests.until import until

MINE = ["staff:7", "desk:3", "network"]


@pytest.fixture
def room(app: Flask) -> Iterator[Newsroom]:
    """Another portal's newsroom, that has begun to listen."""
    made = Newsroom(app.extensions["settings"].database_url)
    made.open()
    assert made.listening.wait(60)
    yield made
    made._stop.set()  # it ends by itself: nobody waits for it


def heard(room: Newsroom) -> list[int]:
    return room.numbers(MINE) or [0, 0, 0]


def test_news_is_heard_once_it_is_committed_and_by_its_audience_only(app: Flask, room: Newsroom) -> None:
    before = heard(room)
    tell("staff:7", "staff:8")
    tell("staff:7")
    history.record("staff.added", make.staff(), by=history.SYSTEM)
    time.sleep(0.3)
    assert heard(room) == before
    db.session.commit()
    after = until(lambda: heard(room)[0] > before[0] and heard(room))
    assert after[1:] == before[1:]
    tell("desk:3")
    db.session.commit()
    until(lambda: heard(room)[1] > before[1])
    assert heard(room)[0] == after[0]


def test_what_is_rolled_back_is_never_heard(app: Flask, room: Newsroom) -> None:
    before = heard(room)
    tell("staff:7")
    db.session.rollback()
    with db.session.begin_nested():
        tell("desk:3")
    db.session.commit()
    until(lambda: heard(room)[1] > before[1])
    assert heard(room)[0] == before[0]


def test_a_transaction_of_its_own_tells_too(app: Flask, room: Newsroom) -> None:
    before = heard(room)
    with brief_write() as session:
        tell("network", session=session)
    until(lambda: heard(room)[2] > before[2])


def test_two_portals_know_the_same_numbers(app: Flask, room: Newsroom) -> None:
    other = Newsroom(app.extensions["settings"].database_url)
    other.open()
    assert other.listening.wait(60)
    for _ in range(3):
        before = heard(room)
        tell(*MINE)
        db.session.commit()
        now = until(lambda before=before: heard(room)[0] > before[0] and heard(room))
        until(lambda now=now: heard(other) == now)
    other._stop.set()


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_lost_connection_is_made_again_and_everybody_looks_once(
    app: Flask, room: Newsroom, monkeypatch: pytest.MonkeyPatch, postgresql: str
) -> None:
    monkeypatch.setattr(newsroom, "PAUSE_S", 0.2)
    before = heard(room)
    listens = " OR ".join(f"query ILIKE '{said}'" for said in ("LISTEN %", "SELECT 1", "%extract(epoch%"))
    # other tests have theirs
    ours = f"datname = current_database() AND pid <> pg_backend_pid() AND ({listens})"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}")
    until(lambda: not room.listening.is_set())
    assert room.numbers(MINE) is None
    tell("staff:7")
    db.session.commit()
    assert room.listening.wait(60)
    assert all(now > then for now, then in zip(heard(room), before, strict=True))
    seen = heard(room)
    tell("staff:7")
    db.session.commit()
    until(lambda: heard(room)[0] > seen[0])


def test_a_long_transaction_that_told_of_an_earlier_instant_is_news_all_the_same() -> None:
    room = Newsroom("postgresql://nowhere")
    room._hear("2000 staff:7")
    room._hear("1500 staff:7")
    assert room._numbers["staff:7"] == 2001


@pytest.fixture
def agent(app: Flask, client: Any) -> Staff:
    """Somebody signed in, whose portal listens."""
    person = make.staff()
    signed_in(client, person)
    door: NewsDoor = app.extensions["news"]
    door.newsroom.open()
    assert door.newsroom.listening.wait(60)
    time.sleep(3 * newsroom.LOOK_S)  # what an earlier test left in its memory is gone with the rows
    return person


def ask(app: Flask, ticket: str, **more: Any) -> Any:
    return app.test_client().open(PATH, headers={"Authorization": f"Ticket {ticket}"}, **more)


def test_a_console_is_told_what_kind_of_news_there_is(app: Flask, agent: Staff) -> None:
    ticket = app.extensions["news"].ticket_for(agent)
    told = [f"staff:{agent.id}", f"desk:{agent.organization_id}", "network"]
    for n, audience in enumerate(told):
        before = ask(app, ticket).text.split(".")
        tell(audience)
        db.session.commit()
        after = until(lambda before=before: (now := ask(app, ticket).text.split(".")) != before and now)
        assert [a == b for a, b in zip(before, after, strict=True)] == [k != n for k in range(3)]


def test_asking_asks_nothing_of_the_database(app: Flask, agent: Staff) -> None:
    ticket, said = app.extensions["news"].ticket_for(agent), []
    db.session.commit()
    event.listen(db.engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    ask(app, ticket)
    assert said == []


def test_no_ticket_a_forged_one_and_one_that_ran_out_hear_nothing(app: Flask, agent: Staff) -> None:
    ticket = app.extensions["news"].ticket_for(agent)
    forged = NewsDoor(None, app.extensions["news"].newsroom, "another secret").ticket_for(agent)
    words, _, signature = ticket.rpartition(".")
    swapped = f"{words}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    for wrong in ("", "x", "é", forged, swapped, "W10.x"):
        assert ask(app, wrong).status_code == 401, wrong
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert ask(app, ticket).status_code == 401
    assert ask(app, ticket, method="POST").status_code == 405


def test_another_organization_hears_only_its_own(app: Flask, agent: Staff) -> None:
    door: NewsDoor = app.extensions["news"]
    other = make.staff(of=make.organization("departement"))
    db.session.commit()
    mine, theirs = (ask(app, door.ticket_for(person)).text for person in (agent, other))
    tell(f"desk:{agent.organization_id}", f"staff:{agent.id}")
    db.session.commit()
    until(lambda: ask(app, door.ticket_for(agent)).text != mine)
    assert ask(app, door.ticket_for(other)).text == theirs


def test_who_signs_out_is_told_on_every_open_console(app: Flask, client: Any, agent: Staff) -> None:
    ticket = app.extensions["news"].ticket_for(agent)
    before = ask(app, ticket).text
    assert send(client, "/sign-out").status_code == 302
    until(lambda: ask(app, ticket).text != before)
    assert client.get("/console/waiting", headers={"Sec-Fetch-Mode": "cors"}).status_code == 401
