"""The national directory: imported by the commands an administrator would run, twice; then asked for offices."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import place

COMMUNES, OFFICES = "decoupage-administratif", "annuaire-services-publics-2017"
MOST_S, MOST_MB, MOST_LOCKED_MS = 180, 400, 200
KINDS = ["mairie", "prefecture", "caf", "cpam", "centre_impots", "pole_emploi", "gendarmerie", "notaire"]
LILLE, BELFORT = "59350", "90010"
ASKED = 40


def main() -> None:
    communes, offices = place.real_data(COMMUNES), place.real_data(OFFICES)
    if communes is None or offices is None:
        print(
            f"left out: {COMMUNES} or {OFFICES} is not there (RELAIS_REAL_DATA names the folder of real data)"
        )
        return
    with place.folder() as folder:
        on("SQLite", place.environment(folder / "sqlite"), communes, offices)
        with place.postgresql() as database:
            on("PostgreSQL", place.environment(folder / "postgresql", database("offices")), communes, offices)


def on(engine: str, environ: dict[str, str], communes: Path, offices: Path) -> None:
    """Prints what two imports of each took there, and what questions cost then."""
    place.flask(environ, "db", "upgrade")
    for command, path in (("import-communes", communes), ("import-directory", offices)):
        for name in ("first", "again"):
            took, processor, peak, said = imported(environ, command, path)
            print(
                f"{engine} {command} {name}: {took:.1f} s (target: at most {MOST_S}), {processor:.1f} s of them "
                f"working; {peak:.0f} MB at most (target: at most {MOST_MB}); {said}",
                flush=True,
            )
    asking = subprocess.run(
        [sys.executable, "-m", "bench.offices"],
        env=environ,
        cwd=place.ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    print("".join(f"{engine} {line}\n" for line in asking.stdout.splitlines()), end="", flush=True)


def imported(environ: dict[str, str], command: str, path: Path) -> tuple[float, float, float, str]:
    """Seconds, those of the processor, megabytes and last words of one import, in a process of its own."""
    began = time.perf_counter()
    words = [sys.executable, "-c", LOCKED, command, str(path)]
    running = subprocess.Popen(words, env=environ, cwd=place.ROOT, stdout=subprocess.PIPE, text=True)
    said = running.stdout.read() if running.stdout else ""
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise SystemExit(f"the import failed:\n{said}")
    last = [line for line in said.strip().splitlines() if re.match(r"\d+ new|locked", line)]
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, "; ".join(last)


LOCKED = """
import sys, time
from sqlalchemy import event
from portal.app import create_app
from portal.database import db

app, began, held = create_app(), [0.0], []
with app.app_context():
    event.listen(db.engine, "begin", lambda connection: began.__setitem__(0, time.perf_counter()))
    event.listen(db.engine, "commit", lambda connection: held.append(time.perf_counter() - began[0]))
    result = app.test_cli_runner().invoke(args=sys.argv[1:])
    print(result.output)
    held.sort()
    print(f"locked {1000 * held[len(held) // 2]:.0f} ms a batch, {1000 * held[int(len(held) * .99)]:.0f} at the 99th")
    sys.exit(result.exit_code)
"""


def ask() -> None:
    """In the database of the environment: what questions cost, by the processor's own time."""
    from portal.app import create_app
    from portal.database import db
    from portal.directory import reading
    from portal.directory.finding import communes, offices

    def median_ms(do: Callable[[], Any]) -> float:
        took = []
        for _ in range(ASKED):
            db.session.rollback()
            db.session.expunge_all()
            began = time.thread_time()
            do()
            took.append(time.thread_time() - began)
        return 1000 * statistics.median(took)

    with create_app().app_context():
        began = time.thread_time()
        communes.which("valbrune")
        print(f"communes brought to mind: {time.thread_time() - began:.2f} s, once a process")
        questions: dict[str, Callable[[], Any]] = {
            "which, a name": lambda: communes.which("Saint-Denis"),
            "which, a name with a slip and a postcode (target: 5 ms)": lambda: communes.which(
                "Sait Martin", "33112"
            ),
            "find, what completes three letters": lambda: communes.find("cha"),
            "resolve, a town hall": lambda: offices.resolve("mairie", BELFORT),
            "resolve, the 102 family offices of a department, five shown": lambda: offices.resolve(
                "caf", LILLE, limit=5
            ),
            "resolve, eight kinds at once, five of each shown": lambda: offices.resolve_many(
                KINDS, LILLE, limit=5
            ),
            "find_services, two words": lambda: reading.find_services("mairie flers"),
            "find_services, a word of 36,000": lambda: reading.find_services("mairie"),
        }
        for name, do in questions.items():
            do()
            print(f"{name}: {median_ms(do):.1f} ms")


if __name__ == "__main__":
    ask()
