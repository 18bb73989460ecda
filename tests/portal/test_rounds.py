"""What is looked at again and again: one row that goes wrong holds up no other, and comes with the next round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy.exc import OperationalError

from portal import clock, history, spool, storage
from portal.cases.due import escalating
from portal.citizens import doubles
from portal.citizens.models import Duplicate
from portal.config import Settings
from portal.contacts.calls import recordings
from portal.contacts.models import Recording
from portal.database import db
from portal.directory.confirming import asking
from portal.jobs import Job
from portal.mail import keeping
from portal.mail.models import IncomingLetter
from portal.records import finding, following
from portal.records.finding import Asked
from portal.records.keeping import keep
from portal.reports import counting
from portal.reports import following as following_days
from portal.reports.models import DayToCount, Tally
from portal.telephony import sending
from portal.work import KINDS
from portal.work.rounds import each
from tests import make

SAID = "+33639980001"  # what no log may quote
WRONG = [ValueError(SAID), OperationalError("", None, Exception(SAID))]


def a_round(kind: str, **payload: Any) -> Job:
    job = Job(kind=kind, state="leased", payload=payload)
    db.session.add(job)
    db.session.commit()
    KINDS[kind](job)
    db.session.expire_all()
    assert job.state == "done"
    return job


def failing(verb: Callable[..., Any], wrong: Exception, when: Callable[..., bool]) -> Callable[..., Any]:
    """Does all, then fails on the row that is meant: nothing of it may stay."""

    def do(*args: Any, **kwargs: Any) -> Any:
        answer = verb(*args, **kwargs)
        if when(*args):
            db.session.flush()
            raise wrong
        return answer

    return do


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("verb", ["tell", "due_soon", "_step_of_clock", "_step_of_promise"])
def test_what_comes_near_elsewhere_is_told_of(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, wrong: Exception, verb: str
) -> None:
    from portal.cases.models import Clock, Promise
    from portal.cases.opening import open_case, promise

    towns = make.organization(), make.organization("departement")
    for town in towns:
        agent = make.staff(of=town)
        contact = make.contact("phone", of=town)
        case = open_case(contact, by=history.CITIZEN, nature="complaint")
        case.owner_id = agent.id
        promise(contact, "Rappeler", clock.now() + timedelta(hours=1), by=agent.actor)
    rows = [*db.session.scalars(db.select(Clock)), *db.session.scalars(db.select(Promise))]
    for row in rows:
        row.due_at = clock.now() + timedelta(hours=1)
    bad = {"tell": rows[0], "due_soon": towns[0], "_step_of_clock": rows[0]}.get(verb, rows[-1])
    number = bad.id

    def is_bad(one: Any, *_: Any) -> bool:
        return getattr(one, "id", one) == number and getattr(one, "table", "clocks") == "clocks"

    monkeypatch.setattr(escalating, verb, failing(getattr(escalating, verb), wrong, is_bad))
    db.session.commit()
    a_round("watch_clocks")
    told = {row.id for row in rows if row.warned_at is not None}
    spared = [row for row in rows if row is not bad and row.organization_id == towns[1].id]
    assert bad is towns[0] or bad.warned_at is None
    assert all(row.warned_at for row in spared if getattr(row, "kind", "") != "silence") and told
    assert str(number) in caplog.text and SAID not in caplog.text
    monkeypatch.undo()
    a_round("watch_clocks")
    assert bad is towns[0] or bad.warned_at is not None


def test_an_owner_without_an_address_keeps_no_other_from_being_asked(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    towns = [make.organization(slug) for slug in ("ici", "la-bas")]
    to = ["au guichet", "bonjour@la-bas.example"]
    monkeypatch.setattr(asking, "due", lambda *_: list(zip(towns, to, strict=True)))
    a_round("ask_owners")
    assert list(db.session.scalars(db.select(asking.ConfirmationRequest.sent_to))) == to[1:]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_day_that_cannot_be_counted_keeps_no_other(
    app: Flask, monkeypatch: pytest.MonkeyPatch, wrong: Exception
) -> None:
    towns = make.organization(), make.organization("departement")
    for town in towns:
        make.contact("phone", of=town)
    bad = towns[0].id
    monkeypatch.setattr(counting, "count_day", failing(counting.count_day, wrong, lambda of, *_: of == bad))
    for _ in range(2):  # the first begins
        a_round("count_days")
    assert {one.organization_id for one in db.session.scalars(db.select(Tally))} == {towns[1].id}
    assert {one.organization_id for one in db.session.scalars(db.select(DayToCount))} == {bad}
    monkeypatch.undo()
    assert following_days.due() == [], "a hundred of them would stand before every other day"
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        assert {of for of, _ in following_days.due()} == {bad}
        a_round("count_days")
    assert bad in {one.organization_id for one in db.session.scalars(db.select(Tally))}


def test_one_who_cannot_be_compared_keeps_no_other(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.citizens import identifying

    twice = ("Anne Petit", "Zoé Grand")
    made = {
        name: [identifying.add_citizen(name, commune="72181", by=history.SYSTEM).id for _ in range(2)]
        for name in twice
    }
    bad = set(made[twice[0]])
    monkeypatch.setattr(
        doubles, "propose_for", failing(doubles.propose_for, ValueError(), lambda one: one in bad)
    )
    assert a_round("propose_doubles").payload["again"] == {str(one): 1 for one in bad}
    assert [one.citizen_id for one in db.session.scalars(db.select(Duplicate))] == made[twice[1]][:1]
    for n in range(2, 12):  # though nothing happened since
        assert a_round("propose_doubles").payload["again"] == {str(one): n for one in bad}
    assert a_round("propose_doubles").payload["again"] == {}, "not for ever"


def test_one_who_could_not_be_compared_is_with_the_next_round(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.citizens import identifying

    one, _ = [identifying.add_citizen("Anne Petit", commune="72181", by=history.SYSTEM).id for _ in range(2)]
    verb = doubles.propose_for
    monkeypatch.setattr(doubles, "propose_for", failing(verb, ValueError(), lambda _: True))
    a_round("propose_doubles")
    assert db.session.scalars(db.select(Duplicate)).all() == []
    monkeypatch.setattr(doubles, "propose_for", verb)
    assert a_round("propose_doubles").payload["again"] == {}
    assert [row.citizen_id for row in db.session.scalars(db.select(Duplicate))] == [one]


def test_a_sound_that_cannot_be_forgotten_keeps_no_other(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    contact, long_ago = make.contact(), clock.now() - timedelta(days=200)
    for ref in ("RE1", "RE2", "RE3"):
        db.session.add(Recording(contact_id=contact.id, kind="voicemail", provider_ref=ref, at=long_ago))

    def delete(_settings: Settings, ref: str) -> None:
        if ref != "RE3":
            raise {"RE1": sending.Rejected(20003), "RE2": ValueError(SAID)}[ref]

    some = recordings.past
    monkeypatch.setattr(sending, "delete_recording", delete)
    monkeypatch.setattr(recordings, "past", lambda now, after: some(now, after=after, limit=1))
    a_round("purge_recordings")
    found = db.session.scalars(db.select(Recording).order_by(Recording.id))
    assert [one.state for one in found] == ["waiting", "waiting", "purged"]


def test_a_letter_kept_on_disk_that_nobody_can_read_keeps_no_other(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    settings.mail_spool.mkdir(parents=True, exist_ok=True)
    (settings.mail_spool / "00000000000000000001-0-abcd").write_bytes(b"\xff not what we write")
    keeping.set_aside(settings, b"Subject: Carte\r\n\r\nBonjour", recipient="mairie@ville.example")
    a_round("read_mail")
    assert db.session.query(IncomingLetter).count() == 1
    assert spool.waiting(settings.mail_spool) == (0, 1)
    assert app.test_client().get("/readyz").json["spool"]["aside"] == 1
    (settings.mail_spool / "aside" / "00000000000000000001-0-abcd").unlink()


def test_a_file_that_stays_keeps_no_other(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    long_ago = clock.now() - timedelta(days=40)
    letters = [keeping.keep_letter(settings, f"Bonjour {n}".encode(), source="smtp")[0] for n in range(2)]
    for letter in letters:
        letter.state, letter.received_at = "read", long_ago
    stays = storage.place(settings.letters_dir, letters[0].digest)
    stays.unlink()
    stays.mkdir()
    a_round("sweep_files")
    assert [letter.forgotten_at is None for letter in letters] == [True, False]
    stays.rmdir()


def test_what_cannot_be_found_by_its_words_keeps_no_other(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    agent = make.staff()
    rows = [make.contact("text", subject=f"Crèche {n}") for n in range(5)]
    for row in rows:
        history.record("contact.begun", row, by=history.CITIZEN)
    number = rows[1].id
    monkeypatch.setattr(
        following, "keep", failing(keep, ValueError(SAID), lambda _kind, ids, _tally: number in ids)
    )

    def found() -> set[int]:
        return {one.id for one in finding.find_contacts(Asked("crèche"), by=agent).rows}

    a_round("follow_records")
    assert found() == {row.id for row in rows} - {number} and SAID not in caplog.text
    monkeypatch.undo()
    history.record("contact.noted", rows[1], by=history.SYSTEM)
    a_round("follow_records")
    assert number in found()


def test_a_database_that_is_away_ends_the_round(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def fail(*_: Any, **_more: Any) -> None:
        raise WRONG[1]

    with monkeypatch.context() as away, pytest.raises(OperationalError):
        away.setattr(db.session(), "connection", fail)
        each([1, 2], lambda one: (tried.append(one), fail()), str)
    assert tried == [1]
