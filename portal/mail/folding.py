"""What is new in a letter: its own words first, apart from what it repeats and from its signature.

People answer above what they quote, below it, or between its lines. What stands above or below is told apart; an
answer written between the lines stays whole, for its words mean nothing without the others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WROTE = re.compile(
    r"^>?\s*((le|on|am|il|el)\b(?=.*(\d{4}|\d\d?[:h]\d\d|@)).{5,400}(?<!['’])\b(a écrit|wrote|schrieb|ha scritto|"
    r"escribió)\b.{0,200}:|(في|بتاريخ|كتب).{0,300}(كتب|كتبت|<\S+@\S+>).{0,200}[:：])\s*$",
    re.I,
)
BAR = re.compile(
    r"^\s*-{2,}\s*(message d.origine|message original|original message|message transféré|forwarded message|"
    r"début du message|الرسالة الأصلية|رسالة معاد توجيهها|mensaje original)\b.{0,40}-*\s*$",
    re.I,
)
RULE = re.compile(r"^\s*_{10,}\s*$")
FIELD = re.compile(
    r"^\s*[>*\s]*(de|from|من|envoyé|envoyé le|sent|date|à|a|to|cc|objet|subject|répondre à|"
    r"التاريخ|إلى|الموضوع|تاريخ الإرسال)\s*\*?\s*:\s*\*?\s*\S",
    re.I,
)
FIRST_FIELD = re.compile(r"^\s*\*?(de|from|من)\s*\*?\s*:\s*\*?\s*\S", re.I)
DASHES = re.compile(r"^-- ?$")
DEVICE = re.compile(
    r"^\s*(envoyé (de|depuis|à partir de)\b.{0,80}|sent from (my|outlook|yahoo|mail)\b.{0,80}|"
    r"(télécharge[rz]|obtenez|get) outlook\b.{0,80}|أُرسلت? من .{0,80}|تم الإرسال من .{0,80})$",
    re.I,
)
LONGEST_LINE = 600  # characters of a line that are looked at
LONGEST_SIGNATURE = 15  # lines


@dataclass(frozen=True, slots=True)
class Folded:
    """`new`: what was written now; `quoted`: what it repeats; `signature`: what stands under every letter."""

    new: str
    quoted: str = ""
    signature: str = ""


def fold(text: str) -> Folded:
    """The words of a letter, told apart. What has no new words (a letter passed on) is shown whole."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    above, quoted, below = _around(lines)
    if _any(below) and not _any(above):
        new, signature = _signed(below)
    else:
        new, signature = _signed(above + below)
    if not _any(new):
        new, quoted, signature = lines, [], []
    return Folded(_said(new), _said(quoted), _said(signature))


def _around(lines: list[str]) -> tuple[list[str], list[str], list[str]]:
    """What stands above the quotation, the quotation, and what stands below it."""
    begin = _announced(lines)
    if begin is None:
        begin = _last_marked(lines)
    if begin is None:
        return lines, [], []
    after = _after_announcement(lines, begin)
    if after is None:  # not marked line by line: all that follows is the former letter
        return lines[:begin], lines[begin:], []
    end = after
    while end < len(lines) and (lines[end].lstrip().startswith(">") or not lines[end].strip()):
        end += 1
    below = lines[end:]
    if any(line.lstrip().startswith(">") for line in below):  # answered between the lines
        last = _last_marked(lines)
        return (lines, [], []) if last is None else (lines[:last], lines[last:], [])
    if _any(below) and _any(lines[:begin]) and not _only_signature(below):
        return lines, [], []
    return lines[:begin], lines[begin:end], below


def _announced(lines: list[str]) -> int | None:
    """Where the first former letter is announced: « Le … a écrit : », a bar, or its headers repeated."""
    for n, line in enumerate(line[:LONGEST_LINE] for line in lines):
        if BAR.match(line) or (RULE.match(line) and _headers_at(lines, n + 1)) or _headers_at(lines, n):
            return n
        if WROTE.match(line) or any(_wrote_over(lines, n, over) for over in (2, 3)):
            return n
    return None


def _wrote_over(lines: list[str], n: int, over: int) -> bool:
    """Whether « Le … a écrit : » is broken over so many lines."""
    if not re.match(r"^>?\s*(le|on|في)\b", lines[n][:20], re.I):
        return False
    return bool(WROTE.match(" ".join(line.strip() for line in lines[n : n + over])[:LONGEST_LINE]))


def _headers_at(lines: list[str], n: int) -> bool:
    """Outlook's « De : … Envoyé : … »: at least three of a letter's headers in a row."""
    while n < len(lines) and not lines[n].strip():
        n += 1
    if n >= len(lines) or not FIRST_FIELD.match(lines[n][:LONGEST_LINE]):
        return False
    following = [line[:LONGEST_LINE] for line in lines[n : n + 8] if line.strip()]
    return sum(bool(FIELD.match(line)) for line in following) >= 3


def _after_announcement(lines: list[str], begin: int) -> int | None:
    """The first line marked `>` after the announcement, if its lines are marked."""
    for n in range(begin, min(begin + 5, len(lines))):
        if lines[n].lstrip().startswith(">"):
            return n
    return None


def _last_marked(lines: list[str]) -> int | None:
    """Where the last block of lines marked `>` begins."""
    marked = [n for n, line in enumerate(lines) if line.lstrip().startswith(">")]
    if not marked:
        return None
    n = marked[-1]
    while n > 0 and (
        lines[n - 1].lstrip().startswith(">") or (not lines[n - 1].strip() and n - 1 > marked[0])
    ):
        n -= 1
    return n


def _signed(lines: list[str]) -> tuple[list[str], list[str]]:
    for n, line in enumerate(lines):
        short = len([one for one in lines[n:] if one.strip()]) <= LONGEST_SIGNATURE
        if short and (DASHES.match(line) or DEVICE.match(line[:LONGEST_LINE])):
            return lines[:n], lines[n:]
    return lines, []


def _only_signature(lines: list[str]) -> bool:
    return not _any(_signed(lines)[0])


def _any(lines: list[str]) -> bool:
    return any(line.strip() for line in lines)


def _said(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip("\n")
