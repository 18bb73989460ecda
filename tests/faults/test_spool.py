"""The database goes away: what was acknowledged meanwhile is in the tables when it is back, once, dated as it came."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from portal import brisk, clock, spool
from portal.cases.models import Case
from portal.cases.references import read_reference
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.work.replay import replay
from tests import make
from tests.conftest import settings_for
from tests.faults.gate import Gate
from tests.faults.haste import in_a_hurry
from tests.network import Network, said
from tests.signing import token

ON_POSTGRESQL = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
REQUEST = {"subject": "Carte d’identité", "body": "Je l’ai perdue.", "reach": "0639981234", "name": "Awa"}


@pytest.fixture
def gate(app: Flask, postgresql: str) -> Gate:
    return Gate(postgresql)


@pytest.fixture
def gated(app: Flask, gate: Gate, tmp_path: Path) -> Iterator[Any]:
    """Another portal on the same database, through the gate."""
    make.line()
    make.queue("accueil")
    db.session.commit()
    with in_a_hurry(settings_for(tmp_path, DATABASE_URL=gate.address)) as other:
        yield other


def waiting(app: Any) -> int:
    return spool.waiting(app.extensions["settings"].spool_dir)[0]


def messages() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Message.body).filter_by(direction="in").order_by(Message.id)))


@ON_POSTGRESQL
def test_texts_that_came_while_it_was_away_are_there_in_order_and_once(gated: Any, gate: Gate) -> None:
    network = Network(gated)
    gate.shut()
    came_at = clock.now()
    for n in (1, 2, 3, 3):
        answer = network.post("/telephone/text", MessageSid=f"SM{n}", Body=f"Mot {n}")
        assert answer.status_code == 200 and answer.mimetype == "text/xml"
    assert waiting(gated) == 4 and replay(gated) == 0
    reopened_at = clock.now()
    gate.reopen()
    assert replay(gated) == 4 and waiting(gated) == 0
    assert messages() == ["Mot 1", "Mot 2", "Mot 3"]
    contact = db.session.scalars(db.select(Contact)).one()
    assert came_at <= contact.started_at <= reopened_at


@ON_POSTGRESQL
def test_who_calls_hears_whom_else_to_call_and_is_called_back(gated: Any, gate: Gate) -> None:
    make.service("ccas", of=make.organization(), phone="+33199000099")
    db.session.commit()
    from portal.work.direct_numbers import write_down

    with gated.app_context():
        write_down(gated.extensions["settings"].data_dir)
    gate.shut()
    heard = said(Network(gated).twiml("/telephone/voice", CallSid="CA1"))
    assert "01 99 00 00 99" in heard and "112" in heard and "rappellerons" in heard
    Network(gated).post("/telephone/status/call", CallSid="CA1", CallStatus="completed", SequenceNumber="2")
    gate.reopen()
    assert replay(gated) == 2
    contact = db.session.scalars(db.select(Contact).filter_by(channel="phone")).one()
    assert contact.queue_id and contact.state == "open" and "panne" in contact.step


@ON_POSTGRESQL
def test_a_database_that_froze_keeps_nobody_on_the_line_for_long(
    gated: Any, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who calls is answered while it is still frozen, and it is not asked again for a while: here, a minute."""
    monkeypatch.setattr(brisk, "PAUSE_S", 60)
    network, asked = Network(gated), []
    with gated.app_context():
        event.listen(db.engines[brisk.BIND], "checkout", lambda *_: asked.append(clock.now()))
    assert network.post("/telephone/text", MessageSid="SM0", Body="Avant").status_code == 200
    gate.freeze()
    assert "indisponible" in said(network.twiml("/telephone/voice", CallSid="CA1"))
    already = len(asked)
    assert already and network.post("/telephone/text", MessageSid="SM1", Body="Pendant").status_code == 200
    assert len(asked) == already
    gate.reopen()
    replay(gated)
    assert messages() == ["Avant", "Pendant"]


@ON_POSTGRESQL
def test_a_request_is_acknowledged_with_the_reference_it_will_have(gated: Any, gate: Gate) -> None:
    client = gated.test_client()
    form = {**REQUEST, "form_key": "k" * 20, "csrf_token": token(client)}
    assert client.post("/fr/requests/new", data=form).status_code == 303
    gate.shut()
    answer = client.post("/fr/requests/new", data={**form, "form_key": "j" * 20})
    again = client.post("/fr/requests/new", data={**form, "form_key": "j" * 20})
    assert answer.status_code == 200 and "bien reçue" in answer.text
    shown = answer.text.split('class="reference">')[1][:12]
    assert shown in again.text and read_reference(shown)
    assert client.post("/fr/requests/new", data={**form, "body": ""}).status_code == 422
    assert client.post("/fr/requests/new", data={**form, "csrf_token": ""}).status_code == 400
    gate.reopen()
    assert replay(gated) == 2
    db.session.rollback()
    cases = db.session.scalars(db.select(Case).order_by(Case.id)).all()
    assert len(cases) == 2 and cases[1].reference == read_reference(shown)


@ON_POSTGRESQL
def test_under_load_nothing_acknowledged_is_lost_and_nothing_is_doubled(gated: Any, gate: Gate) -> None:
    acknowledged: list[str] = []
    stop = threading.Event()

    def write(mine: int) -> None:
        network, n = Network(gated), 0
        while not stop.wait(0.01):
            n += 1
            body = f"{mine}-{n}"
            answer = network.post(
                "/telephone/text", MessageSid=f"SM{body}", Body=body, From=f"+3363998{mine:04}"
            )
            if answer.status_code == 200:
                acknowledged.append(body)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for act, seconds in ((gate.shut, 0.5), (gate.reopen, 0.5), (gate.freeze, 1.2), (gate.reopen, 0.5)):
        act()
        time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    until = time.monotonic() + 60
    while waiting(gated) and time.monotonic() < until:
        replay(gated)
    assert sorted(messages()) == sorted(acknowledged)


@ON_POSTGRESQL
def test_what_is_refused_when_done_again_is_set_aside_and_holds_up_nothing(gated: Any, gate: Gate) -> None:
    network = Network(gated)
    gate.shut()
    network.post("/telephone/text", MessageSid="SM1", Body="Mot 1")
    folder = gated.extensions["settings"].spool_dir
    told, body = spool.read(spool.kept(folder)[0])
    spool.kept(folder)[0].unlink()
    told["headers"]["X-Twilio-Signature"] = "forged"
    with (folder / "body").open("w+b") as file:
        file.write(body)
        file.seek(0)
        spool.keep(folder, told, file)
    network.post("/telephone/text", MessageSid="SM2", Body="Mot 2")
    gate.reopen()
    assert replay(gated) == 2
    assert spool.waiting(folder) == (0, 1)
    assert messages() == ["Mot 2"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_file_that_somebody_holds_for_long_loses_no_text(
    app: Flask, hurried: Flask, work: Callable[[], int]
) -> None:
    make.line()
    db.session.commit()
    holder = sqlite3.connect(app.extensions["settings"].data_dir / "relais.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    answer = Network(hurried).post("/telephone/text", MessageSid="SM1", Body="Bonjour")
    holder.execute("ROLLBACK")
    assert answer.status_code == 200 and waiting(app) == 1
    work()
    assert messages() == ["Bonjour"]
    assert waiting(app) == 0


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_a_broken_disk_gives_back_holds_up_nothing_of_its_lane(
    app: Flask, work: Callable[[], int]
) -> None:
    folder = app.extensions["settings"].spool_dir
    broken = spool.keep(folder, {"path": "/telephone/text"}, BytesIO(b"Body=Bonjour"))
    broken.write_bytes(b"")
    try:
        work()
        assert spool.waiting(folder) == (0, 1)
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_disk_that_is_full_is_left_no_halves(app: Flask, tmp_path: Path) -> None:
    class Full(BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="space"):
        spool.keep(tmp_path, {}, Full())
    assert list(tmp_path.iterdir()) == []
