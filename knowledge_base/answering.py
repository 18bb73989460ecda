"""One question answered over one snapshot: scored, filtered, grouped, cut into pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from .confidence import Place, confidence
from .folding import Ints
from .highlight import Parts, snippet
from .question import Question, read
from .ranking import score
from .results import Hit, Results
from .snapshot import Snapshot
from .topics import topic_of

OTHER_LANGUAGE = 0.8  # what an answer in one's second language is worth
_CANDIDATES = 5  # times as many entries as hits are looked at where several may be of one group
_TWINS_WITHIN = 20  # of the first hits


@dataclass(frozen=True)
class Filter:
    """Which entries may be shown."""

    languages: tuple[str, ...]
    audience: str | None
    topics: tuple[str, ...]
    kinds: tuple[str, ...]


class Answer:
    """One question being answered over one snapshot."""

    def __init__(self, snapshot: Snapshot, query: str, chosen: Filter, exclude: Collection[str]) -> None:
        self.snapshot = snapshot
        self.query = query
        self.questions: list[Question] = []
        self.scores = [np.zeros(segment.size, np.float32) for segment in snapshot.segments]
        for rank, language in enumerate(chosen.languages):
            self._add(language, 1.0 if rank == 0 else OTHER_LANGUAGE)
        for scores, mask in zip(self.scores, _masks(snapshot, chosen), strict=True):
            np.multiply(scores, mask, out=scores)
        for entry_id in exclude:
            if entry_id in snapshot.places:
                segment, number = snapshot.places[entry_id]
                self.scores[segment][number] = 0

    def _add(self, language: str, worth: float) -> None:
        snapshot = self.snapshot
        question = read(self.query, language, snapshot.spelling_of(language), snapshot.vocabulary)
        self.questions.append(question)
        for total, found in zip(self.scores, score(snapshot, question), strict=True):
            np.add(total, found * worth, out=total)

    def results(self, limit: int, offset: int) -> Results:
        snapshot, main = self.snapshot, self.questions[0]
        several = _CANDIDATES if snapshot.groups else 1
        best = self._best(max((limit + offset) * several, _TWINS_WITHIN))
        groups: dict[str, Place] = {}
        for value, segment, number in best:
            groups.setdefault(snapshot.segments[segment].groups[number], (value, segment, number))
        ranked = self._twins_together(list(groups.items()))
        first = [place for _, place in ranked[:10]]
        found = confidence(snapshot, main, first)
        return Results(
            query=self.query,
            total=sum(int(np.count_nonzero(scores)) for scores in self.scores),
            hits=tuple(self._hit(group, *place) for group, place in ranked[offset : offset + limit]),
            did_you_mean=main.did_you_mean,
            corrected=bool(main.corrections),
            sure=found.sure,
            topics=self._topics(),
            confidence=found.value,
            topic=topic_of(snapshot, self.questions, first),
        )

    def _twins_together(self, ranked: list[tuple[str, Place]]) -> list[tuple[str, Place]]:
        """Entries of one title answer one question: each follows the first of them, if it is found at all near."""
        near = ranked[:_TWINS_WITHIN]
        first: dict[str | int, int] = {}
        for rank, (_, (_, segment, number)) in enumerate(near):
            first.setdefault(self.snapshot.segments[segment].titles[number] or rank, rank)
        titles = [self.snapshot.segments[segment].titles[number] for _, (_, segment, number) in near]
        if len(set(titles)) == len(titles):
            return ranked
        order = sorted(range(len(near)), key=lambda rank: (first[titles[rank] or rank], rank))
        return [near[rank] for rank in order] + ranked[_TWINS_WITHIN:]

    def _best(self, count: int) -> list[Place]:
        """The `count` best (score, segment, number)."""
        found: list[Place] = []
        for segment, scores in enumerate(self.scores):
            top = np.argpartition(-scores, count)[:count] if len(scores) > count else np.arange(len(scores))
            found += [(float(scores[n]), segment, int(n)) for n in top if scores[n] > 0]
        return sorted(found, key=lambda place: (-place[0], place[1], place[2]))[:count]

    def _hit(self, group: str, value: float, segment: int, number: int) -> Hit:
        found = self.snapshot.segments[segment]
        return Hit(
            id=found.ids[number],
            group=group,
            score=value,
            title=found.titles[number],
            kind=str(found.kinds[number]),
            language=str(found.languages[number]),
            page=found.pages[number],
            also=self._also(group, found.ids[number]),
            terms=self.terms,
            passage=partial(self._passage, segment, number),
        )

    def _passage(self, segment: int, number: int) -> Parts:
        """The passage of an entry that answers, read from the index when it is asked for."""
        text = self.snapshot.segments[segment].text(number)
        return snippet(self.snapshot.record(segment, number), text, self._wanted, self.terms)

    @cached_property
    def _wanted(self) -> Ints:
        """The numbers of the terms asked for."""
        tagged = (f"{question.language}:{term}" for question in self.questions for term in question.terms)
        numbers = (self.snapshot.vocabulary.get(term) for term in tagged)
        return np.array([number for number in numbers if number is not None], np.int32)

    @cached_property
    def terms(self) -> frozenset[str]:
        """All the terms asked for, in whatever language: what is marked."""
        return frozenset(term for question in self.questions for term in question.terms)

    def _also(self, group: str, entry_id: str) -> tuple[str, ...]:
        """The other entries of the group that answer too."""
        if group not in self.snapshot.groups:
            return ()
        members = [(float(self.scores[s][n]), s, n) for s, n in self.snapshot.groups[group]]
        members = sorted((member for member in members if member[0] > 0), reverse=True)
        ids = [self.snapshot.segments[s].ids[n] for _, s, n in members]
        return tuple(other for other in ids if other != entry_id)

    def _topics(self) -> dict[str, int]:
        """How many of the entries found are of each topic."""
        counts: Counter[str] = Counter()
        for segment, scores in zip(self.snapshot.segments, self.scores, strict=True):
            found = np.bincount(segment.topic_numbers[scores > 0], minlength=len(segment.topic_names))
            for number in np.flatnonzero(found).tolist():
                counts[segment.topic_names[number]] += int(found[number])
        counts.pop("", None)
        return dict(counts.most_common())


def _masks(snapshot: Snapshot, chosen: Filter) -> list[NDArray[np.bool_]]:
    """Which entries may be shown; kept, since the same few filters come back."""
    masks = snapshot.filters.get(chosen)
    if masks is None:
        masks = []
        for segment, alive in zip(snapshot.segments, snapshot.alive, strict=True):
            mask = alive & np.isin(segment.languages, chosen.languages)
            if chosen.audience:
                mask &= np.isin(segment.audiences, (chosen.audience, ""))
            if chosen.topics:
                mask &= np.isin(segment.topics, chosen.topics)
            if chosen.kinds:
                mask &= np.isin(segment.kinds, chosen.kinds)
            masks.append(mask)
        if len(snapshot.filters) > 200:
            snapshot.filters.clear()
        snapshot.filters[chosen] = masks
    return masks
