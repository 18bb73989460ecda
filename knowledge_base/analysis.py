"""Words of a text, the same way when a page is indexed and when a question is asked.

A word is folded first (case, accents, œ and æ, Arabic letter variants), freed of what is glued to it (l', d',
qu'…, al-), dropped if it only holds sentences together, and stemmed last: in that order a question typed
without accents finds the same pages.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import Stemmer

DATA = Path(__file__).parent / "data"
LANGUAGES = {"fr": "french", "en": "english", "ar": None}  # and the stemmer of each
_CACHE_LIMIT = 300_000

# Combining marks and the Arabic tatweel stand inside words; an apostrophe or an asterisk only between two letters.
_MARKS = "\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670"
_WORD = re.compile(rf"[^\W_][\w{_MARKS}]*(?:['’ʼ‘*][^\W_][\w{_MARKS}]*)*")
_ACRONYM = re.compile(r"\b[A-Z]{2,}\b")
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "`": "'"})
_SPELLINGS = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ß": "ss",
        "ø": "o",
        "ł": "l",
        "ı": "i",
        "\u0640": "",
        "ى": "ي",
        "ة": "ه",
        "ٱ": "ا",
    }
    | {chr(zero + n): str(n) for zero in (0x660, 0x6F0) for n in range(10)}
)
_ELISION = re.compile(r"(?:l|d|j|m|n|s|t|c|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=\w)")
_ARABIC_PREFIX = re.compile(r"^(?:[وف]?(?:[بك]?ال|لل))(?=\w{2})")
_ARABIC_SUFFIX = re.compile(r"(?<=\w{3})(?:ها|ان|ات|ون|ين|يه|ه|ي)$")
_KEPT_WHOLE = {"aujourd'hui": "aujourdhui", "prud'homme": "prudhomme", "prud'hommes": "prudhommes"}
_ENGLISH_TAIL = re.compile(r"'(?:s|t|re|ve|ll|d|m)$")


class Word(NamedTuple):
    """A word as it was written, where, and the terms it is indexed under (none for a stop word)."""

    start: int
    end: int
    terms: tuple[str, ...]


def fold(text: str) -> str:
    """`text` without what typing leaves out: case, accents, ligatures, Arabic vowel signs and letter variants."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text.lower().translate(_APOSTROPHES))
    return "".join(c for c in text if not unicodedata.combining(c)).translate(_SPELLINGS)


def raw_words(text: str) -> list[str]:
    """The words of `text` as written, apostrophes kept."""
    return _WORD.findall(text)


def words(text: str, language: str = "fr") -> list[str]:
    """The terms of `text`, in order: folded, without elisions and stop words, stemmed."""
    analyzer = analyzer_for(language)
    known = analyzer.known
    terms: list[str] = []
    for raw in _WORD.findall(text):
        found = known.get(raw)
        terms += analyzer.terms(raw) if found is None else found
    return terms


def words_with_places(text: str, language: str = "fr") -> Iterator[Word]:
    """Each word of `text` with its place in it: what highlighting needs."""
    analyzer = analyzer_for(language)
    for match in _WORD.finditer(text):
        yield Word(match.start(), match.end(), analyzer.terms(match.group()))


def plain_words(text: str, language: str = "fr") -> list[str]:
    """The folded words of `text` before stop words and stemming: what people type, for spelling and completion."""
    analyzer = analyzer_for(language)
    return [part for raw in _WORD.findall(text) for part in analyzer.parts(raw)]


class Analyzer:
    """The analysis of one language, word by word, each distinct word analysed once."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.stop_words = frozenset(_lines(f"stopwords_{language}.txt"))
        self.known: dict[str, tuple[str, ...]] = {}
        stemmer = LANGUAGES[language]
        self._stemmer = Stemmer.Stemmer(stemmer, 0) if stemmer else None  # keeps nothing: `known` does
        self._lock = threading.Lock()
        self._acronyms = frozenset(word for word in _acronyms(language) if self._stemmed(word) == word)

    def terms(self, raw: str) -> tuple[str, ...]:
        """The terms of one written word: usually one, none for a stop word, two for « 12345*01 »."""
        found = self.known.get(raw)
        if found is None:
            found = tuple(self.stem(part) for part in self.parts(raw) if part not in self.stop_words)
            if len(self.known) >= _CACHE_LIMIT:
                self.known.clear()
            self.known[raw] = found
        return found

    def parts(self, raw: str) -> tuple[str, ...]:
        """The folded words inside one written word: « l'Œuvre » is « oeuvre », « 12345*01 » also « 12345 »."""
        word = fold(raw)
        if "*" in word:
            return (word, word.split("*")[0])
        if "'" in word:
            word = _KEPT_WHOLE.get(word) or self._free(word)
        if self.language == "ar":
            word = _ARABIC_PREFIX.sub("", word)
        return tuple(part for part in word.split("'") if part)

    def _free(self, word: str) -> str:
        if self.language == "en":
            return _ENGLISH_TAIL.sub("", word)
        freed = _ELISION.sub("", word)
        return _KEPT_WHOLE.get(freed, freed)

    def stem(self, word: str) -> str:
        """The stem of a folded word; numbers and codes stay as they are."""
        if any(c.isdigit() for c in word):
            return word
        if self._stemmer is None:  # Arabic: PyStemmer's takes the first letter of a word for a preposition
            return _ARABIC_SUFFIX.sub("", word)
        stem = self._stemmed(word)
        if stem != word and stem in self._acronyms:  # « café », « cafés » are not « CAF »
            return word.removesuffix("s")
        return stem

    def _stemmed(self, word: str) -> str:
        if self._stemmer is None:
            return word
        with self._lock:  # the C stemmer is not safe between threads
            stem = fold(self._stemmer.stemWord(word))
            # once more: « démissionner » gives « demission », which gives « demiss »
            if self.language == "fr":
                stem = fold(self._stemmer.stemWord(stem))
        return stem


@cache
def analyzer_for(language: str) -> Analyzer:
    """The one analyzer of a language; languages we do not know are read as French."""
    return Analyzer(language) if language in LANGUAGES else analyzer_for("fr")


def _acronyms(language: str) -> set[str]:
    """The words in capitals of the language's synonyms: « CAF = caisse d'allocations familiales »."""
    path = DATA / f"synonyms_{language}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {fold(word) for line in lines if line[:1] != "#" for word in _ACRONYM.findall(line)}


def _lines(name: str) -> list[str]:
    text = (DATA / name).read_text(encoding="utf-8")
    return [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]


def replace_words(text: str, replacements: dict[str, str]) -> str:
    """`text` with some of its words, as written, replaced."""
    return _WORD.sub(lambda match: replacements.get(match.group(), match.group()), text)


def spaced(text: str) -> str:
    """`text` with its elisions set apart: « l'impôt » is completed from « imp » too."""
    return re.sub(r"(?<=\w)['’](?=\w)", "' ", text)
