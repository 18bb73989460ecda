"""Makes the file of an export, and tells how far it is. Begun twice, it is one file: put in place once it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from portal import clock, jobs, storage
from portal.database import brief_write, db
from portal.jobs import Job
from portal.reports import exporting, rows, sheets
from portal.reports.figures import Asked
from portal.reports.models import Export
from portal.reports.sheets import Row
from portal.work.context import settings


def make_export(job: Job) -> None:
    """No transaction is open while the file is written."""
    export = db.session.get(Export, job.payload["export"])
    if export is not None and export.state in exporting.UNDER_WAY:
        asked = exporting.asked_for(export)
        export.state, export.total, export.done = "making", rows.total(export.kind, asked), 0
        export_id, kind, name = export.id, export.kind, exporting.name_of(export)
        db.session.commit()
        path = settings().files_dir / exporting.FOLDER / name
        with storage.writing(path) as file:
            sheets.write(export.format, file, rows.HEADERS[kind], _told(export_id, kind, asked))
        _ready(export_id, path)
    jobs.finish(job)
    db.session.commit()


def remove_old() -> None:
    """The files whose week is over."""
    for export in exporting.old():
        if storage.remove(settings().files_dir / exporting.FOLDER / exporting.name_of(export)):
            export.state = "gone"
    db.session.commit()


def _told(export_id: int, kind: str, asked: Asked) -> Iterator[list[Row]]:
    """The batches; after each, its supervisor may see how far it is."""
    done = 0
    for batch in rows.batches(kind, asked):
        yield batch
        done += 1 if kind == "figures" else len(batch)  # days, or rows
        with brief_write() as session:
            session.execute(db.update(Export).where(Export.id == export_id).values(done=done))


def _ready(export_id: int, path: Path) -> None:
    export = db.session.get_one(Export, export_id, populate_existing=True)
    export.state, export.size, export.ended_at = "ready", path.stat().st_size, clock.now()
