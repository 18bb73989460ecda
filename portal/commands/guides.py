"""Loading guides: what a source wrote becomes articles, some at a time, then the index is rebuilt."""

from __future__ import annotations

import uuid
import zipfile
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path

import click
from flask import current_app

from knowledge_base.entry import Sheet
from knowledge_base.reading import read_guides
from portal.articles import importing, index
from portal.articles.importing import Report
from portal.database import db

FEW = 500  # articles taken up one by one; more, and building the whole index anew is quicker


@click.command("import-guides")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--source", default="", help="Name of the source; by default told from the first guide.")
def import_guides(path: Path, source: str) -> None:
    """Load guides: a folder, a zip archive or one file, in DILA XML or in Markdown. Loading twice changes nothing."""
    report = Report()
    sheets = read_guides(path, on_skip=lambda name, why: report.skipped.append((name, why)))
    load_guides(sheets, source=source, report=report, say=click.echo)
    _tell(report, whole=path.is_dir() or zipfile.is_zipfile(path))


def load_guides(
    sheets: Iterable[Sheet], *, source: str = "", report: Report, say: Callable[[str], object] = str
) -> None:
    """Stores the sheets batch by batch and has the index follow, even if this process is killed on the way."""
    safety = f"import {uuid.uuid4().hex}"
    first = next(iterator := iter(sheets), None)
    if first is None:
        return
    source = source or importing.source_of(first)
    for done, batch in enumerate(importing.batches(chain([first], iterator)), start=1):
        importing.import_sheets(batch, source=source, report=report)
        if report.articles:
            index.ask_rebuild(later=True, dedupe_key=safety)
        db.session.commit()
        db.session.expunge_all()
        if done % 10 == 0:
            say(f"  {len(report.seen)} guides read")
    report.gone = importing.gone(source, report)
    db.session.commit()
    follow(report.articles, safety, say)


def follow(articles: list[int], safety: str, say: Callable[[str], object]) -> None:
    """Brings the index up to date with what was loaded now, or by a command that died before it could."""
    waiting = index.waiting_rebuilds()
    db.session.commit()
    folder = current_app.extensions["settings"].index_dir
    if len(set(articles)) > FEW or any(key != safety for key in waiting.values()):
        say("  building the index")
        index.rebuild(folder)
    elif articles:
        index.update(folder, articles=sorted(set(articles)))
    index.settle(waiting)
    db.session.commit()


def _tell(report: Report, whole: bool) -> None:
    for name, why in report.skipped:
        click.echo(f"  skipped {name}: {why}")
    if report.gone and whole:
        click.echo(f"  no longer in the source, left as they are: {', '.join(report.gone[:20])}")
        if len(report.gone) > 20:
            click.echo(f"  and {len(report.gone) - 20} more")
    gone = len(report.gone) if whole else 0
    click.echo(
        f"{report.new} new, {report.changed} changed, {report.same} same, "
        f"{len(report.skipped)} skipped, {gone} gone"
    )
