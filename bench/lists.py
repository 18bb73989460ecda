"""Lists of cases over 100,000 that are not closed: every order, and what lists are narrowed by, on either engine.

`python -m bench.lists [--cases N]`. Each list is asked of the verb, its first page and one far down, in this process.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from bench import place
from bench.open_consoles import quantile
from portal import clock
from portal.app import create_app
from portal.cases.lists.filters import SORTS, read_filters
from portal.cases.lists.listing import listing
from portal.cases.models import Case, Clock, Promise
from portal.cases.references import draw_reference
from portal.config import read_settings
from portal.contacts.models import Contact
from portal.database import db, reads_only
from portal.staff.models import Staff

CASES, ROUNDS, FAR, A_BATCH = 100_000, 7, 20, 5_000
SOUGHT: dict[str, dict[str, str]] = {
    "nothing": {},
    "mine (one in 400)": {"whose": "mine"},
    "my team's": {"whose": "team"},
    "unowned (half)": {"whose": "unowned"},
    "urgent (one in 1,000)": {"priority": "urgent"},
    "high (one in 10)": {"priority": "high"},
    "appeals (one in 500)": {"nature": "appeal"},
    "requests (nine in 10)": {"nature": "request"},
    "late": {"due": "late"},
    "promised today": {"due": "today", "by": "promise"},
    "waiting (one in 10)": {"state": "waiting"},
    "closed": {"state": "closed"},
    "a rare word": {"words": "belvedere"},
    "a usual word": {"words": "eclairage"},
    "a word that none says": {"words": "zeppelin"},
}
WORDS = ("Éclairage", "Cantine", "Trottoir", "Haie", "Poubelle")


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    cases = parser.parse_args(arguments).cases
    with place.folder() as folder, place.postgresql() as database:
        for engine, address in (("sqlite", ""), ("postgresql", database("lists"))):
            app = create_app(read_settings(place.town(folder / engine, address)))
            with app.app_context():
                fill(cases)
                print(f"{engine}, {cases:,} cases that are not closed (first page, page {FAR})", flush=True)
                measure()


def fill(cases: int) -> None:
    """Draws them, and as many clocks twice, without chance."""
    dice = random.Random(5)
    agents = list(db.session.scalars(db.select(Staff.id).where(Staff.role.in_(["agent", "supervisor"]))))
    contact = db.session.scalars(db.select(Contact).order_by(Contact.id).limit(1)).one()
    for n in range(0, cases, A_BATCH):
        rows = list(_cases(n, min(A_BATCH, cases - n), contact.organization_id, agents, dice))
        ids = db.session.scalars(db.insert(Case).returning(Case.id, sort_by_parameter_order=True), rows).all()
        due = [
            (key, row, clock.now() + timedelta(minutes=dice.randrange(-9_000, 99_000)))
            for key, row in zip(ids, rows, strict=True)
        ]
        clocks = [
            {
                "organization_id": contact.organization_id,
                "case_id": key,
                "kind": kind,
                "state": "paused" if row["state"] == "waiting" else "running",
                "due_at": at + timedelta(days=days),
            }
            for key, row, at in due
            for kind, days in (("first_answer", 0), ("resolution", 20))
        ]
        db.session.execute(db.insert(Clock), clocks)
        promises = [
            {
                "organization_id": contact.organization_id,
                "case_id": key,
                "contact_id": contact.id,
                "text": "Rappeler",
                "due_at": at,
            }
            for key, _, at in due[::20]
        ]
        db.session.execute(db.insert(Promise), promises)
        db.session.commit()
    db.session.execute(db.text("ANALYZE"))
    db.session.commit()


def _cases(
    first: int, count: int, organization_id: int, agents: list[int], dice: random.Random
) -> Iterator[dict[str, Any]]:
    for n in range(first, first + count):
        word = "Belvédère" if n % 5_000 == 17 else dice.choice(WORDS)
        yield {
            "reference": draw_reference(),
            "organization_id": organization_id,
            "subject": f"{word} n° {n}",
            "priority": "urgent" if n % 1_000 == 5 else dice.choice(["normal"] * 9 + ["high"]),
            "nature": "appeal" if n % 500 == 7 else dice.choice(["request"] * 9 + ["report"]),
            "state": dice.choice(["open"] * 9 + ["waiting"]),
            "owner_id": (agents[0] if n % 400 == 3 else dice.choice(agents[1:])) if n % 2 else None,
            "active_at": clock.now() - timedelta(seconds=dice.randrange(9_000_000)),
        }


def measure() -> None:
    """Prints the median of each list in milliseconds, at its first page and far down."""
    agent = db.session.scalars(db.select(Staff).where(Staff.role.in_(["agent", "supervisor"])).limit(1)).one()
    db.session.commit()
    token = reads_only.set(True)
    print(f"  {'':24}" + "".join(f"{sort:>18}" for sort in SORTS), flush=True)
    for name, sought in SOUGHT.items():
        told = [timed(sought, sort, agent) for sort in SORTS]
        print(f"  {name:24}" + "".join(f"{first:10.1f} {far:7.1f}" for first, far in told), flush=True)
    db.session.rollback()
    reads_only.reset(token)


def timed(sought: dict[str, str], sort: str, by: Staff) -> tuple[float, float]:
    filters, until, after = read_filters(sought), clock.now() + timedelta(hours=6), ""
    for _ in range(FAR):
        page = listing(filters, sort, by=by, until=until, after=after)
        if not page.after:
            break
        after = page.after
    medians = []
    for place_in_it in ("", after):
        took = []
        for _ in range(ROUNDS):
            db.session.rollback()
            began = time.perf_counter()
            listing(filters, sort, by=by, until=until, after=place_in_it)
            took.append((time.perf_counter() - began) * 1000)
        medians.append(quantile(sorted(took), 0.5))
    return medians[0], medians[1]


if __name__ == "__main__":
    main(sys.argv[1:])
