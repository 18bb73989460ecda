"""What Markdown says, without its marks: the headings and the plain text that are indexed."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


class Sections(NamedTuple):
    """`headings` in the order of the page; `text` is all that is read, headings included, a block a line."""

    headings: tuple[str, ...]
    text: str


@cache
def _markdown(*, inside: bool) -> MarkdownIt:
    """Blocks alone, or inside lines too: few lines hold marks, and reading only those halves the time."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable(["table", "strikethrough"])
    return reader if inside else reader.disable("inline")


_MAY_HOLD_MARKS = re.compile(r"[\\`*_\[<&~]")


def markdown_sections(body: str) -> Sections:
    """The headings and the plain text of a Markdown body."""
    headings: list[str] = []
    lines: list[str] = []
    row: list[str] | None = None
    in_heading = False
    references: dict[str, object] = {}
    for token in _markdown(inside=False).parse(body, references):
        if token.type in ("tr_open", "tr_close"):
            if row:
                lines.append("  ".join(cell for cell in row if cell))
            row = [] if token.type == "tr_open" else None
        elif token.type in ("heading_open", "heading_close"):
            in_heading = token.type == "heading_open"
        elif token.type == "inline":
            text = _read(token.content, references)
            if in_heading:
                headings.append(text)
            (lines if row is None else row).append(text)
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.strip())
    return Sections(tuple(filter(None, headings)), "\n".join(filter(None, lines)))


def _read(content: str, references: dict[str, object]) -> str:
    if not _MAY_HOLD_MARKS.search(content):
        return " ".join(content.split("\n")).strip()
    return "".join(_said(token) for token in _markdown(inside=True).parseInline(content, references)).strip()


def _said(inline: Token) -> str:
    parts = []
    for child in inline.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "image":
            parts.append(_said(child))
    return "".join(parts)
