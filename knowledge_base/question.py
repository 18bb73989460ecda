"""A question as the ranking reads it: weighted terms, word pairs, and the slips corrected on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from . import analysis
from .spelling import Spelling
from .synonyms import alternatives

SYNONYM = 0.5  # a word meant against a word said
_LONGEST_QUESTION = 60  # words; what follows says nothing new and would only cost time


@dataclass
class Question:
    """The terms of a question and what each weighs; `pairs` are neighbours."""

    language: str
    terms: dict[str, float] = field(default_factory=dict)
    pairs: dict[tuple[str, str], float] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    corrections: dict[str, str] = field(default_factory=dict)
    did_you_mean: str | None = None


def read(text: str, language: str, spelling: Spelling, known_terms: dict[str, int]) -> Question:
    """Read `text` against what the index knows: correct only the words that it does not."""
    question = Question(language)
    analyzer = analysis.analyzer_for(language)
    tag = language + ":"
    for raw in analysis.raw_words(text)[:_LONGEST_QUESTION]:
        for word in analyzer.parts(raw):
            if word in analyzer.stop_words:
                continue
            term = analyzer.stem(word)
            if tag + term in known_terms:
                question.said.append(term)
            else:
                _mend(question, raw, word, analyzer, spelling)
    _weigh(question)
    if question.corrections:
        question.did_you_mean = analysis.replace_words(text, question.corrections)
    return question


def _mend(question: Question, raw: str, word: str, analyzer: analysis.Analyzer, spelling: Spelling) -> None:
    """A word the index does not know: nearly a known one, two run together, or unknown for good."""
    said_here = question.said
    near = spelling.nearest(word)
    if near is not None:
        said_here.append(analyzer.stem(near))
        question.corrections[raw] = _in_its_place(raw, word, spelling.form(near))
        return
    parts = spelling.split(word)
    if parts is not None:
        said_here += [analyzer.stem(part) for part in parts if part not in analyzer.stop_words]
        question.corrections[raw] = " ".join(spelling.form(part) for part in parts)
        return
    said_here.append(analyzer.stem(word))
    question.unknown.append(word)


def _weigh(question: Question) -> None:
    said = question.said
    question.terms = dict.fromkeys(said, 1.0)
    question.pairs = dict.fromkeys(pairwise(said), 1.0)
    for phrase in alternatives(said, question.language):
        weight = SYNONYM / len(phrase) ** 0.5
        for term in phrase:
            question.terms[term] = max(question.terms.get(term, 0.0), weight)
        for pair in pairwise(phrase):
            question.pairs[pair] = max(question.pairs.get(pair, 0.0), SYNONYM)


def _in_its_place(raw: str, word: str, correct: str) -> str:
    """`correct` with what was glued to the word: « l'impto » gives « l'impôt »."""
    glued = raw[: max(len(raw) - len(word), 0)]
    return glued + correct if glued.endswith(("'", "’")) else correct
