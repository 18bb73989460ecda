"""Loading the national directory: communes, kinds and offices, and asking it for the office of each known case."""

from __future__ import annotations

from pathlib import Path

import click

from portal.database import db
from portal.directory.importing import communes
from portal.directory.importing.report import Report, batches
from portal.errors import Refused

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
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    communes.import_departments(path)
    db.session.commit()
    for done, batch in enumerate(batches(rows, communes.BATCH), start=1):
        communes.import_communes(batch, report)
        db.session.commit()
        if done % 10 == 0:
            click.echo(f"  {done * communes.BATCH} of {len(rows)} communes")
    _tell(report, written)


def _tell(report: Report, written: Path | None) -> None:
    for which, why in report.told[:TOLD]:
        click.echo(f"  {which}: {why}")
    if len(report.told) > TOLD:
        click.echo(f"  and {len(report.told) - TOLD} more (--report FILE writes them all)")
    if written:
        lines = (f"{which}\t{why}\n" for which, why in report.told)
        written.write_text("".join(lines), encoding="utf-8")
    click.echo(str(report))
