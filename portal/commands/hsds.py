"""The directory in the format that others exchange: HSDS 3.0, in and out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from portal.database import db, reads_only
from portal.directory.hsds import files, reading, writing
from portal.directory.hsds.checking import Doc
from portal.directory.hsds.reading import Report
from portal.directory.models import Organization, Service

MOST_TOLD = 200
PAGE = 200
TOLD_EVERY = 2_000


@click.command("import-hsds")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--source", default="hsds", help="Name of who publishes these records.")
def import_hsds(path: Path, source: str) -> None:
    """Take in records of services, organizations and locations: a file, a folder or a zip. Again changes nothing."""
    told = Told()
    report = Report(told, source=source)
    done = 0
    for batch in reading.batches(files.too_large(files.records(path)), report):
        reading.import_records(batch, report)
        db.session.commit()
        db.session.expunge_all()
        done += len(batch)
        if done % TOLD_EVERY < len(batch):
            click.echo(f"  {done} records read")
    reading.join_parents(report)
    db.session.commit()
    told.end()
    for noun in ("service", "organization", "location"):
        counts = [f"{report.counts[noun, what]} {what}" for what in ("new", "changed", "same")]
        click.echo(f"{noun}s: {', '.join(counts)}")
    click.echo(f"{done} records taken, {report.counts['record', 'refused']} refused")


class Told:
    """Says what was wrong as it is found, so many times and no more."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, place: str, why: str, refused: bool) -> None:
        self.times += 1
        if self.times <= MOST_TOLD:
            click.echo(f"  {'refused' if refused else 'kept as it stands'}: {place} : {why}")

    def end(self) -> None:
        if self.times > MOST_TOLD:
            click.echo(f"  and {self.times - MOST_TOLD} more")


@click.command("export-hsds")
@click.argument("path", type=click.Path(path_type=Path))
def export_hsds(path: Path) -> None:
    """Write the whole directory as JSON Lines: a service a line, then the organizations that have none."""
    draft = path.with_name(path.name + ".part")
    with draft.open("wb") as file:
        written = files.lines(_told(all_records()), file)
    draft.replace(path)
    click.echo(f"{written} records written")


def all_records() -> Iterator[Doc]:
    """Every service with its organization, then the organizations without services; read a page at a time."""
    yield from _paged(Service.id, _service_records)
    alone = db.select(Organization.id).where(~Organization.services.any())
    yield from _paged(Organization.id, _organization_records, alone)


def _paged(key: Any, make: Any, query: Any = None) -> Iterator[Doc]:
    """Each page in a transaction of its own that only reads: none is open while records are written out."""
    after = 0
    query = db.select(key) if query is None else query
    while True:
        token = reads_only.set(True)
        try:
            ids = list(db.session.scalars(query.where(key > after).order_by(key).limit(PAGE)))
            records = make(ids)
        finally:
            db.session.rollback()
            db.session.expunge_all()
            reads_only.reset(token)
        yield from records
        if not ids:
            return
        after = ids[-1]


def _service_records(ids: list[int]) -> list[Doc]:
    rows = writing.services(ids)
    shelf = writing.Shelf(rows)
    return [writing.service(row, shelf) for row in rows]


def _organization_records(ids: list[int]) -> list[Doc]:
    rows = list(
        db.session.scalars(db.select(Organization).where(Organization.id.in_(ids)).order_by(Organization.id))
    )
    shelf = writing.Shelf([], rows)
    return [writing.organization(row, shelf) for row in rows]


def _told(records: Iterator[Doc]) -> Iterator[Doc]:
    for n, record in enumerate(records, start=1):
        yield record
        if n % (10 * TOLD_EVERY) == 0:
            click.echo(f"  {n} records written")
