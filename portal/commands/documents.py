"""Loading documents: files of a folder become documents to download, each in a transaction of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from flask import current_app

from portal import history
from portal.articles import documents, files, index
from portal.database import db
from portal.errors import Refused

WORDS = {"new": "new", "changed": "changed", "same": "same", "format": "another format of a known text"}


@click.command("import-documents")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def import_documents(path: Path) -> None:
    """Load documents (PDF, DOCX, ODT): a folder or one file. Loading twice changes nothing."""
    counts = load_documents(path, say=click.echo)
    click.echo(", ".join(f"{counts[what]} {word}" for what, word in {**WORDS, "skipped": "skipped"}.items()))


def load_documents(path: Path, *, say: Callable[[str], object] = str) -> Counter[str]:
    """Stores each file, and has the index follow. What is no document is skipped, and said to be."""
    files_dir = current_app.extensions["settings"].files_dir
    counts: Counter[str] = Counter()
    stored: dict[int, int] = {}
    for file in _files(path):
        if file.suffix.lower().removeprefix(".") not in files.FORMATS:
            counts["skipped"] += 1
            say(f"  skipped {file.name}: ni PDF, ni DOCX, ni ODT")
            continue
        try:
            upload = files.read_upload(file)
        except Refused as refusal:
            counts["skipped"] += 1
            say(f"  skipped {file.name}: {refusal}")
            continue
        files.keep_file(files_dir, file, upload)
        outcome = documents.add_document(upload, by=history.SYSTEM, replace_same_name=True)
        db.session.commit()
        counts[outcome.what] += 1
        stored |= {outcome.document.id: len(upload.text.pages)} if outcome.what != "same" else {}
        empty = ", without text: it is found by its title only" if upload.text.empty else ""
        say(f"  {file.name}: {WORDS[outcome.what]}{empty}")
    if stored:  # now rather than when a worker comes by; its turn will find it done
        index.update(current_app.extensions["settings"].index_dir, documents=stored)
    return counts


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file() and not file.name.startswith("."):
            yield file
