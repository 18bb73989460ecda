"""`make run`: the demo town in the foreground. Portal, worker and stand-in network; Ctrl-C stops all three."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from portal.config import Settings, read_settings

WAITRESS = ("--threads=16", "--connection-limit=1000", "--asyncore-use-poll")  # as the README says
READY_S = 60
STOP_S = 10


def main() -> int:
    """Prepares, starts, waits. Returns the exit code of whatever ended by itself, or 0 when told to stop."""
    settings = read_settings()
    environment = {**os.environ, "RELAIS_DATA_DIR": str(settings.data_dir), "FLASK_APP": "wsgi"}
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    for command in (("db", "upgrade"), ("load-demo",)):
        subprocess.run([sys.executable, "-m", "flask", *command], env=environment, check=True)
    running = [subprocess.Popen(words, env=environment) for words in _programs(settings)]
    try:
        if _ready(settings, stop):
            print(_welcome(settings), flush=True)
        while not stop.is_set() and all(program.poll() is None for program in running):
            stop.wait(0.5)
        return 0 if stop.is_set() else max(program.poll() or 0 for program in running) or 1
    finally:
        _end(running)


def _programs(settings: Settings) -> list[list[str]]:
    python = sys.executable
    network = ["--port", str(settings.simulator_port), "--portal", settings.public_base_url]
    return [
        [python, "-m", "simulator", *network],
        [python, "-m", "flask", "work"],
        [python, "-m", "waitress", f"--listen=127.0.0.1:{settings.port}", *WAITRESS, "wsgi:app"],
    ]


def _ready(settings: Settings, stop: threading.Event) -> bool:
    until = time.monotonic() + READY_S
    while time.monotonic() < until and not stop.is_set():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{settings.port}/readyz", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            stop.wait(0.2)
    return False


def _welcome(settings: Settings) -> str:
    kept = Path(settings.data_dir) / "sign-ins.txt"
    portal = f"http://127.0.0.1:{settings.port}"
    lines = [
        "",
        f"  Citizens           {portal}/",
        f"  Console            {portal}/console/",
        f"  Administration     {portal}/admin/",
        f"  Mailbox            {portal}/demo/mailbox",
        f"  Telephone network  http://127.0.0.1:{settings.simulator_port}/",
        "",
        f"  Demo sign-ins (also in {kept}):",
        *(f"    {line}" for line in (kept.read_text().splitlines() if kept.exists() else [])),
        "",
        "  Ctrl-C stops everything.",
        "",
    ]
    return "\n".join(lines)


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    for program in running:
        program.terminate()
    until = time.monotonic() + STOP_S
    for program in running:
        try:
            program.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            program.kill()


if __name__ == "__main__":
    sys.exit(main())
