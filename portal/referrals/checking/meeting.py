"""A situation that several rules fit at once, made of what they ask and of nothing else; none, if there is none.

Two phrases meet when whoever says the one says the other: « logement » and « logement social », not « logement »
and « passeport », which a person might say in one breath, and rarely does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import reduce
from itertools import islice

from portal.referrals.checking.covering import chosen, readings, whole
from portal.referrals.deciding.phrases import Phrase, fitting
from portal.referrals.deciding.rule import Rule
from portal.referrals.deciding.situations import Situation, department_of

MOST_TRIES = 40


def fits(rule: Rule, situation: Situation) -> bool:
    """Whether the rule holds for the situation, words and all."""
    return (not rule.words or bool(fitting(rule.words, situation.said))) and rule.fits(situation)


def meet(rules: Sequence[Rule], today: date) -> Situation | None:
    """A situation, as plain as can be, that each of these rules fits; the rules themselves are asked."""
    for situation in islice(_likely(rules, today), MOST_TRIES):
        if all(fits(rule, situation) for rule in rules):
            return situation
    return None


def wanted(rule: Rule, today: date, communes: Sequence[str] = ()) -> Situation:
    """What the rule asks, though nothing may fit it: to show what it was for; in one of these communes, if named."""
    found = next(_likely([rule], today), None)
    if found is None:
        return Situation(words=_unquoted(rule.words[0]) if rule.words else "")
    return replace(found, commune=communes[0], department="") if communes else found


def _likely(rules: Sequence[Rule], today: date) -> Iterator[Situation]:
    sets = [chosen(rule) for rule in rules]
    common: dict[str, frozenset[str]] = {}
    for name in {name for one in sets for name in one}:
        common[name] = reduce(frozenset.intersection, (one[name] for one in sets if name in one))
        if not common[name]:
            return
    departments = common.get("departments", frozenset())
    places = sorted(
        code for code in common.get("communes", ()) if not departments or department_of(code) in departments
    )
    if "communes" in common and not places:
        return
    values = {name: min(found) for name, found in common.items()} | (
        {"communes": places[0]} if places else {}
    )
    starts = max([today, *(rule.starts_on for rule in rules if rule.starts_on)])
    spoken = common.get("languages", frozenset())
    for reading, words in _phrases(rules):
        if reading == "en" and spoken and "en" not in spoken:
            continue
        language = "en" if reading == "en" else "fr" if not spoken or "fr" in spoken else min(spoken)
        yield _plainly(Situation(words=words, language=language, at=starts), values)


def _plainly(said: Situation, values: dict[str, str]) -> Situation:
    """What is said, with one value of each condition that is set."""
    return replace(
        said,
        topics=(values["topics"],) if "topics" in values else (),
        commune=values.get("communes", ""),
        department="" if "communes" in values else values.get("departments", ""),
        channel=values.get("channels", "web"),
        open={"open": True, "closed": False}.get(values.get("opening", "")),
        age=values.get("ages", ""),
        flags=frozenset({values["flags"]} if "flags" in values else ()),
        urgency=values.get("urgencies", ""),
        read=(values["articles"],) if "articles" in values else (),
    )


def _phrases(rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """What may be said so that each rule hears one of its phrases: one phrase that holds one of each other."""
    asking = [rule for rule in rules if rule.words]
    if not asking:
        yield "fr", ""
        return
    for reading in ("fr", "en"):
        among = [rule for rule in asking if reading in readings(rule)]
        if len(among) < len(asking):
            continue
        for rule in asking:
            for phrase in rule.words:
                if all(other is rule or _heard(other, phrase, reading) for other in asking):
                    yield reading, _unquoted(phrase)


def _heard(rule: Rule, phrase: Phrase, reading: str) -> bool:
    terms = whole(reading, phrase.needs.get(reading) or frozenset())
    return any(needs <= terms for one in rule.words if (needs := one.needs.get(reading)))


def _unquoted(phrase: Phrase) -> str:
    return phrase.text.replace('"', " ").strip()
