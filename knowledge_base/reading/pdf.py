"""The text of a PDF, page by page, with pdfium.

Two things pdfium leaves undone are done here from where each letter stands: words of pages whose letters were
laid down one by one, as old layout programs did, and Arabic words that come out backwards.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from dataclasses import dataclass
from statistics import median
from typing import Any

from knowledge_base.reading.pieces import Pieces
from knowledge_base.reading.unreadable import Unreadable

MAX_PAGES = 3000
MAX_HEADING = 100
SHATTERED = 0.25  # line ends over characters, beyond which lines are not lines
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True, slots=True)
class Letter:
    """A character and where it stands: left, right and base line, height of its font, and the pen at its start."""

    char: str
    left: float
    right: float
    base: float
    height: float
    pen: float
    added: bool  # by pdfium, to mark a space or the end of a line


def read_pdf(data: bytes) -> Pieces:
    """Pages, declared title, and the most prominent line of the first page."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unreadable("Document refusé : il est protégé par un mot de passe.") from None
        raise Unreadable("PDF abîmé : il ne s’ouvre pas.") from None
    if len(document) > MAX_PAGES:
        raise Unreadable(f"Document refusé : plus de {MAX_PAGES} pages.")
    pages = [_page_text(document, number) for number in range(len(document))]
    if not pages:
        raise Unreadable("PDF sans page.")
    declared = document.get_metadata_dict().get("Title", "")
    return Pieces(pages, declared, _heading(_letters(document[0].get_textpage())))


def _page_text(document: Any, number: int) -> str:
    import pypdfium2 as pdfium

    try:
        page = document[number].get_textpage()
    except pdfium.PdfiumError:
        return ""  # one broken page leaves the others readable
    text = str(page.get_text_range())
    if _RIGHT_TO_LEFT.search(text):
        return _turned(_letters(page))
    if len(text) > 40 and text.count("\n") > SHATTERED * len(text):
        return _laid_out(_letters(page))
    return text


def _letters(page: Any) -> list[Letter]:
    from pypdfium2 import raw

    left, right, bottom, top, pen, base = (ctypes.c_double() for _ in range(6))
    loose = raw.FS_RECTF()
    letters = []
    for at in range(raw.FPDFText_CountChars(page)):
        raw.FPDFText_GetCharBox(page, at, left, right, bottom, top)
        raw.FPDFText_GetCharOrigin(page, at, pen, base)
        raw.FPDFText_GetLooseCharBox(page, at, loose)
        code = raw.FPDFText_GetUnicode(page, at)
        char = chr(code) if 0 < code < 0x110000 else " "
        added = raw.FPDFText_IsGenerated(page, at) == 1
        height = abs(loose.top - loose.bottom)
        letters.append(Letter(char, left.value, right.value, base.value, height, pen.value, added))
    return letters


def _laid_out(letters: list[Letter]) -> str:
    """Words and lines from the gaps between letters; pdfium's own line ends are not believed."""
    out: list[str] = []
    before: Letter | None = None
    for letter in letters:
        if letter.added or letter.char in "\r\n":
            continue
        if before is not None:
            size = max(before.height, letter.height, 1.0)
            gap = letter.left - before.right
            if abs(letter.base - before.base) > 0.4 * size or gap < -size or gap > 3 * size:
                out.append("\n")
            elif gap > 0.16 * size and letter.char != " " and before.char != " ":
                out.append(" ")
        out.append(letter.char)
        before = letter
    return "".join(out)


def _turned(letters: list[Letter]) -> str:
    """Words of a right-to-left script whose letters go rightwards were taken out backwards: turn them."""
    out: list[str] = []
    word: list[Letter] = []
    for letter in letters:
        if _RIGHT_TO_LEFT.match(letter.char):
            word.append(letter)
            continue
        out += _one_way(word)
        word = []
        out.append(letter.char)
    return "".join([*out, *_one_way(word)])


def _one_way(word: list[Letter]) -> list[str]:
    chars = [letter.char for letter in word]
    pens = [letter.pen for letter in word if not unicodedata.combining(letter.char)]
    return chars[::-1] if len(pens) > 1 and pens[-1] > pens[0] else chars


def _heading(letters: list[Letter]) -> str:
    """The largest lines that follow each other, where some are clearly larger than most; a very short one, such
    as a collection's name, goes on with the smaller ones below it."""
    seen = [letter for letter in letters if not letter.added and not letter.char.isspace()]
    if len(seen) < 10:
        return ""
    largest = max(letter.height for letter in seen)
    if largest < 1.2 * median(letter.height for letter in seen):
        return ""
    heading = _longest_run(letters, 0.9 * largest)
    longer = _longest_run(letters, 0.45 * largest) if len(heading.split()) < 4 else ""
    return longer if longer.startswith(heading) and len(longer) < MAX_HEADING else heading


def _longest_run(letters: list[Letter], height: float) -> str:
    """The longest text of letters at least so high."""
    marked = "".join(
        letter.char if letter.added or letter.char.isspace() or letter.height >= height else "\0"
        for letter in letters
    )
    return max((" ".join(run.split()) for run in marked.split("\0")), key=len)
