"""What a test world is made of, taken once a run and put back for each test: the demo town takes seconds to load."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from knowledge_base.search import Searcher
from portal.config import Settings
from portal.database import Base, db
from tests.databases import alone


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rows of every table, and the folder where what stands beside the database is kept."""

    rows: dict[str, list[dict[str, Any]]]
    folder: Path

    def restore(self, app: Flask) -> None:
        """Puts it all in an empty database."""
        for table in Base.metadata.sorted_tables:
            if self.rows[table.name]:
                db.session.execute(table.insert(), self.rows[table.name])
        if db.engine.dialect.name == "postgresql":
            _count_on()
        db.session.commit()
        for kept, place in _places(app, self.folder):
            _copy(kept, place)
        settings: Settings = app.extensions["settings"]
        app.extensions["searcher"] = Searcher(settings.index_dir)


def load_once(app: Flask, run: Path, name: str, load: Callable[[], object]) -> None:
    """Fills an empty database with the world that `load` makes: at length for the first test of the run that asks."""
    folder = run / name
    with alone(run):
        if folder.exists():
            kept: Snapshot = pickle.loads((folder / "rows").read_bytes())
            kept.restore(app)
            return
        load()
        taken = take(app, folder)
        (folder / "rows").write_bytes(pickle.dumps(taken))


def take(app: Flask, folder: Path) -> Snapshot:
    """The world as it stands; its files are copied under `folder`."""
    rows = {
        table.name: [dict(row) for row in db.session.execute(table.select()).mappings()]
        for table in Base.metadata.sorted_tables
    }
    db.session.rollback()
    folder.mkdir()
    for kept, place in _places(app, folder):
        _copy(place, kept)
    return Snapshot(rows, folder)


def _places(app: Flask, folder: Path) -> list[tuple[Path, Path]]:
    settings: Settings = app.extensions["settings"]
    return [(folder / name, settings.data_dir / name) for name in ("index", "files", "sign-ins.txt")]


def _copy(one: Path, other: Path) -> None:
    if one.is_dir():
        shutil.copytree(one, other, dirs_exist_ok=True)
    elif one.exists():
        shutil.copy(one, other)


def _count_on() -> None:
    """PostgreSQL's own numbers go on after those put in by hand."""
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            sequence = db.func.pg_get_serial_sequence(table.name, column.name)
            highest = db.select(db.func.coalesce(db.func.max(column), 0) + 1).scalar_subquery()
            db.session.execute(db.select(db.func.setval(sequence, highest, db.false())))


def load_demo_town(app: Flask, run: Path) -> None:
    """The demo town as `make run` loads it."""

    def load() -> None:
        loaded = app.test_cli_runner().invoke(args=["load-demo"])
        assert loaded.exit_code == 0, loaded.output

    db.session.commit()
    load_once(app, run, "demo-town", load)
    app.extensions["searcher"].refresh()
