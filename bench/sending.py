"""How soon a text that was committed is in the network's hands: twenty a second, and the network tells of each.

The demo town in PostgreSQL, one waitress to hear what the network tells, the stand-in network, and one worker that
does one job at a time, or four.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bench import place
from portal.app import create_app
from portal.citizens.identifying import identifier
from portal.config import read_settings
from portal.contacts.answering import reply
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.directory.models import Organization
from portal.history import SYSTEM
from portal.lines.models import Line
from portal.telephony.models import Sender

A_SECOND, SECONDS = 20, 60
TARGET_S = 10.0
AT_ONCE = (1, 4)
PATIENCE_S = 120
SILENT = subprocess.DEVNULL


def main() -> None:
    for at_once in AT_ONCE:
        with place.folder() as folder, place.postgresql() as database:
            environ = place.town(folder, database("sending"))
            with _running(environ, at_once) as processor:
                took, rate = measure(environ)
        waits = sorted(took)
        p95 = waits[int(len(waits) * 0.95)]
        print(
            f"{at_once} at once: {len(waits)} of {A_SECOND * SECONDS} handed over, {rate:.0f} a second, "
            f"p50 {statistics.median(waits):.2f} s, p95 {p95:.2f} s, longest {waits[-1]:.2f} s "
            f"(target: 95 % within {TARGET_S:g} s); "
            f"the worker's processor {1000 * processor[0] / len(waits):.0f} ms a text",
            flush=True,
        )


def measure(environ: Mapping[str, str]) -> tuple[list[float], float]:
    """Seconds from the commit of each text to its being handed over, for those that were; texts written a second."""
    app = create_app(read_settings(environ))
    with app.app_context():
        line = _line()
        begun = time.monotonic()
        committed = {}
        for n in range(A_SECOND * SECONDS):
            pause = begun + n / A_SECOND - time.monotonic()
            time.sleep(max(0.0, pause))
            committed[_write(line, n)] = time.time()
        rate = len(committed) / (time.monotonic() - begun)
        until = time.monotonic() + PATIENCE_S
        while _unsent() and time.monotonic() < until:
            time.sleep(0.5)
        sent = db.session.execute(db.select(Message.id, Message.sent_at).where(Message.sent_at.is_not(None)))
        took = {one: at.timestamp() - committed[one] for one, at in sent if one in committed and at}
        db.session.remove()
        db.engine.dispose()
    return list(took.values()), rate


def _line() -> str:
    """The town's line, awake and without a budget that the measure would use up."""
    host = db.session.scalars(db.select(Organization).filter_by(is_host=True)).one()
    line = db.session.scalars(db.select(Line).filter_by(organization_id=host.id)).first()
    assert line is not None
    number, awake = line.text_number or line.number, {"quiet_from": "00:00", "quiet_until": "00:00"}
    db.session.execute(db.delete(Sender).filter_by(number=number))
    most = {"most_hour": 10**6, "most_day": 10**6}
    db.session.add(Sender(number=number, organization_id=host.id, quiet_days=False, **awake, **most))
    db.session.commit()
    return number


def _write(line: str, n: int) -> int:
    """One text to a number of its own, committed as a door would."""
    used = identifier("phone", f"+3363998{n + 5000}")
    town = db.session.scalars(db.select(Sender.organization_id).filter_by(number=line)).one()
    contact = Contact(channel="text", organization_id=town, identifier=used, line=line, direction="out")
    db.session.add(contact)
    message = reply(contact, f"Votre carte est prête ({n}).", channel="text", form_key=None, by=SYSTEM)
    db.session.commit()
    return message.id


def _unsent() -> int:
    query = db.select(db.func.count(Message.id)).filter_by(channel="text", direction="out", sent_at=None)
    left = db.session.scalar(query.where(Message.state.in_(("waiting", "sending", "unknown")))) or 0
    db.session.commit()
    return left


@contextmanager
def _running(environ: Mapping[str, str], at_once: int) -> Iterator[list[float]]:
    """Runs it all; what it yields then holds the seconds of processor that the worker took."""
    portal, network = environ["PORT"], environ["SIMULATOR_PORT"]
    words = [
        ["simulator", "--port", network, "--portal", f"http://127.0.0.1:{portal}", "--data-dir", ""],
        ["waitress", f"--listen=127.0.0.1:{portal}", "--threads=16", "wsgi:app"],
        ["flask", "work", "--at-once", str(at_once)],
    ]
    processor: list[float] = []
    secrets = read_settings(environ)
    known = {
        **environ,
        "TWILIO_ACCOUNT_SID": secrets.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": secrets.twilio_auth_token,
    }
    running = [
        subprocess.Popen(
            [sys.executable, "-m", *one], env=known, cwd=place.ROOT, stdout=SILENT, stderr=SILENT
        )
        for one in words
    ]
    try:
        time.sleep(8)  # until all of them are ready: what is measured is not how they start
        yield processor
    finally:
        for process in running:
            process.terminate()
        used = os.wait4(running[-1].pid, 0)[2]
        processor.append(used.ru_utime + used.ru_stime)
        for process in running[:-1]:
            process.wait()
