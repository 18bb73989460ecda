"""The records say what the tables say: whatever happens, in whatever order it is committed, killed where it may be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal import clock, history
from portal.cases.models import Note
from portal.cases.opening import open_case
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.history import Event
from portal.records import finding, following, rebuilding, words
from portal.records.finding import Asked
from portal.records.keeping import Tally
from portal.records.models import CASE, CITIZEN, CONTACT, Mark, Record, SeenWord, record_id
from tests import make
from tests.portal.records.followed import take_up

SAID = ("Crèche", "crèches", "Élève", "notaire", "بطاقة", "الهوية", "l’eau", "compteur", "de", "12345")


def contact(subject: str = "", **values: Any) -> Contact:
    row = make.contact("text", subject=subject, **values)
    history.record("contact.begun", row, by=history.CITIZEN)
    return row


def held() -> set[int]:
    return set(db.session.scalars(db.select(Record.id)))


def rebuild() -> None:
    rebuilding.begin()
    db.session.commit()
    while rebuilding.step(Tally()) is not None:
        db.session.commit()
    db.session.commit()


def test_a_further_message_is_taken_up_though_no_event_tells_of_it(app: Flask) -> None:
    row, agent = contact("Bonjour"), make.staff()
    take_up()
    db.session.add(
        Message(contact_id=row.id, direction="in", channel="text", body="Ma facture", state="received")
    )
    take_up()
    assert [one.id for one in finding.find_contacts(Asked("factures"), by=agent).rows] == [row.id]


def test_each_thing_is_taken_up_by_what_it_belongs_to(app: Flask) -> None:
    agent, row = make.staff(), contact("Bonjour")
    case = open_case(row, by=agent.actor)
    take_up()
    note = Note(case_id=case.id, author_id=agent.id, body="Voir le cadastre")
    db.session.add(note)
    history.record("note.written", note, by=agent.actor)
    take_up()
    assert finding.find_cases(Asked("cadastre"), by=agent).rows == [case]


def test_following_again_changes_nothing(app: Flask) -> None:
    contact("Compteur"), make.citizen("Paul")
    take_up()
    times = dict(db.session.execute(db.select(SeenWord.word, SeenWord.times)).all())
    db.session.execute(db.delete(Mark))
    take_up()
    assert (
        dict(db.session.execute(db.select(SeenWord.word, SeenWord.times)).all()) == times == {"compteur": 1}
    )


def test_what_is_committed_late_is_taken_up_all_the_same(app: Flask, engine: str) -> None:
    """A number drawn first may be committed last, on PostgreSQL."""
    if engine == "sqlite":
        pytest.skip("whoever writes there is alone")
    late, soon = make.contact(subject="Tardif"), make.contact(subject="Prompt")
    db.session.commit()
    values = {"verb": "contact.begun", "actor_kind": "citizen", "subject_type": "contacts"}
    with Session(db.engine) as slow:
        slow.add(Event(subject_id=late.id, **values))
        slow.flush()
        db.session.add(Event(subject_id=soon.id, **values))
        take_up()
        assert held() == {record_id(CONTACT, soon.id)}
        slow.commit()
    take_up()
    assert held() == {record_id(CONTACT, soon.id), record_id(CONTACT, late.id)}
    assert db.session.scalars(db.select(Mark).filter_by(log="events")).one().holes != [{}]


def test_numbers_passed_over_are_looked_for_while_a_transaction_may_last(app: Flask, engine: str) -> None:
    now, mark = clock.now(), Mark(log="events", last=10, holes=[])
    following.move(mark, [12, 15], now)
    following.move(mark, [13], now)
    holes = [(one["first"], one["last"]) for one in mark.holes]
    assert mark.last == 15 and holes == ([(11, 11), (14, 14)] if engine == "postgresql" else [])
    following.move(mark, [16], now + following.LATEST + timedelta(seconds=1))
    assert mark.holes == []


def test_a_rebuild_writes_all_and_forgets_what_is_no_more(app: Flask) -> None:
    rows = [contact(f"Objet {n}") for n in range(7)]
    case, person = open_case(rows[0], by=make.staff().actor), make.citizen("Paul")
    take_up()
    gone = max(one.id for one in rows) + 50
    for kind in (CONTACT, CASE, CITIZEN):
        db.session.add(Record(id=record_id(kind, gone), at=clock.now(), words=frozenset({"fantome"})))
    before = {
        one.id: one.words for one in db.session.scalars(db.select(Record)) if "fantome" not in one.words
    }
    rebuild()
    after = {one.id: one.words for one in db.session.scalars(db.select(Record))}
    assert after == before | {record_id(CITIZEN, person.id): after[record_id(CITIZEN, person.id)]}
    assert record_id(CASE, case.id) in after and rebuilding.left() == 0


def test_a_rebuild_that_was_stopped_goes_on_where_it_was(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "A_BATCH", {"sqlite": 2, "postgresql": 2})
    rows = [contact(f"Objet {n}") for n in range(5)]
    rebuilding.begin()
    rebuilding.step(Tally())
    db.session.commit()
    rebuilding.step(Tally())
    db.session.rollback()  # killed before its commit
    assert held() == {record_id(CONTACT, one.id) for one in rows[-2:]}
    rebuild()
    assert held() == {record_id(CONTACT, one.id) for one in rows}


@settings(max_examples=25, deadline=None)
@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from(("begin", "say", "note", "forget")), st.integers(0, 5), st.sampled_from(SAID)
        ),
        max_size=20,
    ),
    asked=st.lists(st.sampled_from(SAID), min_size=1, max_size=2),
)
def test_the_records_agree_with_a_slow_scan(app: Flask, acts: list[Any], asked: list[str]) -> None:
    agent, rows = make.staff(), [contact("Premier")]
    for act, which, word in acts:
        row = rows[which % len(rows)]
        if act == "begin":
            rows.append(contact(word))
        elif act == "say":
            values = {"contact_id": row.id, "direction": "in", "channel": "text", "state": "received"}
            db.session.add(Message(body=f"{word} !", **values))
        else:
            row.note = f"{row.note} {word}" if act == "note" else ""
            history.record("contact.noted", row, by=agent.actor)
        if which == 0:
            take_up()
    take_up()
    wanted = words.terms(" ".join(asked))
    slow = [one.id for one in rows if wanted and set(wanted) <= set(words.terms(everything(one)))]
    found = [one.id for one in finding.find_contacts(Asked(" ".join(asked)), by=agent, limit=100).rows]
    ours = {one.id for one in rows}
    assert sorted(one for one in found if one in ours) == sorted(slow)


def everything(row: Contact) -> str:
    bodies = db.session.scalars(db.select(Message.body).filter_by(contact_id=row.id))
    return " ".join([row.subject, row.note, *bodies])


KILLED = """
import time
from portal.app import create_app
from portal.config import read_settings
from portal.database import db
from portal.records.following import follow
from portal.records.keeping import Tally
import os
app = create_app(read_settings(os.environ))
with app.app_context():
    follow(Tally())
    db.session.commit()
    follow(Tally())
    print("begun", flush=True)
    time.sleep(60)
"""


@pytest.mark.slow
def test_a_follower_killed_half_way_loses_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed with a batch written and not committed: another one writes it, and no word is counted twice."""
    rows = [contact(f"Dirigeable {n}") for n in range(following.A_BATCH + 30)]
    db.session.commit()
    settings_of = app.extensions["settings"]
    environ = {
        **os.environ,
        "RELAIS_DATA_DIR": str(settings_of.data_dir),
        "DATABASE_URL": settings_of.database_url,
    }
    process = subprocess.Popen([sys.executable, "-c", KILLED], env=environ, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(held()) == following.A_BATCH
    db.session.rollback()
    time.sleep(0.2)  # the server hears of it
    take_up()
    assert held() == {record_id(CONTACT, one.id) for one in rows}
    assert db.session.scalar(db.select(SeenWord.times).filter_by(word="dirigeable")) == len(rows)
