"""Processor time of every process that takes part in a measurement, read from /proc."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

import psycopg

TICKS = os.sysconf("SC_CLK_TCK")
OURS = {"waitress": "portal", "work": "worker"}


def by_process(address: str) -> dict[str, float]:
    """Seconds of processor, ours and the system's, spent so far by the crowd (this process), portals, workers and
    the database of this address, which runs on this machine."""
    spent: defaultdict[str, float] = defaultdict(float)
    with psycopg.connect(address) as connection:
        server = _parent(connection.info.backend_pid)
    for pid in (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()):
        if pid == os.getpid():
            spent["crowd"] += _own_s(pid)
        elif pid == server:
            spent["PostgreSQL"] += _own_s(pid) + _ended_s(pid)
        elif _parent(pid) == server:
            spent["PostgreSQL"] += _own_s(pid)
        elif _parent(pid) == os.getpid():
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            spent[next((name for word, name in OURS.items() if word in words), "other")] += _own_s(pid)
    return dict(spent)


def taken_away_s() -> float:
    """Seconds of this machine's processors that went to other machines on the same host, since it started."""
    return int(Path("/proc/stat").read_text().split(maxsplit=9)[8]) / TICKS


def _fields(pid: int) -> list[str]:
    """What /proc/PID/stat says after the name of the process; nothing where it has just ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["", "0", *["0"] * 20]


def _parent(pid: int) -> int:
    return int(_fields(pid)[1])


def _own_s(pid: int) -> float:
    return sum(map(int, _fields(pid)[11:13])) / TICKS


def _ended_s(pid: int) -> float:
    """Of its children that have ended."""
    return sum(map(int, _fields(pid)[13:15])) / TICKS
