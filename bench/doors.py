"""Five doors of ours beside bare Flask views that ask the same of the database and answer as much.

Two waitress processes a side, over 100,000 citizens and 500,000 contacts in PostgreSQL; requests alternate between the
sides. Then the citizen's file, whose cost must not follow the number of contacts.
"""

from __future__ import annotations

import http.client
import pickle
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flask import Flask

from bench import fill, place
from bench.asking import Door, doors, sign_in
from bench.recording import Recording, recorded
from portal import brisk
from portal.app import create_app
from portal.config import read_settings
from portal.database import db

MOST = 4.0  # times the bare view
MOST_FILE_MS = 50.0
WARMING = 40
ROUNDS = 200
FEW = 10_000


def main() -> None:
    with place.folder() as folder, place.postgresql() as database:
        large = place.town(folder / "large", database("large"))
        fill.fill(large["DATABASE_URL"])
        small = place.town(folder / "small", database("small"))
        fill.fill(small["DATABASE_URL"], contacts=FEW, heavy=0)
        compare(large, folder)
        compare_files(large, small)


def compare(environ: dict[str, str], folder: Path) -> None:
    """Prints each door's median beside its bare view's."""
    app = create_app(read_settings(environ))
    asked = doors(app, cookie=sign_in(app))
    recordings = {door.name: record(app, door) for door in asked}
    kept = folder / "recordings"
    kept.write_bytes(pickle.dumps(recordings))
    with (
        place.served("wsgi:app", environ, 2) as ours,
        place.served("bench.bare:app", {**environ, "BENCH_RECORDINGS": str(kept)}, 2) as bare,
    ):
        for door in asked:
            took = measure(door, ours, bare)
            recording, (_, _, answer) = recordings[door.name]
            print(
                f"{door.name:14} ours {took[0]:6.2f} ms  bare {took[1]:6.2f} ms  ratio {took[0] / took[1]:4.2f} "
                f"(target: at most {MOST:g})  {recording.statements} statements, {len(answer.encode()) / 1024:.1f} KB",
                flush=True,
            )


def record(app: Flask, door: Door) -> tuple[Recording, tuple[int, str, str]]:
    """The statements of one request once the door is warm, and its answer."""
    client = app.test_client(use_cookies=False)
    for _ in range(3):
        client.open(**door.asked().of_werkzeug)
    request = door.asked()
    with app.app_context():
        engine = db.engines[brisk.BIND if request.path.startswith("/telephone/") else None]
    with recorded(engine, request.unique) as recording:
        answer = client.open(**request.of_werkzeug)
    if answer.status_code != door.status:
        raise SystemExit(f"{door.name}: {answer.status}\n{answer.get_data(as_text=True)}")
    return recording, (answer.status_code, answer.mimetype, answer.get_data(as_text=True))


def measure(door: Door, ours: Sequence[int], bare: Sequence[int]) -> tuple[float, float]:
    """Both sides' median milliseconds, asked in turn, each worker in turn."""
    sides = [[http.client.HTTPConnection("127.0.0.1", port) for port in ports] for ports in (ours, bare)]
    took: tuple[list[float], list[float]] = ([], [])
    for turn in range(WARMING + ROUNDS):
        for side, connections in enumerate(sides):
            request = door.asked()
            path = f"/{door.name.replace(' ', '%20')}" if side else request.path
            spent = ask(connections[turn % 2], request, path, door.status)
            if turn >= WARMING:
                took[side].append(spent)
    return statistics.median(took[0]), statistics.median(took[1])


def ask(connection: http.client.HTTPConnection, request: Any, path: str, status: int) -> float:
    began = time.perf_counter()
    connection.request(request.method, path, request.body, request.headers)
    answer = connection.getresponse()
    answer.read()
    spent = (time.perf_counter() - began) * 1000
    if answer.status != status:
        raise SystemExit(f"{path}: {answer.status} instead of {status}")
    return spent


def compare_files(large: dict[str, str], small: dict[str, str]) -> None:
    """Prints what a citizen's file costs whatever the number of contacts, in this process."""
    few, many = (file_of(environ) for environ in (small, large))
    took: dict[str, list[float]] = {"few": [], "many": [], "heavy": []}
    for turn in range(WARMING + ROUNDS):
        for name, ask_file, citizen in (
            ("few", few, fill.STEADY),
            ("many", many, fill.STEADY),
            ("heavy", many, fill.HEAVY),
        ):
            spent = ask_file(citizen)
            if turn >= WARMING:
                took[name].append(spent)
    middle = {name: statistics.median(times) for name, times in took.items()}
    growth = middle["many"] / middle["few"]
    print(f"file of 30     {middle['few']:.2f} ms among {FEW:,} contacts")
    print(
        f"file of 30     {middle['many']:.2f} ms among {fill.CONTACTS:,} contacts, ratio {growth:.2f} (target: 1)"
    )
    print(f"file of 10,000 {middle['heavy']:.2f} ms (target: under {MOST_FILE_MS:g} ms)")


def file_of(environ: dict[str, str]) -> Callable[[int], float]:
    """How many milliseconds the file of a citizen takes there."""
    app = create_app(read_settings(environ))
    client, cookie = app.test_client(use_cookies=False), sign_in(app)

    def ask_file(citizen: int) -> float:
        began = time.perf_counter()
        answer = client.get(f"/console/citizens/{citizen}", headers={"Cookie": cookie})
        answer.get_data()
        assert answer.status_code == 200, answer.status
        return (time.perf_counter() - began) * 1000

    return ask_file
