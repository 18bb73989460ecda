"""What a filled town's past is drawn from: words by how often they are said, days and hours by how busy they are.

Nothing is left to chance: the same words come out at each filling.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, islice, product
from pathlib import Path

FRENCH, ARABIC = 40_000, 4_000  # sentences of each
WORDS = 20_000  # said in French: some hundreds of every day's, then names of places and people
DAYS = 730
QUARTERS = 1_000  # parts that a day's contacts are spread over

# of a contact centre's week, Monday first, and of its day, by hours from eight
WEEK = (130, 112, 104, 106, 98, 22, 4)
HOURS = {8: 6, 9: 12, 10: 15, 11: 13, 12: 6, 13: 8, 14: 13, 15: 11, 16: 9, 17: 5, 18: 2}
MONTHS = (11, 10, 10, 9, 9, 10, 8, 7, 13, 11, 10, 8)


def sentences() -> Iterator[tuple[int, str, str]]:
    """Number, language and words. The n-th word is said n times less often than the first, as people do."""
    chance = random.Random(5)
    yield from _drawn(chance, "fr", _french(), FRENCH)
    yield from _drawn(chance, "ar", _read("vocabulary_ar.txt"), ARABIC)


def _drawn(
    chance: random.Random, language: str, words: list[str], count: int
) -> Iterator[tuple[int, str, str]]:
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    for number in range(count):
        said = chance.choices(words, cum_weights=weights, k=chance.randint(6, 14))
        text = " ".join(said)
        yield number, language, f"{text[0].upper()}{text[1:]}."


def _french() -> list[str]:
    common = _read("vocabulary.txt")
    names = ["".join(parts) for parts in product(*_syllables())]
    random.Random(7).shuffle(names)
    return list(islice(dict.fromkeys(common + names), WORDS))


def _syllables() -> list[list[str]]:
    """What names of places begin with, go on with and end with."""
    lines = (Path(__file__).parent / "syllables.txt").read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines]


def _read(name: str) -> list[str]:
    return (Path(__file__).parent / name).read_text(encoding="utf-8").split()


def days(until: datetime, contacts: int) -> Iterator[tuple[int, int, int]]:
    """The midnight (seconds since 1970), the first contact and the number of contacts of each day of two years.

    A day that is not over has the part of its contacts that is.
    """
    last = until.astimezone(UTC).date()
    past = [last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    weights = [WEEK[day.weekday()] * MONTHS[day.month - 1] for day in past]
    weights[-1] = max(1, round(weights[-1] * _over(until)))
    ends = [round(contacts * weight / sum(weights)) for weight in accumulate(weights)]
    for day, first, end in zip(past, [0, *ends], ends, strict=False):
        yield _midnight(day), first, end - first


def _over(until: datetime) -> float:
    """How much of the day's contacts has come by then."""
    passed = until.astimezone(UTC)
    return sum(part for hour, part in HOURS.items() if hour < passed.hour) / sum(HOURS.values())


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def hours(until: datetime) -> Iterator[tuple[int, int, int]]:
    """At which second comes each thousandth of a day's contacts: of a whole day, and of one that ends `until`."""
    whole, today = _seconds(24), _seconds(until.astimezone(UTC).hour)
    yield from ((n, one, other) for n, (one, other) in enumerate(zip(whole, today, strict=True)))


def _seconds(before: int) -> list[int]:
    kept = {hour: part for hour, part in HOURS.items() if hour < before} or {0: 1}
    bounds = [0.0, *accumulate(part / sum(kept.values()) for part in kept.values())]
    found = []
    for n in range(QUARTERS):
        place = next(i for i, bound in enumerate(bounds[1:]) if n / QUARTERS < bound + 1e-9)
        within = (n / QUARTERS - bounds[place]) / (bounds[place + 1] - bounds[place])
        found.append(int(3600 * (list(kept)[place] + within)))
    return found
