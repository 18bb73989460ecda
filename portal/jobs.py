"""Work to do after the commit that asked for it: the database is the queue.

A job is written in the business transaction, leased by one worker at a time, kept by a heartbeat, tried again
with jitter when it fails, and set aside (quarantined) after `MOST_ATTEMPTS` without holding up the others: so
are those that kill the workers that try them, and `/readyz` counts them all. A worker that dies leaves a lease
that runs out: every job must therefore bear being begun twice.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Index, Select, String, bindparam, func, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.database import Base, db, insert

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 12  # over 23 minutes at the least: a provider may be away for ten
LONGEST_PAUSE_S = 900
MOST_ROUNDS = 10  # of a job that is done again and again: how many are kept
CHANNEL = "relais_jobs"
WAKE = text(f"NOTIFY {CHANNEL}")


# as literal SQL: asked of some state or other, once for all, either engine would look through all that was ever done
WAITING, LEASED, QUARANTINED, DONE = (
    literal_column(f"'{state}'", String) for state in ("waiting", "leased", "quarantined", "done")
)


def _index(state: str, *columns: str) -> Index:
    which = text(f"state = '{state}'")
    return Index(f"ix_jobs_{state}", *columns, sqlite_where=which, postgresql_where=which)


class Job(Base):
    __tablename__ = "jobs"
    __table_args__ = (
        _index("waiting", "not_before", "id"),
        _index("leased", "lease_until"),
        _index("quarantined", "id"),
        _index("done", "done_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default="waiting")  # waiting, leased, done, quarantined
    not_before: Mapped[datetime] = mapped_column(default=clock.now)
    lease_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    last_error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]


def enqueue(
    kind: str, payload: dict[str, Any], *, dedupe_key: str | None = None, not_before: datetime | None = None
) -> None:
    """Asks for `kind` to be done after the caller's commit; the same `dedupe_key` is asked once, for good."""
    now = clock.now()
    due = not_before or now
    values = {"kind": kind, "payload": payload, "dedupe_key": dedupe_key, "not_before": due}
    db.session.execute(_ask(db.engine.dialect.name), values)
    if due <= now and db.engine.dialect.name == "postgresql":
        db.session.execute(WAKE)  # what is due later, the workers find by looking every second


@cache
def _ask(_dialect: str) -> Any:
    return insert(Job.__table__).inline().on_conflict_do_nothing(index_elements=["dedupe_key"])


def claim(worker: str) -> Job | None:
    """Leases the oldest due job to `worker`, or None. The caller commits before it starts the work."""
    now = clock.now()
    job: Job | None
    while (job := db.session.scalar(_due(), {"now": now})) is not None:
        if job.attempts < MOST_ATTEMPTS:
            job.state = "leased"
            job.leased_by = worker
            job.lease_until = now + LEASE
            job.attempts += 1
            break
        _set_aside(job, "Killed")  # no worker lived to say that it failed
    return job


@cache
def _due() -> Select[Any]:
    """The first that waits, or whose lease ran out: each found by its own index, and held."""
    now: BindParameter[datetime] = bindparam("now")
    waiting = db.select(Job.id).where(Job.state == WAITING, Job.not_before <= now)
    left = db.select(Job.id).where(Job.state == LEASED, Job.lease_until < now)
    first = (waiting.order_by(Job.not_before, Job.id), left.order_by(Job.lease_until))
    held = (one.limit(1).with_for_update(skip_locked=True).subquery() for one in first)
    either = db.union_all(*(db.select(one.c.id) for one in held))
    query = db.select(Job).where(Job.id.in_(either)).order_by(Job.not_before, Job.id).limit(1)
    return query.with_for_update(skip_locked=True)


def go_on(kind: str, *, every: timedelta) -> None:
    """Asks for the next of a job that is done again and again: once for each such time, whoever asks. Those long done
    are forgotten by their keys: half a year of done jobs is not to be looked through every few seconds."""
    slot = int(clock.now().timestamp() // every.total_seconds()) + 1
    at = datetime.fromtimestamp(slot * every.total_seconds(), tz=UTC)
    enqueue(kind, {}, dedupe_key=f"{kind}:{slot}", not_before=at)
    former = [f"{kind}:{slot - n}" for n in range(MOST_ROUNDS, 3 * MOST_ROUNDS)]
    # not by their state: SQLite would take its index, and look through all that is done
    db.session.execute(db.delete(Job).where(Job.dedupe_key.in_(former), Job.done_at.is_not(None)))


def keep(job_id: int, worker: str) -> bool:
    """Prolongs the lease; False when it is no longer this worker's."""
    changed = db.session.execute(
        db.update(Job)
        .where(Job.id == job_id, Job.leased_by == worker, Job.state == "leased")
        .values(lease_until=clock.now() + LEASE)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # a CursorResult, typed as Result


def finish(job: Job) -> None:
    """The work is done; written in the same transaction as its outcome."""
    job.state = "done"
    job.done_at = clock.now()
    job.lease_until = None


def put_back(job: Job, error: str, until: datetime | None = None) -> None:
    """The try failed: another one later, further apart each time; after the last, set aside for a person to see.

    With `until`, it was not even tried (no turn yet, the network is away): it counts for nothing.
    """
    if until is not None:
        job.attempts -= 1
        job.last_error, job.lease_until, job.leased_by = error[:500], None, None
        job.state, job.not_before = "waiting", until
        return
    if job.attempts >= MOST_ATTEMPTS:
        _set_aside(job, error)
        return
    job.last_error, job.lease_until, job.leased_by = error[:500], None, None
    job.state = "waiting"
    pause = min(LONGEST_PAUSE_S, 2**job.attempts)
    job.not_before = clock.now() + timedelta(seconds=pause * random.uniform(0.5, 1.5))  # noqa: S311  (jitter)


def _set_aside(job: Job, error: str) -> None:
    job.last_error, job.lease_until, job.leased_by = error[:500], None, None
    job.state = "quarantined"


def set_aside_among(dedupe_keys: Collection[str]) -> set[str]:
    """Which of these were set aside."""
    if not dedupe_keys:
        return set()
    query = db.select(Job.dedupe_key).where(Job.dedupe_key.in_(dedupe_keys), Job.state == "quarantined")
    return {key for key in db.session.scalars(query) if key}


def all_set_aside() -> list[Job]:
    """The jobs that were set aside, the latest first."""
    query = db.select(Job).where(Job.state == QUARANTINED).order_by(Job.id.desc()).limit(200)
    return list(db.session.scalars(query))


def try_again(job_id: int) -> Job | None:
    """A job that was set aside is due again, with all its tries; None if it was not."""
    job = db.session.scalar(db.select(Job).filter_by(id=job_id, state="quarantined").with_for_update())
    if job is not None:
        job.state, job.attempts, job.not_before = "waiting", 0, clock.now()
    return job


def quarantined() -> int:
    """How many jobs were set aside, and wait for a person."""
    return db.session.scalar(db.select(func.count(Job.id)).where(Job.state == QUARANTINED)) or 0


def oldest_due_s(now: datetime) -> float:
    """For how long the oldest job that is due has waited, in seconds."""
    query = db.select(func.min(Job.not_before)).where(Job.state == WAITING, Job.not_before <= now)
    oldest = db.session.scalar(query)
    return (now - oldest).total_seconds() if oldest else 0.0
