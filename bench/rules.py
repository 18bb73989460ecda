"""Deciding by 5,000 rules: how long one situation takes, beside a plain loop over the same rules in the same run."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from portal.referrals.deciding.phrases import fitting
from portal.referrals.deciding.rules import Book, Match, Rule, compile_version
from portal.referrals.deciding.situations import AGES, FLAGS, Situation
from portal.referrals.models import RuleVersion

BENCH = Path(__file__).parent
RULES = 5_000
MOST_MS = 5.0
SITUATIONS = 200
LOOKED_AT = 50  # the rules a suggestion reads at most
DAY = date(2026, 11, 22)
WORDS = (BENCH / "words.txt").read_text(encoding="utf-8").split()


def main() -> None:
    """Prints the longest and median time of each set, and how many times slower the loop is."""
    chance = random.Random(4)
    sets = {"usual": usual(chance), "alike": alike(), "wordless": wordless(chance), "pairs": pairs()}
    for name, rules in sets.items():
        began = time.perf_counter()
        book = Book(rules)
        filed = (time.perf_counter() - began) * 1000
        asked = [situation(chance) for _ in range(SITUATIONS)]
        assert all([m.rule for m in book.fitting(one)] == plain(rules, one) for one in asked[:20])
        ours = measure(partial(first, book), asked)
        loop = measure(partial(plain, rules), asked[:20])
        print(
            f"{name:9} p50 {statistics.median(ours):.2f} ms  longest {max(ours):.2f} ms (target: under {MOST_MS:g} ms)"
            f"  a plain loop takes {statistics.median(loop) / statistics.median(ours):.0f} times as long"
            f"  filed in {filed:.0f} ms",
            flush=True,
        )


def measure(decide: Callable[[Situation], Any], asked: list[Situation]) -> list[float]:
    """Milliseconds of the thread's own time for each; what was said is read beforehand, as a search has done."""
    took = []
    for one in asked:
        assert one.said
        began = time.thread_time()
        decide(one)
        took.append((time.thread_time() - began) * 1000)
    return took


def first(book: Book, asked: Situation) -> list[Match]:
    return list(islice(book.fitting(asked), LOOKED_AT))


def plain(rules: list[Rule], asked: Situation) -> list[Rule]:
    found = [r for r in rules if r.fits(asked) and (not r.words or fitting(r.words, asked.said))]
    return sorted(found, key=lambda rule: rule.order)


def situation(chance: random.Random) -> Situation:
    return Situation(
        words=" ".join(chance.choices(WORDS, k=8)),
        topics=(f"topic-{chance.randrange(30)}",),
        commune=f"96{chance.randrange(300):03}",
        age=chance.choice(list(AGES)),
        flags=frozenset(chance.sample(list(FLAGS), 2)),
        open=chance.random() < 0.5,
        at=DAY,
    )


def usual(chance: random.Random) -> list[Rule]:
    """Some phrases, often a topic or communes."""
    return list(
        _rules(
            lambda n: {
                "words": [" ".join(chance.sample(WORDS, chance.randint(1, 2))) for _ in range(5)],
                "without": chance.sample(WORDS, chance.choice((0, 0, 1))),
                "topics": [f"topic-{chance.randrange(30)}"] if n % 2 else [],
                "communes": [f"96{chance.randrange(300):03}" for _ in range(chance.choice((0, 0, 8)))],
            }
        )
    )


def alike() -> list[Rule]:
    """All ask for all of the words, so that all fit."""
    return list(_rules(lambda n: {"words": WORDS}))


def pairs() -> list[Rule]:
    """All ask for the same pairs of words: many are half said, none is filed apart from the others."""
    asked = [f"{one} {other}" for one, other in pairwise(WORDS[:12])]
    return list(_rules(lambda n: {"words": asked}))


def wordless(chance: random.Random) -> list[Rule]:
    """Communes, ages and what people said of themselves only."""
    return list(
        _rules(
            lambda n: {
                "communes": [f"96{chance.randrange(300):03}" for _ in range(3)],
                "ages": [chance.choice(list(AGES))],
                "flags": [chance.choice(list(FLAGS))],
            }
        )
    )


def _rules(conditions: Callable[[int], dict[str, Any]]) -> Iterator[Rule]:
    for n in range(1, RULES + 1):
        yield compile_version(
            RuleVersion(
                id=n, rule_id=n, position=n % 50, service_id=n, kind="", strength=2, conditions=conditions(n)
            )
        )
