"""`python -m knowledge_base`: build an index from a folder or archive of sheets, search it, measure it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from . import index
from .entry import Entry, Sheet
from .evaluate import ANSWERING, evaluate, read_questions, without_titles
from .search import Hit, Searcher


def main(arguments: list[str] | None = None) -> None:
    """Do what the command line says."""
    chosen = _parser().parse_args(arguments)
    chosen.do(chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m knowledge_base", description=__doc__)
    commands = parser.add_subparsers(required=True)
    building = commands.add_parser(
        "build", help="build an index of the sheets in a folder, an archive or a file"
    )
    building.add_argument("path", type=Path)
    building.add_argument(
        "--without-titles", action="store_true", help="hide what the questions were made of"
    )
    building.set_defaults(do=_build)
    searching = commands.add_parser("search", help="answer a question")
    searching.add_argument("question")
    searching.set_defaults(do=_search)
    measuring = commands.add_parser("evaluate", help="measure the answers to a file of questions")
    measuring.add_argument("path", type=Path)
    measuring.add_argument(
        "--all-phrasings", action="store_true", help="not only the first eight of each topic"
    )
    measuring.set_defaults(do=_evaluate)
    for command in (building, searching, measuring):
        command.add_argument("--index", type=Path, required=True)
        command.add_argument("--language", default="fr")
    return parser


def _build(chosen: argparse.Namespace) -> None:
    entries = _entries(chosen.path)
    count = index.build(
        chosen.index, without_titles(entries) if chosen.without_titles else entries, progress=_say
    )
    print(f"\r{count} entries", file=sys.stderr)


def _entries(path: Path) -> Iterator[Entry]:
    from .reading import read_guides, sheet_to_entry

    def skipped(name: str, why: str) -> None:
        print(f"\rskipped {name}: {why}", file=sys.stderr)

    sheets = list(read_guides(path, on_skip=skipped))
    known: dict[tuple[str, str], dict[str, str]] = {}
    for sheet in sheets:
        known.setdefault((sheet.audience, sheet.language), {})[sheet.source_ref] = _id(sheet)
    for sheet in sheets:
        yield sheet_to_entry(sheet, id=_id(sheet), ids=known[sheet.audience, sheet.language])


def _id(sheet: Sheet) -> str:
    """A source's identifiers are unique within an audience and a language only."""
    language = "" if sheet.language == "fr" else sheet.language
    return "/".join(filter(None, (sheet.audience, language, sheet.source_ref)))


def _say(done: int, total: int | None) -> None:
    if done % 100 == 0:
        print(f"\r{done}{f' of {total}' if total else ''}", end="", file=sys.stderr)


def _search(chosen: argparse.Namespace) -> None:
    results = Searcher(chosen.index).find(chosen.question, language=chosen.language)
    if results.did_you_mean:
        print(f"({results.did_you_mean})")
    for hit in results.hits:
        print(_line(hit))


def _line(hit: Hit) -> str:
    page = f" p. {hit.page}" if hit.page else ""
    return (
        f"{hit.score:6.1f}  {hit.id}{page}  {hit.title}\n        {''.join(text for text, _ in hit.snippet)}"
    )


def _evaluate(chosen: argparse.Namespace) -> None:
    searcher = Searcher(chosen.index)
    searcher.refresh()
    questions = read_questions(chosen.path, phrasings=None if chosen.all_phrasings else 8)
    figures = evaluate(questions, lambda asked: _references(searcher, asked, chosen.language))
    print("\n".join(figures.lines()))


def _references(searcher: Searcher, question: str, language: str) -> list[str]:
    """The source references of what answers; forms and online services carry out an answer, they are not one."""
    hits = searcher.find(question, language=language, kinds=ANSWERING).hits
    return [hit.id.rpartition("/")[2] for hit in hits]


if __name__ == "__main__":
    main()
