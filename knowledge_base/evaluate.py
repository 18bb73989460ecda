"""Measuring the search: how often a right answer comes first, and how soon.

Question files are told apart by their keys: one question a line (`question`, `relevant`: gain by id), topics with
many phrasings (`requetes`, `fiches`), questions with the one sheet (`fiche`), page (`document`)
or file (`attendus`) that answers each.
"""

from __future__ import annotations

import json
import math
import re
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .entry import Entry

PHRASINGS = 8
DEPTH = 10
# What carries out a procedure is not the answer to a question about it.
ANSWERING = ("question", "guide", "folder", "service", "document")


@dataclass(frozen=True)
class Asked:
    """A question and what each right answer is worth (1 for the best)."""

    question: str
    relevant: Mapping[str, float]


def read_questions(path: Path, *, phrasings: int | None = PHRASINGS) -> list[Asked]:
    """The questions of a file; of each topic its first `phrasings` (None for all)."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [asked for line in lines if line.strip() for asked in _asked(json.loads(line), phrasings)]


def _asked(line: dict[str, Any], phrasings: int | None) -> Iterator[Asked]:
    if "requetes" in line:
        relevant = {sheet["fiche"]: 1.0 for sheet in line["fiches"]}
        for question in line["requetes"][:phrasings]:
            yield Asked(question, relevant)
    elif "relevant" in line:
        yield Asked(line["question"], line["relevant"])
    else:
        yield Asked(line["question"], dict.fromkeys(_right(line), 1.0))


def _right(line: dict[str, Any]) -> list[str]:
    """The one sheet or page that answers a question, or the files that do."""
    for key in ("fiche", "document"):
        if key in line:
            return [line[key]]
    if "attendus" in line:
        return [expected["fichier"] for expected in line["attendus"]]
    raise ValueError(f"no right answer is named in {line}")


@dataclass
class Figures:
    """What was measured; printed one figure a line."""

    success_at_1: float
    success_at_5: float
    mrr: float
    ndcg_at_10: float
    p50_ms: float
    p95_ms: float
    questions: int
    empty: float

    def lines(self) -> Iterator[str]:
        """« success@1 0.512 » and so on."""
        yield f"success@1 {self.success_at_1:.3f}"
        yield f"success@5 {self.success_at_5:.3f}"
        yield f"mrr {self.mrr:.3f}"
        yield f"ndcg@10 {self.ndcg_at_10:.3f}"
        yield f"p50_ms {self.p50_ms:.3f}"
        yield f"p95_ms {self.p95_ms:.3f}"
        yield f"questions {self.questions}"


def evaluate(questions: Sequence[Asked], search: Callable[[str], Sequence[str]]) -> Figures:
    """Ask every question; `search` answers with source references, best first."""
    answers, times = [], []
    for asked in questions:
        before = time.perf_counter()
        answers.append(list(search(asked.question)))
        times.append((time.perf_counter() - before) * 1000)
    ranks = [_first_right(found, asked.relevant) for asked, found in zip(questions, answers, strict=True)]
    gains = [ndcg(found, asked.relevant) for asked, found in zip(questions, answers, strict=True)]
    times.sort()
    count = max(len(questions), 1)
    return Figures(
        success_at_1=sum(rank == 1 for rank in ranks) / count,
        success_at_5=sum(0 < rank <= 5 for rank in ranks) / count,
        mrr=sum(1 / rank for rank in ranks if rank) / count,
        ndcg_at_10=sum(gains) / count,
        p50_ms=statistics.median(times) if times else 0.0,
        p95_ms=times[int(len(times) * 0.95)] if times else 0.0,
        questions=len(questions),
        empty=sum(not found for found in answers) / count,
    )


def _first_right(found: Sequence[str], relevant: Mapping[str, float]) -> int:
    """The rank of the first right answer among the first ten, 0 if there is none."""
    return next((n for n, ref in enumerate(found[:DEPTH], 1) if relevant.get(ref, 0) > 0), 0)


def ndcg(found: Sequence[str], relevant: Mapping[str, float], depth: int = DEPTH) -> float:
    """The discounted gain of the first `depth` answers, against the best order possible."""
    gain = sum(relevant.get(ref, 0.0) / math.log2(n + 1) for n, ref in enumerate(found[:depth], 1))
    best = sorted(relevant.values(), reverse=True)[:depth]
    ideal = sum(value / math.log2(n + 1) for n, value in enumerate(best, 1))
    return gain / ideal if ideal else 0.0


def without_titles(entries: Iterable[Entry]) -> Iterator[Entry]:
    """`entries` with nothing left of the questions that are their titles, so that asking those is a fair test.

    Question sheets lose title and summary, and every entry its links to related questions.
    """
    for entry in entries:
        if entry.kind == "question":
            yield replace(entry, title="", summary="", questions=(), body=_without_heading(entry))
        else:
            yield replace(entry, questions=())


def _without_heading(entry: Entry) -> str:
    """The body without its first line, where that only repeats the title."""
    first, _, rest = entry.body.partition("\n")
    bare = re.sub(r"^#+\s*", "", first).strip()
    return rest if entry.title and bare == entry.title.strip() else entry.body
