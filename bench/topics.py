"""How often the topic given to a request is right: `python -m bench.topics`.

On the articles of the demo town, in three languages, and on the archive. `first` is what the first answers would say,
sure or not; `given` what is said, or that nothing is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from bench.search import PHRASINGS, UNANSWERABLE, built
from knowledge_base.entry import Entry
from knowledge_base.evaluate import read_questions
from knowledge_base.results import Results
from knowledge_base.search import Searcher
from tests.knowledge_base.asking import LANGUAGES, LETTERS, Request, read_requests, town_entries
from tests.real.collections import sheets
from tests.real.folder import data_folder

IN_FIRST = 3


def main() -> None:
    """Print right, wrong and none for each set."""
    with tempfile.TemporaryDirectory() as name:
        town = town_entries()
        searcher = built(Path(name) / "town", town)
        asked = read_requests()
        for language in LANGUAGES:
            told = [one for one in asked if one.language == language]
            show(f"town, {language}", searcher, [one for one in told if one.right], town)
            show(f"town, {language}, about nothing", searcher, [one for one in told if not one.right], town)
            letters = [one._replace(text=LETTERS[language].format(one.text)) for one in told]
            show(f"town, {language}, as a letter", searcher, [one for one in letters if one.right], town)
            show(
                f"town, {language}, a letter about nothing",
                searcher,
                [one for one in letters if not one.right],
                town,
            )
        show("town, texts that nobody can answer", searcher, nobody_s(), town)
        archive = sheets(data_folder("service-public-vosdroits"))
        searcher = built(Path(name) / "archive", archive)
        show("archive, phrasings of employees", searcher, phrasings(archive), archive)
        show("archive, texts that nobody can answer", searcher, nobody_s(), archive)


def nobody_s() -> list[Request]:
    """Thanks, names, insults and the like."""
    paths = sorted(UNANSWERABLE.glob("unanswerable*.txt"))
    return [Request(text, "fr", ()) for path in paths for text in path.read_text("utf-8").splitlines()]


def phrasings(archive: Iterable[Entry]) -> list[Request]:
    """The open phrasings, and the topics of the sheets that answer each."""
    topics = {entry.id: entry.topic for entry in archive}
    return [
        Request(asked.question, "fr", {topics.get(sheet, "") for sheet in asked.relevant} - {""})
        for asked in read_questions(PHRASINGS)
    ]


def show(title: str, searcher: Searcher, requests: list[Request], entries: Iterable[Entry]) -> None:
    """What is right, wrong and not said."""
    topics = {entry.id: entry.topic for entry in entries}

    def first(found: Results) -> str:
        named = (topics.get(hit.id, "") for hit in found.hits[:IN_FIRST])
        return next((topic for topic in named if topic), "")

    told: dict[str, Callable[[Results], str]] = {"first": first, "given": lambda found: found.topic}
    for name, topic in told.items():
        said = [(topic(ask(searcher, request)), request.right) for request in requests]
        right = sum(one in wanted for one, wanted in said)
        none = sum(not one for one, _ in said)
        print(f"{title}, {name}: right {right}, wrong {len(said) - right - none}, none {none}")


def ask(searcher: Searcher, request: Request) -> Results:
    """The request asked as the doors ask it: in its language, and in French."""
    languages = tuple(dict.fromkeys((request.language, "fr")))
    return searcher.find(request.text, language=request.language, languages=languages)


if __name__ == "__main__":
    main()
