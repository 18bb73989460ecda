"""What a test world is made of, taken once and put back for each test: the demo town takes seconds to load."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from knowledge_base.search import Searcher
from portal.config import Settings
from portal.database import Base, db


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rows of every table, and the folders of index and files."""

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
        for kept, folder in _folders(app, self.folder):
            if kept.exists():
                shutil.copytree(kept, folder, dirs_exist_ok=True)
        settings: Settings = app.extensions["settings"]
        app.extensions["searcher"] = Searcher(settings.index_dir)


def take(app: Flask, folder: Path) -> Snapshot:
    """The world as it stands; its files are copied under `folder`."""
    rows = {
        table.name: [dict(row) for row in db.session.execute(table.select()).mappings()]
        for table in Base.metadata.sorted_tables
    }
    db.session.rollback()
    for kept, source in _folders(app, folder):
        if source.exists():
            shutil.copytree(source, kept)
    return Snapshot(rows, folder)


def _folders(app: Flask, folder: Path) -> list[tuple[Path, Path]]:
    settings: Settings = app.extensions["settings"]
    return [(folder / "index", settings.index_dir), (folder / "files", settings.files_dir)]


def _count_on() -> None:
    """PostgreSQL's own numbers go on after those put in by hand."""
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            sequence = db.func.pg_get_serial_sequence(table.name, column.name)
            highest = db.select(db.func.coalesce(db.func.max(column), 0) + 1).scalar_subquery()
            db.session.execute(db.select(db.func.setval(sequence, highest, db.false())))
