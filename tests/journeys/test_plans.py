"""However many calls and texts there were: whatever a call, a text or a worker asks, PostgreSQL finds by an index, once
for all values. What only growth shows, a bench shows late."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from threading import current_thread, main_thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from portal.contacts.models import Message
from portal.database import brief_read, db
from simulator import Running
from tests.journeys.telephones import BRUNO, CITIZEN, LINE, open_office
from tests.until import until

MANY = 5_000
ASKS = re.compile(r"\s*(SELECT|UPDATE|DELETE|WITH)\b")
VALUE = re.compile(r"%\((\w+)\)s")
WHOLE = re.compile(r"Seq Scan on (\w+)")
BY_INDEX = re.compile(r"Index (?:Only )?Scan (?:Backward )?using (\w+) on|Bitmap Index Scan on (\w+)")
OF_ALL_ROWS = (
    "SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NULL AND indrelid = to_regclass(:table)"
)
WRITES = "+33639980778"
# what grows with every call and text, by how its rows of long ago differ from one of today
PAST = {
    "identifiers": "'value', '+338' || n",
    "contacts": "'state', 'wrapped_up', 'ended_at', now(), 'provider_ref', 'CX' || n, 'form_key', NULL,"
    " 'identifier_id', 1000000 + n, 'agent_id', 1000000 + n % 60, 'started_at', now() - n * interval '1 minute'",
    "messages": "'contact_id', 1000000 + n, 'state', 'delivered', 'check_at', NULL, 'provider_ref', 'SX' || n,"
    " 'form_key', NULL",
    "legs": "'contact_id', 1000000 + n / 2, 'state', 'ended', 'provider_ref', 'LX' || n,"
    " 'staff_id', 1000000 + n % 60, 'at', now() - n * interval '1 minute'",
    "places": "'contact_id', 1000000 + n, 'state', 'answered', 'only_staff_id', NULL",
    "offers": "'contact_id', 1000000 + n, 'place_id', 1000000 + n, 'state', 'accepted',"
    " 'staff_id', 1000000 + n % 60, 'live_contact_id', NULL, 'live_staff_id', NULL",
    "jobs": "'state', 'done', 'dedupe_key', 'x' || n, 'done_at', now() - n * interval '1 minute'",
    "events": "'subject_id', 1000000 + n, 'at', now() - n * interval '1 minute'",
    "network_events": "'key', 'x' || n, 'received_at', now() - n * interval '1 minute'",
    "spendings": "'key', 'x' || n",
}


@pytest.fixture
def engine() -> str:
    return "postgresql"


@contextmanager
def asked() -> Iterator[set[str]]:
    """What the database is asked meanwhile, by whichever thread."""
    found: set[str] = set()

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if current_thread() is not main_thread():  # the test asks on its own account
            found.add(statement)

    for one in db.engines.values():
        event.listen(one, "before_cursor_execute", note)
    try:
        yield found
    finally:
        for one in db.engines.values():
            event.remove(one, "before_cursor_execute", note)


def kept(model: Any) -> int:
    with brief_read() as session:
        return session.scalar(db.select(db.func.count()).select_from(model)) or 0


def fill() -> None:
    """Many rows of long ago beside those of today, and the table's figures."""
    db.session.execute(text("SET LOCAL session_replication_role = replica"))
    for table, differs in PAST.items():
        own = "" if table == "spendings" else "'id', 1000000 + n, "
        past = f"jsonb_populate_record(NULL::{table}, to_jsonb(one) || jsonb_build_object({own}{differs}))"
        first = f"(SELECT * FROM {table} LIMIT 1) AS one"
        db.session.execute(
            text(f"INSERT INTO {table} SELECT ({past}).* FROM {first}, generate_series(1, {MANY}) AS n")
        )
        db.session.execute(text(f"ANALYZE {table}"))


def plan_of(statement: str) -> str:
    """How PostgreSQL would go about it whatever the values are."""
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    plain = VALUE.sub(number, statement).replace("%%", "%")
    driver: Any = db.session.connection().connection.dbapi_connection  # nobody watches what is not done
    return "\n".join(str(row[0]) for row in driver.execute(f"EXPLAIN (GENERIC_PLAN) {plain}"))


def indexes_of_all_rows() -> set[str]:
    return {name for table in PAST for name in db.session.scalars(text(OF_ALL_ROWS), {"table": table})}


def read_whole(plan: str) -> list[str]:
    """Where the plan walks all that grows: a table, or an index of all its rows. The index of some rows may be,
    and what does not grow."""
    lines, of_all = plan.splitlines(), indexes_of_all_rows()
    found = [line.strip() for line in lines if (table := WHOLE.search(line)) and table[1] in PAST]
    for line, under in pairwise([*lines, ""]):
        if (by := BY_INDEX.search(line)) and (by[1] or by[2]) in of_all and "Index Cond" not in under:
            found.append(line.strip())
    return found


def test_nothing_that_a_call_a_text_or_a_worker_asks_reads_all_there_ever_was(
    app: Flask, telephone: Running, served: str, worker: None
) -> None:
    office = open_office(app, telephone)
    with asked() as statements:
        citizen, agent = office.talk()
        office.act("consult", f"agent:{office.bruno.id}")
        colleague = office.pick_up(BRUNO)
        agent.wait_to_be_with(BRUNO)
        office.act("complete")
        agent.wait_for("over")
        colleague.wait_to_be_with(CITIZEN)
        citizen.hang_up()
        until(lambda: office.presence(office.bruno) == "wrap_up")
        office.phone(WRITES).write(LINE, "Bonjour, je reviens vers vous comme convenu")
        until(lambda: kept(Message))
    fill()
    whole = {
        one: found for one in sorted(statements) if ASKS.match(one) and (found := read_whole(plan_of(one)))
    }
    assert whole == {}
    assert {"pk_contacts", "uq_contacts_form_key"} <= indexes_of_all_rows()
    for one in ("legs.staff_id = presences.staff_id", "state = 'leased'", "FOR NO KEY UPDATE"):
        assert any(one in statement for statement in statements), one
    assert read_whole(plan_of("SELECT id FROM jobs WHERE state = %(state)s::VARCHAR")), (
        "what a bound state comes to"
    )
    db.session.rollback()
