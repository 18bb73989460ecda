"""The archive of service-public.fr, loaded by the command that an administrator would run; then loaded again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from bench import place

ARCHIVE = "service-public-vosdroits/vosdroits-particuliers-xml.zip"
MOST_S, MOST_MB = 90, 600


def main() -> None:
    path = place.real_data(ARCHIVE)
    if path is None:
        print(f"left out: {ARCHIVE} is not there (RELAIS_REAL_DATA names the folder of real data)")
        return
    with place.folder() as folder:
        on("SQLite", place.environment(folder / "sqlite"), path)
        with place.postgresql() as database:
            on("PostgreSQL", place.environment(folder / "postgresql", database("import")), path)


def on(engine: str, environ: dict[str, str], path: Path) -> None:
    """Prints what two imports took there."""
    place.flask(environ, "db", "upgrade")
    for name in ("first", "again"):
        took, processor, peak, said = imported(environ, path)
        print(
            f"{engine} {name}: {took:.1f} s (target: at most {MOST_S}), {processor:.1f} s of them working; "
            f"{peak:.0f} MB at most (target: at most {MOST_MB}); {said}",
            flush=True,
        )
    same = re.match(r"0 new, 0 changed, \d+ same, 0 skipped", said)
    print(f"{engine}: the second import changed {'nothing' if same else 'SOMETHING'} (target: nothing)")


def imported(environ: dict[str, str], path: Path) -> tuple[float, float, float, str]:
    """Seconds, those of the processor, megabytes and last words of one import, in a process of its own."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "flask", "import-guides", str(path)]
    running = subprocess.Popen(command, env=environ, cwd=place.ROOT, stdout=subprocess.PIPE, text=True)
    said = running.stdout.read() if running.stdout else ""
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise SystemExit(f"the import failed:\n{said}")
    processor = used.ru_utime + used.ru_stime
    return time.perf_counter() - began, processor, used.ru_maxrss / 1024, said.strip().splitlines()[-1]
