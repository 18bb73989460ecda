"""Files that may be one person's, over 100,000 citizens in PostgreSQL: what comparing a person costs, and a worker's
pass over ten thousand whom something happened to; with the memory of the process that does it.

`--many` asks for another size, `--keep FOLDER` keeps the town for the next run: see `towns.py`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench import alone, towns
from bench.open_consoles import quantile
from portal import clock
from portal.citizens import doubles
from portal.citizens.models import Citizen, Duplicate, IdentifierLink
from portal.database import db, insert
from portal.history import Event
from portal.jobs import Job
from portal.work.propose_doubles import propose_doubles

ONE_BY_ONE, IN_A_PASS = 1_000, 10_000
ONE_IN = 20  # of those in the pass has a second file, under the same name and with the same number


@dataclass(frozen=True, slots=True)
class Told:
    """What a process measured."""

    citizens: int
    one_ms: list[float]  # each person's, sorted
    touched: int
    pass_s: float
    idle_ms: float  # a pass after which nothing had happened
    proposed: int
    first_mb: float  # the process before it compared anybody
    most_mb: float


def main(arguments: Sequence[str] = ()) -> None:
    asked = towns.read_arguments(arguments, many=1_000_000)
    with towns.towns(asked.keep) as town:
        environ = town(asked.many, "postgresql")
        with alone.begun(measure, environ) as under_way:
            tell(under_way.result())


def measure(environ: Mapping[str, str]) -> Told:
    """Compares some people one by one, then more in a pass of the worker, as it is done."""
    app = alone.portal(environ)
    with app.app_context():
        ids = list(db.session.scalars(db.select(Citizen.id).order_by(Citizen.id)))
        db.session.execute(db.delete(Duplicate))
        db.session.commit()
        first_mb = alone.most_mb()
        one_ms = sorted(_one(number) for number in _spread(ids, ONE_BY_ONE))
        touched = _spread(ids, IN_A_PASS)
        second = _written_twice(touched[::ONE_IN])
        _touch(touched)
        pass_s = _pass()
        idle_ms = _pass() * 1000
        proposed = db.session.scalar(db.select(db.func.count()).select_from(Duplicate)) or 0
        _forget(second)
        return Told(len(ids), one_ms, len(touched), pass_s, idle_ms, proposed, first_mb, alone.most_mb())


def tell(told: Told) -> None:
    median, p95, most = (quantile(told.one_ms, share) for share in (0.5, 0.95, 1.0))
    print(
        f"one person among {told.citizens:,}: median {median:.1f} ms  p95 {p95:.1f} ms  most {most:.1f} ms",
        f"a pass over {told.touched:,}: {told.pass_s:.1f} s, {told.touched / told.pass_s:.0f} a second;"
        f" {told.proposed:,} proposed",
        f"a pass after which nothing happened: {told.idle_ms:.0f} ms",
        f"memory: {told.most_mb:.0f} MB at most, {told.first_mb:.0f} before anybody was compared",
        sep="\n",
        flush=True,
    )


def _one(citizen_id: int) -> float:
    began = time.perf_counter()
    doubles.propose_for(citizen_id)
    db.session.commit()
    return (time.perf_counter() - began) * 1000


def _spread(ids: Sequence[int], most: int) -> list[int]:
    """So many of them, from the first to the last."""
    return list(ids[:: max(1, len(ids) // most)][:most])


def _written_twice(ids: Sequence[int]) -> list[int]:
    """A second file of each, as somebody in a hurry makes one."""
    made = []
    for one in db.session.scalars(db.select(Citizen).where(Citizen.id.in_(ids))).all():
        other = Citizen(name=one.name, name_key=one.name_key, commune=one.commune)
        db.session.add(other)
        db.session.flush()
        made.append(other.id)
        links = [
            {"identifier_id": link.identifier_id, "citizen_id": other.id, "certainty": "probable"}
            for link in one.links
        ]
        if links:
            db.session.execute(insert(IdentifierLink), links)
    db.session.commit()
    return made


def _forget(ids: Sequence[int]) -> None:
    """The town is kept for another run as it was."""
    theirs = Duplicate.citizen_id.in_(ids) | Duplicate.other_id.in_(ids)
    db.session.execute(db.delete(Duplicate).where(theirs))
    db.session.execute(db.delete(IdentifierLink).where(IdentifierLink.citizen_id.in_(ids)))
    db.session.execute(db.delete(Citizen).where(Citizen.id.in_(ids)))
    db.session.commit()


def _touch(ids: Sequence[int]) -> None:
    """Something happened to each: it is in the history, and the passes until then are done."""
    last = db.session.scalar(db.select(db.func.max(Event.id))) or 0
    db.session.add(Job(kind="propose_doubles", payload={"upto": last}, state="done", done_at=clock.now()))
    rows = [
        {
            "verb": "citizen.edited",
            "actor_kind": "system",
            "subject_type": "citizens",
            "subject_id": number,
            "citizen_id": number,
        }
        for number in ids
    ]
    db.session.execute(insert(Event), rows)
    db.session.commit()


def _pass() -> float:
    began = time.perf_counter()
    propose_doubles(alone.leased("propose_doubles", {}))
    return time.perf_counter() - began


if __name__ == "__main__":
    main(sys.argv[1:])
