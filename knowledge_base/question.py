"""A question as the ranking reads it: weighted terms, word pairs, and the slips corrected on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from . import analysis
from .spelling import Spelling
from .synonyms import Phrase, readings

SYNONYM = 0.5  # a word meant against a word said
_LONGEST_QUESTION = 60  # words; what follows says nothing new and would only cost time
_MOST_GUESSED = 8  # words
_ENDING = 2  # letters: where a word that nobody wrote so differs as often by its form as by a slip


@dataclass
class Question:
    """What was said, each part with other ways of saying it, and the words that stand side by side in them."""

    language: str
    readings: list[list[Phrase]] = field(default_factory=list)
    pairs: dict[tuple[str, str], float] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    guesses: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    corrections: dict[str, str] = field(default_factory=dict)
    misspelt: dict[str, str] = field(default_factory=dict)  # found all the same, by their stems
    did_you_mean: str | None = None
    guessed: bool = False  # nothing said was known, nor nearly

    @property
    def terms(self) -> set[str]:
        """Every term that may be meant."""
        return {term for phrases in self.readings for phrase in phrases for term in phrase}


def read(text: str, language: str, spelling: Spelling, known_terms: dict[str, int]) -> Question:
    """Read `text` against what the index knows: correct only the words that it does not."""
    question = Question(language)
    analyzer = analysis.analyzer_for(language)
    tag = language + ":"
    for raw in analysis.raw_words(text)[:_LONGEST_QUESTION]:
        for word in analyzer.parts(raw):
            if word in analyzer.stop_words:
                continue
            question.words.append(word)
            term = analyzer.stem(word)
            if tag + term in known_terms:
                question.said.append(term)
                _guess(question, raw, word, analyzer, spelling)
            else:
                _mend(question, raw, word, analyzer, spelling)
    if not any(tag + term in known_terms for term in question.said):
        _guess_all(question, text, analyzer, spelling)
    _weigh(question)
    if question.corrections:
        question.did_you_mean = analysis.replace_words(text, question.misspelt | question.corrections)
    return question


def _guess(question: Question, raw: str, word: str, analyzer: analysis.Analyzer, spelling: Spelling) -> None:
    """A word nobody wrote, though its stem is known: a form the corpus lacks, or a slip that looks like another."""
    term = analyzer.stem(word)
    near = None if spelling.count(word) else spelling.nearest(word, term)
    if near is None:
        return
    if (meant := analyzer.stem(near)) != term:
        question.guesses[term] = meant
    elif near[-_ENDING:] == word[-_ENDING:]:
        question.misspelt[raw] = _in_its_place(raw, word, spelling.form(near))


def _guess_all(question: Question, text: str, analyzer: analysis.Analyzer, spelling: Spelling) -> None:
    """Nothing said is known: better a guess, said to be one, than an empty page."""
    found: dict[str, tuple[str, str]] = {}
    for raw in analysis.raw_words(text)[:_MOST_GUESSED]:
        for word in analyzer.parts(raw):
            if word not in analyzer.stop_words and (near := spelling.guess(word, analyzer.stop_words)):
                found[raw] = word, near
    if found:
        question.guessed = True
        question.said = [analyzer.stem(near) for _, near in found.values()]
        question.corrections = {
            raw: _in_its_place(raw, word, spelling.form(near)) for raw, (word, near) in found.items()
        }


def _mend(question: Question, raw: str, word: str, analyzer: analysis.Analyzer, spelling: Spelling) -> None:
    """A word the index does not know: nearly a known one, two run together, or unknown for good."""
    said_here = question.said
    near = spelling.nearest(word, analyzer.stem(word))
    if near is not None:
        said_here += [analyzer.stem(near)] if near not in analyzer.stop_words else []
        question.corrections[raw] = _in_its_place(raw, word, spelling.form(near))
        return
    parts = spelling.split(word)
    if parts is not None:
        said_here += [analyzer.stem(part) for part in parts if part not in analyzer.stop_words]
        question.corrections[raw] = " ".join(spelling.form(part) for part in parts)
        return
    beginning = spelling.beginning(word)
    said_here += [
        analyzer.stem(part) for part in (word, beginning) if part and part not in analyzer.stop_words
    ]
    question.unknown.append(word)


def _weigh(question: Question) -> None:
    question.readings = readings(question.said, question.language)
    for phrases in question.readings:
        phrases += [(question.guesses[term],) for term in phrases[0] if term in question.guesses]
    question.pairs = dict.fromkeys(pairwise(question.said), 1.0)
    for _, *others in question.readings:
        for pair in (pair for phrase in others for pair in pairwise(phrase)):
            question.pairs.setdefault(pair, SYNONYM)


def _in_its_place(raw: str, word: str, correct: str) -> str:
    """`correct` with what was glued to the word: « l'impto » gives « l'impôt »."""
    glued = raw[: max(len(raw) - len(word), 0)]
    return glued + correct if glued.endswith(("'", "’")) else correct
