"""What a question is answered with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from .highlight import Parts, marked


@dataclass
class Hit:
    """One thing found. `also` are the other entries of its group, best first; the texts are made when asked for."""

    id: str
    group: str
    score: float
    title: str
    kind: str
    language: str
    page: int | None
    also: tuple[str, ...]
    terms: frozenset[str] = field(repr=False)
    passage: Callable[[], Parts] = field(repr=False)

    @cached_property
    def title_parts(self) -> Parts:
        """The title, with what was asked for marked."""
        return marked(self.title, self.terms, self.language)

    @cached_property
    def snippet(self) -> Parts:
        """The passage that answers, with what was asked for marked."""
        return self.passage()


@dataclass(frozen=True)
class Results:
    """The answer to a question. `sure`: so likely right that it may be sent without anybody reading it first.

    `topic` is what the question is about, empty where what was found leaves a doubt of it.
    """

    query: str
    total: int = 0
    hits: tuple[Hit, ...] = ()
    did_you_mean: str | None = None
    corrected: bool = False
    sure: bool = False
    topics: dict[str, int] = field(default_factory=dict)
    confidence: float = 0.0
    topic: str = ""
