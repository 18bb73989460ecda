"""What is kept of an import: how far it is, what became of its records, what was left out and why."""

from __future__ import annotations

from portal import clock, history
from portal.database import db
from portal.directory.importing.report import Report
from portal.directory.models import DirectoryImport
from portal.history import Actor

MOST = 500  # of the things told, those that are kept


def begin(source: str, file: str) -> DirectoryImport:
    """An import that begins."""
    run = DirectoryImport(source=source, file=file)
    db.session.add(run)
    return run


def note(run: DirectoryImport, report: Report) -> None:
    """How far it is, in the transaction of what it just did."""
    db.session.execute(db.update(DirectoryImport).filter_by(id=run.id).values(counts=dict(report.counts)))


def end(run: DirectoryImport, report: Report, *, by: Actor) -> None:
    """The import is over: its one event says what it did."""
    run = db.session.merge(run)
    run.ended_at = clock.now()
    run.counts = dict(report.counts)
    run.told = [{"record": which, "why": why} for which, why in report.told[:MOST]]
    details = {"source": run.source, "file": run.file, "counts": dict(report.counts)}
    history.record("directory.imported", run, by=by, details=details)
