"""Loading the national directory: communes, kinds and offices, and asking it for the office of each known case."""

from __future__ import annotations

from pathlib import Path

import click

from portal import history
from portal.database import db
from portal.directory.finding.communes import town
from portal.directory.importing import communes, kinds, offices, recording
from portal.directory.importing.dila import SOURCE
from portal.directory.importing.report import Report, Unreadable, batches, file_in
from portal.directory.models import DirectoryImport

STEP = 5000  # offices between two lines of progress
TOLD = 40  # lines shown of what was left out; `--report` writes all of them

_folder = click.argument("path", type=click.Path(exists=True, path_type=Path))
_report = click.option(
    "--report", "written", type=click.Path(path_type=Path), help="Write there all that was left out, and why."
)


@click.command("import-communes")
@_folder
@_report
def import_communes(path: Path, written: Path | None) -> None:
    """Load communes, departments and postcodes from a folder. Loading twice changes nothing."""
    report = Report()
    try:
        rows = communes.read_communes(path, report)
    except Unreadable as refusal:
        raise click.ClickException(str(refusal)) from None
    communes.import_departments(path)
    db.session.commit()
    for done, batch in enumerate(batches(rows, communes.BATCH), start=1):
        communes.import_communes(batch, report)
        db.session.commit()
        if done % 25 == 0:
            click.echo(f"  {done * communes.BATCH} of {len(rows)} communes")
    _tell(report, written)


@click.command("import-directory")
@_folder
@click.option(
    "--contacts",
    type=click.Path(exists=True, path_type=Path),
    help="The contacts that the sheets name (ou-s-adresser.json), if PATH does not hold them.",
)
@_report
def import_directory(path: Path, contacts: Path | None, written: Path | None) -> None:
    """Load kinds and offices of the national directory: a folder, or a file of it. Loading twice changes nothing.

    Killed, it goes on where it stopped when it is started again. What was changed here since is kept, and told.
    """
    listed, kinds_listed, contacts = _files(path, contacts)
    kinds_report, report = Report(), Report()
    kinds.import_kinds(kinds_listed, contacts, kinds_report)
    db.session.commit()
    click.echo(f"  kinds: {kinds_report}")
    for which, why in kinds_report.told:
        click.echo(f"  {which}: {why}")
    if listed is None:
        return
    run = recording.begin(SOURCE, listed.name)
    db.session.commit()
    seen = _load(listed, run, report)
    missing = offices.gone(seen)
    recording.end(run, report, by=history.SYSTEM)
    db.session.commit()
    if missing:
        click.echo(f"  {len(missing)} no longer in the source, left as they are: {', '.join(missing[:10])}…")
    _tell(report, written)


def _files(path: Path, contacts: Path | None) -> tuple[Path | None, Path | None, Path | None]:
    """The offices, the kinds and the contacts that PATH names: a folder that holds them, or one of the files."""
    if path.is_dir():
        listed = file_in(path, "annuaire-2*.jsonl.gz", "annuaire-2*.jsonl", "*.jsonl.gz", "*.jsonl")
        return listed, file_in(path, "pivots.csv"), contacts or file_in(path, "ou-s-adresser.json")
    if path.name == "ou-s-adresser.json":
        return None, None, path
    if path.suffix == ".csv":
        return None, path, contacts
    return path, file_in(path.parent, "pivots.csv"), contacts


def _load(listed: Path, run: DirectoryImport, report: Report) -> set[str]:
    """Batch by batch, each in a transaction of its own; returns the offices that the file has."""
    seen: set[str] = set()
    town("")  # the communes are brought to mind before the first batch holds the lock
    db.session.commit()
    for batch in batches(offices.read_offices(listed, report), offices.BATCH):
        seen.update(office.source_id for office in batch)
        offices.import_offices(batch, report)
        recording.note(run, report)
        db.session.commit()
        db.session.expunge_all()
        if len(seen) // STEP != (len(seen) - len(batch)) // STEP:
            click.echo(f"  {len(seen)} offices read: {report}")
    return seen


def _tell(report: Report, written: Path | None) -> None:
    for which, why in report.told[:TOLD]:
        click.echo(f"  {which}: {why}")
    if len(report.told) > TOLD:
        click.echo(f"  and {len(report.told) - TOLD} more (--report FILE writes them all)")
    if written:
        lines = (f"{which}\t{why}\n" for which, why in report.told)
        written.write_text("".join(lines), encoding="utf-8")
    click.echo(str(report))
