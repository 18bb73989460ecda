"""The worker: claims a job, keeps its lease alive, does it, and goes on. Any number may run, anywhere."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime

import psycopg
from flask import Flask
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, TimeoutError

from portal import jobs
from portal.database import db, locked
from portal.errors import trace_of
from portal.telephony.refusals import Busy
from portal.work import EVERY, KINDS
from portal.work.direct_numbers import write_down
from portal.work.replay import replay

log = logging.getLogger(__name__)

# What a database that stood still for long says when it goes on: a transaction that it gave up meanwhile is no
# « operational » error (25P03). A worker outlives them all.
LOST = (
    *(psycopg.OperationalError, psycopg.InternalError, psycopg.InterfaceError),
    *(OperationalError, InternalError, InterfaceError, TimeoutError),
)
POLL_S = 0.2
IDLE_S = 1
TIDY_S = 60
HEARTBEAT_S = 15
REPLAYERS = 2  # threads of a worker that empty the spool: jobs never wait for it, nor it for jobs


def run(app: Flask, *, until_empty: bool = False, stop: threading.Event | None = None) -> int:
    """Works until told to stop (`stop`, SIGTERM, SIGINT), or until nothing is due; returns how many were tried."""
    stop = stop or _told_to_stop()
    if until_empty:
        return _run(app, until_empty, stop)
    with _replaying(app, stop):
        return _run(app, until_empty, stop)


def run_at_once(app: Flask, at_once: int, *, stop: threading.Event | None = None) -> int:
    """As many workers in one process: while one waits for the network to answer, the others go on."""
    told = stop or _told_to_stop()
    with _replaying(app, told), ThreadPoolExecutor(at_once) as pool:
        return sum(pool.map(lambda _: _run(app, False, told), range(at_once)))


def _run(app: Flask, until_empty: bool, stop: threading.Event) -> int:
    worker = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
    tried = 0
    with app.app_context():
        while not stop.is_set():
            try:
                tried += _work(app, worker, stop, until_empty)
            except LOST:
                log.warning("the database is away; trying again")
                for give_up in (db.session.rollback, db.session.remove):
                    with suppress(*LOST):
                        give_up()
                stop.wait(1)
            else:
                break
    return tried


def _told_to_stop() -> threading.Event:
    """Set by SIGTERM and SIGINT: the job in hand is finished, no other is begun."""
    told = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: told.set())
    return told


def _work(app: Flask, worker: str, stop: threading.Event, until_empty: bool) -> int:
    tried = 0
    tidied = 0.0
    with _waker(stop, listens=not until_empty) as wait:
        while not stop.is_set():
            if until_empty:
                replay(app)
            if time.monotonic() > tidied + TIDY_S:
                tidied = time.monotonic()
                _write_down(app)
            worked = work_once(app, worker)
            if not worked and until_empty:
                break
            tried += worked
            wait(0 if worked else IDLE_S)  # between two jobs too: what nobody reads, the server keeps
    return tried


def _write_down(app: Flask) -> None:
    """A disk that takes nothing keeps no job waiting."""
    try:
        write_down(app.extensions["settings"].data_dir)
    except OSError as error:
        log.error("the direct numbers cannot be written down: %s", type(error).__name__)


@contextmanager
def _replaying(app: Flask, stop: threading.Event) -> Iterator[None]:
    """Does again what was kept in the spool, beside the jobs, until these stop."""
    over = threading.Event()

    def go_on() -> None:
        while not (stop.is_set() or over.wait(POLL_S)):
            try:
                while replay(app, over):
                    pass
            except Exception as error:  # whatever becomes of one, the others are done
                log.error("the spool cannot be emptied\n%s", trace_of(error))
                over.wait(1)

    threads = [threading.Thread(target=go_on, name="replay", daemon=True) for _ in range(REPLAYERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def work_once(app: Flask, worker: str) -> bool:
    """Does one due job, if there is one."""
    job = jobs.claim(worker)
    if job is not None and job.kind in EVERY:
        jobs.go_on(job.kind, every=EVERY[job.kind])
    db.session.commit()
    if job is None:
        return False
    job_id, kind = job.id, job.kind
    with _heartbeat(app, job_id, worker):
        try:
            KINDS[kind](job)
        except Busy as busy:  # nothing was asked of the network, or nothing was done
            _put_back(job_id, worker, type(busy).__name__, until=busy.until)
        except Exception as error:  # whatever a job does, the worker goes on to the next
            log.error("job %s (%s) failed\n%s", job_id, kind, trace_of(error))
            # the type alone: a message may quote what a citizen wrote
            _put_back(job_id, worker, type(error).__name__)
    db.session.remove()
    return True


def _put_back(job_id: int, worker: str, why: str, until: datetime | None = None) -> None:
    """For another try, unless it was finished before it failed, or another worker has it by now."""
    db.session.rollback()
    held = db.select(jobs.Job).filter_by(id=job_id, state="leased", leased_by=worker)
    job = db.session.scalar(locked(held))
    if job is not None:
        jobs.put_back(job, why, until=until)
    db.session.commit()


@contextmanager
def _heartbeat(app: Flask, job_id: int, worker: str) -> Iterator[None]:
    done = threading.Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT_S):
            with app.app_context(), suppress(*LOST):  # away for a moment: the next beat may pass
                jobs.keep(job_id, worker)
                db.session.commit()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()


@contextmanager
def _waker(stop: threading.Event, *, listens: bool) -> Iterator[Callable[[float], object]]:
    """Yields what waits for a job, this many seconds at most: PostgreSQL wakes us, SQLite is asked again and again."""
    if not listens or db.engine.dialect.name != "postgresql":
        yield lambda seconds: stop.wait(min(seconds, POLL_S))
        return
    address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True, connect_timeout=5) as listener:
        listener.execute(f"LISTEN {jobs.CHANNEL}")
        yield lambda seconds: list(listener.notifies(timeout=seconds, stop_after=1))
