"""The figures of the search over real texts: `python -m bench.search`.

How well: the open questions of three sets. How soon: inside the process, ranking apart from passages; an
update until it is found; a generation opened. It reads the folders that tests/real reads.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import psutil

from knowledge_base import index
from knowledge_base.entry import Entry
from knowledge_base.evaluate import ANSWERING, Asked, evaluate, read_questions, without_titles
from knowledge_base.search import Searcher
from tests.real.collections import answers, sheets
from tests.real.folder import data_folder
from tests.real.slips import slip

PHRASINGS = data_folder("recherche-requetes-travail") / "requetes-dev.jsonl"
QUESTIONS = data_folder("recherche-questions-dila") / "questions-dev.jsonl"
HELP = data_folder("faq-cnil")
UNANSWERABLE = Path(__file__).parent.parent / "tests" / "knowledge_base"


def main() -> None:
    """Print every figure."""
    archive = sheets(data_folder("service-public-vosdroits"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        searcher = built(folder / "archive", archive)
        phrasings = read_questions(PHRASINGS)
        show("phrasings of employees, whole archive", searcher, phrasings)
        show("the same, all phrasings", searcher, read_questions(PHRASINGS, phrasings=None))
        chance = random.Random(1)
        slips = [replace(asked, question=slip(asked.question, chance)) for asked in phrasings]
        show("the same, one slip in each", searcher, slips)
        show_sure(searcher, phrasings)
        show_times(searcher, phrasings, folder / "archive")
        hidden = built(folder / "hidden", without_titles(archive))
        show("official questions, titles hidden", hidden, read_questions(QUESTIONS))
        show(
            "help pages", built(folder / "help", answers(HELP)), read_questions(HELP / "questions-dev.jsonl")
        )


def built(folder: Path, entries: Iterable[Entry]) -> Searcher:
    """An index of `entries`, opened."""
    print(f"{folder.name}: built in {seconds(lambda: index.build(folder, entries)):.1f} s", end=", ")
    before = psutil.Process().memory_info().rss
    searcher = Searcher(folder)
    opened = seconds(searcher.refresh)
    print(f"opened in {opened:.1f} s, {(psutil.Process().memory_info().rss - before) / 1e6:.0f} MB more")
    return searcher


def show(title: str, searcher: Searcher, questions: list[Asked]) -> None:
    """The figures of one set; what carries out a procedure is not counted as an answer.

    Beside the time that passed (`p50_ms`, `p95_ms`), that of the processor: the same on a busy machine.
    """
    spent: list[float] = []

    def search(text: str) -> list[str]:
        before = time.thread_time()
        hits = searcher.find(text, kinds=ANSWERING).hits
        spent.append(1000 * (time.thread_time() - before))
        return [hit.id for hit in hits]

    figures = evaluate(questions, search)
    print(f"\n{title}", *figures.lines(), f"empty {figures.empty:.4f}", sep="\n  ")
    spent.sort()
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    cpu = (f"cpu_{name}_ms {spent[int(share * len(spent))]:.3f}" for name, share in shares.items())
    print(*(f"  {line}" for line in cpu), f"  cpu_worst_ms {spent[-1]:.3f}", sep="\n")


def show_sure(searcher: Searcher, questions: list[Asked]) -> None:
    """How many would be answered unread, and how many of these rightly."""
    results = [(asked, found) for asked in questions if (found := searcher.find(asked.question)).sure]
    right = sum(any(hit.id in asked.relevant for hit in found.hits[:2]) for asked, found in results)
    print("\nsure answers", f"answered {len(results) / len(questions):.3f}", sep="\n  ")
    print(f"  right in the first two {right / len(results):.3f}")
    for path in sorted(UNANSWERABLE.glob("unanswerable*.txt")):
        texts = path.read_text(encoding="utf-8").splitlines()
        wrong = sum(searcher.find(text).sure for text in texts)
        print(f"  of {len(texts)} texts that nobody can answer ({path.stem}) {wrong}")


def show_times(searcher: Searcher, questions: list[Asked], folder: Path) -> None:
    """How soon: ranking with passages, completion, an update."""
    passages = [seconds(lambda text=asked.question: shown(searcher, text)) for asked in questions]
    searcher.complete("im")
    completions = [seconds(lambda text=asked.question[:6]: searcher.complete(text)) for asked in questions]
    updates = [seconds(lambda n=n: updated(searcher, folder, n)) for n in range(20)]
    print("\ntimes, ms")
    for title, times in (
        ("ten hits with their passages", passages),
        ("completion", completions),
        ("update until found", updates),
    ):
        print(f"  {title}: p50 {1000 * statistics.median(times):.2f}", end=", ")
        print(f"p95 {1000 * sorted(times)[int(0.95 * len(times))]:.2f}")


def shown(searcher: Searcher, text: str) -> int:
    """Ask, and have every passage made."""
    return sum(len(hit.snippet) + len(hit.title_parts) for hit in searcher.find(text).hits)


def updated(searcher: Searcher, folder: Path, number: int) -> None:
    """Change one entry, and find it."""
    title = f"Entretien des dirigeables, édition {number}"
    index.update(folder, [Entry(id="new", kind="guide", language="fr", title=title, body="Gonflez. " * 200)])
    assert searcher.find("dirigeables").hits[0].title == title


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


if __name__ == "__main__":
    main()
