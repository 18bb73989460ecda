"""A document's title, which its properties often get wrong: a template's, a file's, the last user's."""

from __future__ import annotations

import re
from pathlib import PurePath

from knowledge_base.reading.pieces import Pieces, tidy

LONGEST = 150
MOST_HEADINGS = 12
_WORD = re.compile(r"[^\W\d_]{3,}")
_NOT_A_TITLE = re.compile(
    r"(?i)\.(docx?|odt|pdf|indd|pptx?|xlsx?|qxd|rtf)$|^(microsoft word|untitled|sans (nom|titre)|document\d*$|test)"
    r"|^(objet|date|tel|destinataire|nom|page|thématique|madame|monsieur)\b|[_.…]{3}|https?://|:\s*$"
)


def choose_title(pieces: Pieces, pages: list[str], name: str) -> str:
    """The declared title if the first pages bear it out, else their heading or first line, else the file's name."""
    beginning = "\n".join(pages[:2])
    declared, heading = _one_line(pieces.declared), _one_line(pieces.heading)
    if _is_title(declared) and _borne_out(declared, beginning) == 1:
        return declared
    if _is_title(heading):
        return heading
    if _is_title(declared) and _borne_out(declared, beginning) >= 0.6:
        return declared
    first = next((line for line in pages[0].split("\n") if line.strip()), "")
    if _is_title(first) and first[0].isupper():
        return first
    return name_as_title(name)


def page_headings(page: str) -> tuple[str, ...]:
    """Short lines that begin with a capital and do not end as a sentence: what a page says it is about."""
    lines = (line.strip() for line in page.split("\n"))
    kept = [line for line in lines if 6 <= len(line) <= 60 and line[0].isupper() and line[-1] not in ".,;:…"]
    return tuple(dict.fromkeys(kept))[:MOST_HEADINGS]


def name_as_title(name: str) -> str:
    """`3_Mise_en-demeure.docx` read aloud."""
    words = re.sub(r"[\s_]+|(?<=\w)-(?=\w)", " ", PurePath(name).stem)
    words = re.sub(r"^\d+\s+|(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý][a-zà-ÿ])", " ", words)
    words = re.sub(r"\s+", " ", words).strip(" -")
    return words[:1].upper() + words[1:] or name


def _one_line(text: str) -> str:
    return re.sub(r",(?=[^\W\d])", ", ", re.sub(r"\s+", " ", tidy(text))).strip()


def _is_title(line: str) -> bool:
    return 8 <= len(line) <= LONGEST and len(_WORD.findall(line)) >= 2 and not _NOT_A_TITLE.search(line)


def _borne_out(title: str, text: str) -> float:
    """The share of the title's words that the text holds."""
    words = {word.lower() for word in _WORD.findall(title)}
    there = {word.lower() for word in _WORD.findall(text)}
    return len(words & there) / len(words)
