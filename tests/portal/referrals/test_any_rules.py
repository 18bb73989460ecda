"""Any rule set, any situation: what is decided is the same each time, explains itself, and agrees with a plain reading.

The plain reading below asks each rule each condition, one after the other, from what the rule says.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.referrals.deciding.distress import distress
from portal.referrals.deciding.phrases import fitting, phrase
from portal.referrals.deciding.rules import Book, compile_version, explain
from portal.referrals.deciding.situations import AGES, FLAGS, URGENCIES, Situation
from portal.referrals.models import RuleVersion

DAY = date(2026, 11, 22)
WORDS = [
    "allocation",
    "carte",
    "identité",
    "logement",
    "social",
    "aide",
    "naissance",
    "acte",
    "benefit",
    "بطاقة",
]
PHRASES = [
    *WORDS,
    "carte identité",
    "logement social",
    "acte de naissance",
    '"identité"',
    "me tuer",
    "suicide",
]
VALUES: dict[str, list[str]] = {
    "topics": ["logement", "papiers"],
    "articles": ["f1", "f2"],
    "communes": ["96017", "96018", "2A004"],
    "departments": ["96", "2A"],
    "ages": list(AGES),
    "flags": list(FLAGS),
    "urgencies": list(URGENCIES),
    "channels": ["web", "phone"],
    "languages": ["fr", "en", "ar"],
}


def some(values: list[str]) -> st.SearchStrategy[list[str]]:
    """Often none, so that rules of few conditions are met."""
    return st.one_of(st.just([]), st.lists(st.sampled_from(values), max_size=2, unique=True))


days = st.one_of(st.none(), st.integers(-2, 2).map(lambda n: DAY + timedelta(days=n)))
conditions = st.fixed_dictionaries(
    {
        "words": some(PHRASES),
        "without": some(PHRASES),
        "opening": st.sampled_from(["any", "any", "open", "closed"]),
        **{name: some(values) for name, values in VALUES.items()},
    }
)


@st.composite
def rule_sets(draw: st.DrawFn) -> list[RuleVersion]:
    said = draw(st.lists(conditions, max_size=12))
    return [
        RuleVersion(
            id=n,
            rule_id=n,
            position=draw(st.integers(1, 3)),
            service_id=n,
            kind="",
            strength=draw(st.integers(1, 3)),
            starts_on=draw(days),
            ends_on=draw(days),
            conditions=one,
        )
        for n, one in enumerate(said, 1)
    ]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    return Situation(
        words=" ".join(draw(st.lists(st.sampled_from([*WORDS, "me", "tuer", "suicide"]), max_size=5))),
        language=draw(st.sampled_from(["fr", "en", "ar"])),
        topics=tuple(draw(some(VALUES["topics"]))),
        commune=draw(st.sampled_from(["", *VALUES["communes"]])),
        channel=draw(st.sampled_from(VALUES["channels"])),
        open=draw(st.sampled_from([None, True, False])),
        age=draw(st.sampled_from(["", *AGES])),
        flags=frozenset(draw(some(VALUES["flags"]))),
        urgency=draw(st.sampled_from(["", *URGENCIES])),
        read=tuple(draw(some(VALUES["articles"]))),
        at=DAY,
    )


def reference(versions: list[RuleVersion], asked: Situation) -> list[int]:
    """The rules that fit, in order: slow, and plain."""
    order = sorted(versions, key=lambda v: (-v.strength, v.position, v.rule_id))
    return [version.rule_id for version in order if all(plain_reading(version, asked).values())]


def plain_reading(version: RuleVersion, asked: Situation) -> dict[str, bool]:
    """Each condition that is set, and whether it holds."""
    given = version.conditions
    open_now = {True: "open", False: "closed", None: "unknown"}[asked.open]
    checks: dict[str, Callable[[Any], bool]] = {
        "words": lambda wanted: any(heard(text, asked) for text in wanted),
        "without": lambda wanted: not any(heard(text, asked) for text in wanted),
        "topics": lambda wanted: any(topic in wanted for topic in asked.topics),
        "articles": lambda wanted: any(slug in wanted for slug in asked.read),
        "communes": lambda wanted: asked.commune in wanted,
        "departments": lambda wanted: asked.department in wanted,
        "ages": lambda wanted: asked.age in wanted,
        "flags": lambda wanted: any(flag in wanted for flag in asked.flags),
        "urgencies": lambda wanted: asked.urgency in wanted,
        "channels": lambda wanted: asked.channel in wanted,
        "languages": lambda wanted: asked.language in wanted,
        "opening": lambda wanted: wanted == "any" or wanted == open_now,
    }
    found = {
        name: check(given[name])
        for name, check in checks.items()
        if given[name] and not (name == "opening" and given[name] == "any")
    }
    if version.starts_on or version.ends_on:
        begun = version.starts_on is None or version.starts_on <= asked.at
        found["dates"] = begun and (version.ends_on is None or asked.at <= version.ends_on)
    return found


def heard(text: str, asked: Situation) -> bool:
    return bool(fitting([phrase(text)], asked.said))


@given(rule_sets(), situations())
@settings(max_examples=150, deadline=None)
def test_any_rules_decide_any_situation_as_a_plain_reading_does(
    versions: list[RuleVersion], asked: Situation
) -> None:
    book = Book(map(compile_version, versions))
    decided = [match.rule.rule_id for match in book.fitting(asked)]
    assert decided == reference(versions, asked)


@given(rule_sets(), situations(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_in_which_rules_were_written_down_decides_nothing(
    versions: list[RuleVersion], asked: Situation, chance: random.Random
) -> None:
    rules = [compile_version(version) for version in versions]
    first = list(Book(rules).fitting(asked))
    chance.shuffle(rules)
    assert list(Book(rules).fitting(asked)) == first


@given(rule_sets(), situations())
@settings(max_examples=75, deadline=None)
def test_every_rule_explains_itself_whether_it_fits_or_not(
    versions: list[RuleVersion], asked: Situation
) -> None:
    fitting_ones = {match.rule.rule_id for match in Book(map(compile_version, versions)).fitting(asked)}
    for version in versions:
        findings = explain(version, asked)
        assert {finding.condition: finding.fits for finding in findings} == plain_reading(version, asked)
        assert all(finding.fits for finding in findings) is (version.rule_id in fitting_ones)
        assert all(finding.wanted for finding in findings)


@given(rule_sets(), situations())
@settings(max_examples=25, deadline=None)
def test_no_rule_set_hides_words_of_distress(versions: list[RuleVersion], asked: Situation) -> None:
    list(Book(map(compile_version, versions)).fitting(asked))
    in_danger = "suicide" in asked.words or "me tuer" in asked.words
    assert bool(distress(asked.words, asked.language)) >= in_danger
