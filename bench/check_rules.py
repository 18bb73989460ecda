"""Checking 5,000 rules: how long all of them read together take, and how many findings come of it."""

from __future__ import annotations

import random
import time
from collections import Counter

from bench.rules import DAY, RULES, alike, pairs, usual, wordless
from portal.referrals.checking.facts import Facts, Office, Reach
from portal.referrals.checking.findings import check
from portal.referrals.deciding.book import Book
from portal.referrals.deciding.rule import Rule

OURS, THEIRS = 1, 2
MOST_S = 30.0
TOPICS, COMMUNES = 30, 300


def main() -> None:
    """Prints the time of each set; one service in fifty is another organization's, which has as many rules."""
    chance = random.Random(4)
    sets = {"usual": usual(chance), "alike": alike(), "wordless": wordless(chance), "pairs": pairs()}
    for name, rules in sets.items():
        books = {OURS: Book(rules), THEIRS: Book(usual(random.Random(5)))}
        began, clocked = time.perf_counter(), time.thread_time()
        found = check(books, OURS, _facts(rules), {rule.rule_id: f"rule-{rule.rule_id}" for rule in rules})
        took, worked = time.perf_counter() - began, time.thread_time() - clocked
        counts = Counter(finding.kind for finding in found)
        said = ", ".join(f"{times} {kind}" for kind, times in sorted(counts.items()))
        print(
            f"{name:9} {took:.1f} s by the clock, {worked:.1f} s of the processor (target: under {MOST_S:g} s): {said}",
            flush=True,
        )


def _facts(rules: list[Rule]) -> Facts:
    anywhere = Reach(unsaid=True)
    ids = {rule.service_id for rule in rules if rule.service_id}
    return Facts(
        DAY,
        services={
            n: Office(n, f"s-{n}", f"S {n}", THEIRS if n % 50 == 0 else OURS, n % 97 != 0, "", anywhere)
            for n in ids
        },
        topics={f"topic-{n}": f"Topic {n}" for n in range(TOPICS)},
        communes={f"96{n:03}": f"Commune {n}" for n in range(COMMUNES)},
    )


if __name__ == "__main__":
    print(f"{RULES} rules")
    main()
