"""All the rules read together: what is said never to fire never does, and what is planted is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.referrals.checking.facts import Facts, KindFacts, Office
from portal.referrals.checking.findings import Finding, check, check_one
from portal.referrals.deciding.areas import Reach
from portal.referrals.deciding.book import Book
from portal.referrals.deciding.phrases import phrase
from portal.referrals.deciding.rule import Rule
from portal.referrals.deciding.situations import Situation

TODAY = date(2026, 11, 22)
OURS, THEIRS, THIRD = 1, 2, 3
WORDS = ("logement", "logement social", "passeport", "aide au logement", "eau", '"eau"', "passport", "loyers")
TOPICS, COMMUNES = ("logement", "papiers"), ("33001", "33002", "40001")
CLOSED = 9
OPEN_SERVICES = (1, 2, 3, 4)


def facts() -> Facts:
    """Services 1 and 2 are ours, 3 theirs, 4 the third's; the one of number 9 is closed."""
    of = {1: OURS, 2: OURS, 3: THEIRS, 4: THIRD, CLOSED: OURS}
    everywhere, bordeaux = Reach(unsaid=True), Reach(communes=frozenset({"33001"}))
    reach = {2: bordeaux, 4: Reach(departments=frozenset({"33"}))}
    return Facts(
        TODAY,
        services={
            n: Office(n, f"s{n}", f"S{n}", org, n != CLOSED, "", reach.get(n, everywhere))
            for n, org in of.items()
        },
        kinds={"mairie": KindFacts("mairie", "Mairie", Reach(communes=frozenset(COMMUNES[:2])), False)},
        topics={topic: topic.title() for topic in TOPICS},
        communes={code: code for code in COMMUNES},
    )


def rule(n: int, to: int | None = 1, position: int = 100, strength: int = 2, **conditions: Any) -> Rule:
    """The n-th rule, that sends to the service `to`; words and without are texts."""
    phrases = {name: tuple(map(phrase, conditions.pop(name, ()))) for name in ("words", "without")}
    plain = {
        name: conditions.pop(name)
        for name in ("kind", "opening", "starts_on", "ends_on")
        if name in conditions
    }
    chosen: dict[str, Any] = {name: frozenset(values) for name, values in conditions.items()}
    return Rule(n, n, position, to, strength=strength, **phrases, **plain, **chosen)


def found(*rules: Rule, known: Facts | None = None, **others: list[Rule]) -> list[Finding]:
    books = {OURS: Book(rules)}
    books |= {{"theirs": THEIRS, "third": THIRD}[name]: Book(those) for name, those in others.items()}
    names = {one.rule_id: f"r{one.rule_id}" for book in books.values() for one in book.rules}
    return check(books, OURS, known or facts(), names)


def of_kind(kind: str, findings: list[Finding]) -> list[Finding]:
    return [one for one in findings if one.kind == kind]


def dead(*rules: Rule) -> list[int]:
    return [one.rules[0] for one in of_kind("dead", found(*rules))]


some = st.frozensets
texts = st.lists(st.sampled_from(WORDS), max_size=3).map(tuple)
rules_of_any_kind = st.builds(
    rule,
    n=st.just(0),
    to=st.sampled_from((*OPEN_SERVICES, CLOSED)),
    position=st.integers(1, 3),
    strength=st.integers(1, 3),
    words=texts,
    without=st.lists(st.sampled_from(WORDS), max_size=1).map(tuple),
    topics=some(st.sampled_from(TOPICS), max_size=2),
    communes=some(st.sampled_from(COMMUNES), max_size=2),
    departments=some(st.sampled_from(("33", "40")), max_size=1),
    languages=some(st.sampled_from(("fr", "en", "ar")), max_size=2),
    opening=st.sampled_from(("", "", "open", "closed")),
    flags=some(st.sampled_from(("deaf", "alone")), max_size=1),
    starts_on=st.sampled_from((None, None, TODAY + timedelta(days=3))),
    ends_on=st.sampled_from((None, None, TODAY + timedelta(days=5), TODAY - timedelta(days=1))),
)
situations = st.builds(
    Situation,
    words=st.lists(st.sampled_from((*WORDS, "le", "social")), max_size=4).map(" ".join),
    language=st.sampled_from(("fr", "en", "ar")),
    topics=st.lists(st.sampled_from(TOPICS), max_size=2, unique=True).map(tuple),
    commune=st.sampled_from(("", *COMMUNES)),
    open=st.sampled_from((None, True, False)),
    flags=some(st.sampled_from(("deaf", "alone")), max_size=2),
    at=st.integers(0, 8).map(lambda days: TODAY + timedelta(days=days)),
)


def decides(book: Book, situation: Situation) -> int | None:
    """The rule that decides; a service that is closed, or not for the commune, is passed over, as for citizens."""
    for match in book.fitting(situation):
        office = facts().services[match.rule.service_id or 0]
        if office.open and (
            not situation.commune or office.reach.serves(situation.commune, situation.department)
        ):
            return match.rule.rule_id
    return None


@settings(max_examples=150, deadline=None)
@given(
    rules=st.lists(rules_of_any_kind, min_size=1, max_size=12),
    asked=st.lists(situations, min_size=5, max_size=25),
)
def test_what_is_said_never_to_fire_is_never_contradicted(rules: list[Rule], asked: list[Situation]) -> None:
    numbered = [replace(one, rule_id=n, version_id=n) for n, one in enumerate(rules, 1)]
    never = set(dead(*numbered))
    book = Book(numbered)
    assert not never & {decides(book, situation) for situation in asked}


@settings(max_examples=50, deadline=None)
@given(rules=st.lists(rules_of_any_kind, min_size=1, max_size=8))
def test_each_contradiction_and_loop_comes_with_a_situation_that_its_rules_fit(rules: list[Rule]) -> None:
    numbered = [replace(one, rule_id=n, version_id=n) for n, one in enumerate(rules, 1)]
    for one in of_kind("contradiction", found(*numbered)):
        fitting = {match.rule.rule_id: match.rule for match in Book(numbered).fitting(one.situation)}
        first, second = (fitting[n] for n in one.rules)
        assert first.target != second.target and first.order[:2] == second.order[:2]


@settings(max_examples=50, deadline=None)
@given(rules=st.lists(rules_of_any_kind, max_size=10), planted=rules_of_any_kind)
def test_a_planted_dead_rule_is_found_among_any_others(rules: list[Rule], planted: Rule) -> None:
    """A rule twice, the second time after all others, is dead; so is one that hears what it must not."""
    numbered = [replace(one, rule_id=n, version_id=n) for n, one in enumerate(rules, 1)]
    first = replace(planted, rule_id=50, service_id=1, strength=3, position=1, starts_on=None, ends_on=None)
    again = replace(first, rule_id=99, service_id=2, strength=1, position=900)
    deaf = rule(98, words=["eau"], without=["eau"], topics=planted.topics)
    assert {98, 99} <= set(dead(*numbered, first, again, deaf))


@settings(max_examples=30, deadline=None)
@given(rules=st.lists(rules_of_any_kind, max_size=6))
def test_a_planted_contradiction_is_found_among_any_others(rules: list[Rule]) -> None:
    numbered = [replace(one, rule_id=n, version_id=n) for n, one in enumerate(rules, 1)]
    pair = (rule(50, 1, position=77, words=["eau"]), rule(51, 2, position=77, words=["eau chaude"]))
    told = of_kind("contradiction", found(*numbered, *pair))
    assert (50, 51) in [one.rules for one in told]


@settings(max_examples=30, deadline=None)
@given(rules=st.lists(rules_of_any_kind, max_size=6))
def test_a_planted_loop_is_found_among_any_others(rules: list[Rule]) -> None:
    numbered = [replace(one, rule_id=n, version_id=n, strength=1) for n, one in enumerate(rules, 1)]
    ours = rule(50, 3, position=1, strength=3, words=["passeport perdu"])
    theirs = [rule(60, 1, words=["passeport"])]
    assert (50, 60) in [one.rules for one in of_kind("loop", found(*numbered, ours, theirs=theirs))]


@pytest.mark.parametrize(
    ("rules", "never"),
    [
        ((rule(1, words=["logement"]), rule(2, words=["aide au logement"])), [2]),
        ((rule(1, words=["aide au logement"]), rule(2, words=["logement"])), []),
        ((rule(1, topics=["logement"]), rule(2, topics=["logement"], communes=["33001"])), [2]),
        (
            (rule(1, communes=["33001"]), rule(2, communes=["33002"]), rule(3, communes=["33001", "33002"])),
            [3],
        ),
        ((rule(1, departments=["33"]), rule(2, communes=["33001", "33002"])), [2]),
        ((rule(1, departments=["33"]), rule(2, communes=["33001", "40001"])), []),
        ((rule(1, communes=["40001"], departments=["33"]),), [1]),
        ((rule(1, words=["eau"], without=["logement"]), rule(2, words=["eau potable"])), []),
        ((rule(1, words=["eau"], without=["logement"]), rule(2, words=["eau"], without=["logement"])), [2]),
        ((rule(1, CLOSED, words=["eau"]), rule(2, words=["eau"])), []),
        ((rule(1, words=["eau"], ends_on=TODAY - timedelta(days=1)), rule(2, words=["eau"])), [1]),
        ((rule(1, words=["eau"], ends_on=TODAY + timedelta(days=9)), rule(2, words=["eau"])), []),
        ((rule(1, words=["eau"], languages=["fr"]), rule(2, words=["eau"])), []),
        ((rule(1, topics=["parti"]),), [1]),
        ((rule(2, words=["eau"], position=5), rule(1, words=["eau"], strength=3, position=900)), [2]),
        ((rule(1, words=["logement", "eau"]), rule(2, words=["logement social", '"eau"', "eau"])), [2]),
    ],
)
def test_a_rule_is_dead_only_where_it_is_proven(rules: tuple[Rule, ...], never: list[int]) -> None:
    assert dead(*rules) == never


def test_a_loop_of_three_organizations_is_found_and_a_straight_way_is_not() -> None:
    ours = rule(1, 3, words=["logement"])
    theirs = [rule(2, 4, words=["logement"], communes=["33001"])]
    third = [rule(3, 2, topics=["logement"])]
    (loop,) = of_kind("loop", found(ours, theirs=theirs, third=third))
    assert loop.rules == (1, 2, 3) and loop.situation.commune == "33001"
    kept = [rule(2, 3, words=["logement"], position=1), *theirs]
    assert (
        of_kind(
            "loop",
            found(ours, theirs=[replace(one, rule_id=n) for n, one in enumerate(kept, 2)], third=third),
        )
        == []
    )


def test_services_gone_or_elsewhere_are_told() -> None:
    known = facts()
    known.services[4] = replace(known.services[4], reach=Reach(communes=frozenset({"33001"})))
    told = found(
        rule(1, CLOSED, words=["eau"]),
        rule(2, None, kind="licorne", words=["passeport"]),
        rule(3, 4, words=["loyer"], communes=["33001", "40001"]),
        rule(4, None, kind="mairie", words=["bail"], communes=["40001"]),
        known=known,
    )
    assert [(one.kind, one.rules) for one in told if one.kind != "gap"] == [
        ("gone", (1,)),
        ("gone", (2,)),
        ("outside", (3,)),
        ("outside", (4,)),
    ]
    assert of_kind("outside", told)[0].situation.commune == "40001"


def test_a_gap_is_told_with_what_was_really_asked_first() -> None:
    known = facts()
    known.speakers = {"papiers": ("mairie",)}
    known.asked.update({("logement", "33002"): 7, ("papiers", "40001"): 3})
    told = of_kind("gap", found(rule(1, topics=["logement"], communes=["33001"]), known=known))
    assert [(one.situation.topics[0], one.situation.commune, one.asked) for one in told] == [
        ("logement", "33002", 7),
        ("papiers", "40001", 3),
        ("logement", "40001", 0),
    ]


def test_a_rule_for_some_people_or_for_later_leaves_the_others_a_gap() -> None:
    known = facts()
    planted = [
        rule(1, topics=["logement"], ages=["65_plus"]),
        rule(2, topics=["logement"], flags=["deaf"]),
        rule(3, topics=["logement"], starts_on=TODAY + timedelta(9)),
    ]
    gaps = of_kind("gap", found(*planted, known=known))
    assert {one.situation.commune for one in gaps if "logement" in one.situation.topics} == set(
        known.communes
    )


def test_one_rule_is_checked_with_those_it_has_to_do_with() -> None:
    rules = [
        rule(1, words=["eau"]),
        rule(2, 2, words=["eau chaude"]),
        rule(3, words=["passeport"], ends_on=TODAY - timedelta(1)),
    ]
    told = check_one({OURS: Book(rules)}, OURS, facts(), {}, 1)
    assert [(one.kind, one.rules) for one in told] == [("contradiction", (1, 2)), ("dead", (2, 1))]
