"""The circuit in front of the telephone network: what fails again and again is left in peace for a while.

It opens after `MOST_FAILURES` failures in a row or `LONGEST_SILENCE` without an answer. While it is open nobody asks;
then one asks for all, and its answer closes the circuit or opens it again. It is one row, shared by every worker, in
short transactions of its own: what a job rolls back must not make the failure forgotten.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal import clock, news
from portal.database import brief_read, brief_write, db, insert
from portal.telephony.models import Circuit
from portal.telephony.refusals import Away

log = logging.getLogger(__name__)

NETWORK = "telephone"
AUDIENCE = "network"  # whose consoles show that the network is away
MOST_FAILURES = 5
LONGEST_SILENCE = timedelta(seconds=15)
PAUSE_S = 10  # open for about so long before somebody asks again
CREDENTIALS_PAUSE_S = 300  # wrong credentials do not mend by themselves
PROBE_S = 12  # for how long the one who asks for all is waited for: longer than the longest answer
STALE = timedelta(minutes=1)  # a failure so old, that opened nothing, is no sign of what happens now
SHOWN = (Circuit.open_until, Circuit.failing_since, Circuit.why)


@dataclass(frozen=True, slots=True)
class State:
    """Whether the network is left in peace, since when it fails, and why: `silence` or `credentials`."""

    open: bool
    since: datetime | None = None
    why: str = ""


def state() -> State:
    """What a desk shows."""
    row = db.session.execute(db.select(*SHOWN).filter_by(name=NETWORK)).one_or_none()
    return read(*row) if row is not None else State(open=False)


def read(open_until: datetime | None, since: datetime | None, why: str | None) -> State:
    """What the columns `SHOWN` say; nothing where there is no row yet."""
    return State(open=True, since=since, why=why or "") if open_until is not None else State(open=False)


def enter() -> bool:
    """Called before the network is asked: raises `Away` while it is left in peace. True if it has failed lately:
    its next answer is then worth telling."""
    now = clock.now()
    with brief_read() as session:
        row = session.get(Circuit, NETWORK)
    if row is None or not row.failures or row.failing_since is None:
        return False
    if row.open_until is None and (now < row.failing_since + LONGEST_SILENCE or _is_stale(row, now)):
        return True
    if row.open_until is not None and now < row.open_until:
        raise Away(row.open_until + timedelta(seconds=random.uniform(0, 2)))  # noqa: S311  (jitter)
    if not _is_first_to_probe(now):
        raise Away(now + timedelta(seconds=random.uniform(0.5, 2)))  # noqa: S311  (jitter)
    return True


def answered() -> None:
    """The network answered, if only to refuse: whatever it failed before is over."""
    with brief_write() as session:
        row = _held(session)
        if row.open_until is not None:
            log.warning("the telephone network answers again")
            news.tell(AUDIENCE, session=session)
        row.failures, row.failing_since, row.failed_at, row.why = 0, None, None, ""
        row.open_until, row.probing_until = None, None


def failed(asked_at: datetime) -> None:
    """What was asked at that time got no answer, or one that says to come back later."""
    now = clock.now()
    with brief_write() as session:
        row = _held(session)
        if row.open_until is None and _is_stale(row, now):
            row.failures, row.failing_since = 0, None
        row.failures += 1
        row.failing_since = row.failing_since or asked_at
        row.failed_at = now
        if row.failures >= MOST_FAILURES or now >= row.failing_since + LONGEST_SILENCE:
            _open(session, row, "silence", PAUSE_S)


def refuse_credentials() -> datetime:
    """The network does not know us: everything waits until somebody has put the token right. When to ask again."""
    with brief_write() as session:
        row = _held(session)
        row.failures += 1
        row.failing_since = row.failing_since or clock.now()
        return _open(session, row, "credentials", CREDENTIALS_PAUSE_S)


def _open(session: Session, row: Circuit, why: str, pause_s: float) -> datetime:
    if row.open_until is None or row.why != why:
        log.error("the telephone network is left in peace: %s", why)
        news.tell(AUDIENCE, session=session)
    jittered = pause_s * random.uniform(0.75, 1.25)  # noqa: S311  (jitter)
    row.open_until, row.probing_until, row.why = clock.now() + timedelta(seconds=jittered), None, why
    return row.open_until


def _is_stale(row: Circuit, now: datetime) -> bool:
    return row.failed_at is not None and now > row.failed_at + STALE


def _is_first_to_probe(now: datetime) -> bool:
    with brief_write() as session:
        row = _held(session)
        if row.probing_until is not None and now < row.probing_until:
            return False
        row.probing_until = now + timedelta(seconds=PROBE_S)
        return True


def _held(session: Session) -> Circuit:
    session.execute(insert(Circuit).values(name=NETWORK).on_conflict_do_nothing(index_elements=["name"]))
    return session.scalars(db.select(Circuit).filter_by(name=NETWORK).with_for_update()).one()
