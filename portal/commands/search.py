"""The index rebuilt, and the search measured over what the database holds."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from flask import current_app

from knowledge_base import evaluate
from knowledge_base import index as indexes
from knowledge_base.search import Searcher
from portal.articles import index
from portal.articles.models import Article, DocumentFile
from portal.database import brief_read, db

LANGUAGE = "fr"


@click.command()
def reindex() -> None:
    """Build the whole index anew beside the live one, and swap it in."""
    waiting = index.waiting_rebuilds()
    db.session.commit()
    count = index.rebuild(current_app.extensions["settings"].index_dir)
    index.settle(waiting)
    db.session.commit()
    click.echo(f"{count} entries")


@click.command("evaluate-search")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--without-titles", is_flag=True, help="Build the index without the questions that are titles.")
def evaluate_search(file: Path, without_titles: bool) -> None:
    """Ask the questions of FILE, and print how often a right answer comes first, and how soon."""
    questions = evaluate.read_questions(file)
    with tempfile.TemporaryDirectory() as beside:
        folder = current_app.extensions["settings"].index_dir
        if without_titles:
            folder = Path(beside)
            indexes.build(folder, evaluate.without_titles(index.entries()))
        searcher = Searcher(folder)
        searcher.refresh()  # opening the index is not part of answering
        figures = evaluate.evaluate(questions, _answering(searcher))
    for line in figures.lines():
        click.echo(line)


def _answering(searcher: Searcher) -> Callable[[str], Sequence[str]]:
    """Answers a question with the references of sheets and the names of files, best first.

    Forms, letters and online services carry a procedure out: they are not counted as answers.
    """
    names = _names()

    def answer(question: str) -> list[str]:
        found = searcher.find(question, language=LANGUAGE, kinds=evaluate.ANSWERING, limit=evaluate.DEPTH)
        return [name for hit in found.hits for name in names.get(hit.group, ())]

    return answer


def _names() -> dict[str, list[str]]:
    """What the question files call each article and document."""
    with brief_read() as session:
        names = {
            f"article/{one}": [ref] for one, ref in session.execute(db.select(Article.id, Article.source_ref))
        }
        for one, name in session.execute(db.select(DocumentFile.document_id, DocumentFile.name)):
            names.setdefault(f"document/{one}", []).append(name)
    return names
