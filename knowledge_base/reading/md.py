"""Writing Markdown that says exactly what the source said, whatever characters it holds."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote as percent

LAST_LEVEL = 6
_OPEN, _CLOSE = {True: "\ue000", False: "\ue002"}, {True: "\ue001", False: "\ue003"}
_MARKED = re.compile("([\ue000\ue002])(\\s*)([^\ue000-\ue003]*?)(\\s*)([\ue001\ue003])")
_SPECIAL = re.compile(r"([\\`*_\[\]<~|])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINE_START = re.compile(r"^(?:(>|[#+-](?=[\s#-]|$)|=)|(\d{1,9})([.)])(?=\s|$))")
_ODD = re.compile("[\\\\`*_\\[\\]<~|&\ue000-\ue003\x00-\x1f]|  ")  # most texts hold none of these
_BLANK = re.compile(r"[ \t\r\n\f\v]+")
_PRIVATE = re.compile("[\ue000-\ue003\x00-\x08\x0e-\x1f]")


def escape(text: str | None) -> str:
    """Text as Markdown that reads the same."""
    if not text:
        return ""
    if not _ODD.search(text):
        return text
    text = _BLANK.sub(" ", _PRIVATE.sub("", text))
    return _ENTITY.sub("&amp;", _SPECIAL.sub(r"\\\1", text))


def mark(text: str, *, strong: bool) -> str:
    """Emphasis to be settled by `finish`, when its neighbours are known."""
    return f"{_OPEN[strong]}{text}{_CLOSE[strong]}"


def finish(text: str) -> str:
    """A paragraph on one line, its emphasis written where Markdown will see it."""
    if "\ue001" in text or "\ue003" in text:
        for strong in (True, False):
            text = text.replace(_CLOSE[strong] + _OPEN[strong], "")
        text = _PRIVATE.sub("", _MARKED.sub(_settle, text))
    text = _BLANK.sub(" ", text).strip()
    return _LINE_START.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", text)


def _settle(found: re.Match[str]) -> str:
    mark_open, lead, inner, trail, _ = found.groups()
    before = found.string[found.start() - 1] if found.start() and not lead else " "
    after = found.string[found.end()] if found.end() < len(found.string) and not trail else " "
    if not inner or not (_may_turn(before, inner[0]) and _may_turn(after, inner[-1])):
        return lead + inner + trail
    stars = "**" if mark_open == _OPEN[True] else "*"
    return f"{lead}{stars}{inner}{stars}{trail}"


def _may_turn(outside: str, inside: str) -> bool:
    """CommonMark: a run of stars turns on or off beside a letter, or where both sides are not letters."""
    if "\ue000" <= outside <= "\ue003" or inside.isspace():
        return False
    return not _is_punctuation(inside) or outside.isspace() or _is_punctuation(outside)


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def strong(text: str) -> str:
    """A title that cannot be a heading where it stands."""
    return finish(mark(unstarred(text), strong=True)) if text else ""


def unstarred(text: str) -> str:
    """Without its emphasis, escapes kept."""
    return re.sub(r"(?<!\\)\*+", "", text)


def unmarked(text: str) -> str:
    """The bare text of one line of ours: titles of links are not Markdown."""
    text = re.sub(r"(?<!\\)\[((?:\\.|[^\]\\])*)\]\([^)]*\)", r"\1", unstarred(_PRIVATE.sub("", text)))
    return _BLANK.sub(" ", re.sub(r"\\(.)", r"\1", text).replace("&amp;", "&")).strip()


def heading(title: str, level: int) -> str:
    return f"{'#' * min(level, LAST_LEVEL)} {unstarred(title)}"


def address(url: str) -> str:
    """An address that may stand in a link, or nothing."""
    url = url.strip()
    if url.startswith("www."):
        url = f"https://{url}"
    if not re.match(r"(?i)(https?://|mailto:|tel:)\S", url):
        return ""
    return percent(url, safe="%/:=&?~#+!$,;'@[]*-._")


def link(text: str, target: str) -> str:
    """`[text](target)`, or the text alone where there is no target."""
    inner = text.strip()
    if not target or not inner:
        return text
    lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{lead}[{inner}]({target}){trail}"


def quote(blocks: list[str]) -> str:
    return "\n".join(f"> {line}".rstrip() for line in join(blocks).split("\n"))


def item(blocks: list[str], marker: str) -> str:
    nested = len(blocks) == 2 and _is_item(blocks[1]) and not any("\n\n" in block for block in blocks)
    body = "\n".join(blocks) if nested else join(blocks)
    margin = " " * (len(marker) + 1)
    lines = body.split("\n")
    return "\n".join([f"{marker} {lines[0]}", *(margin + line if line else "" for line in lines[1:])])


def join(blocks: list[str]) -> str:
    """Blocks one under the other; the items of one list stay close."""
    out = ""
    for block in blocks:
        close = out and _is_item(block) and "\n\n" not in block and _is_item(out.rpartition("\n\n")[2])
        out += ("\n" if close else "\n\n") + block if out else block
    return out


def _is_item(block: str) -> bool:
    return bool(re.match(r"(-|\d+\.) ", block))


def flat(blocks: list[str]) -> str:
    """Blocks on one line, for a cell or a title."""
    text = " ; ".join(re.sub(r"(^|\n)[>\s]*((-|\d+\.) )?", " ; ", block) for block in blocks)
    text = re.sub(r"(\s*;\s)+", " ; ", text).strip("\u00a0 ;")
    return re.sub(r"(?<=[:,;.!?])\s; ", " ", text)


def table(rows: list[list[tuple[str, int, int]]], *, header: bool) -> str:
    """Rows of (text, columns, lines) as a table; a cell that spans lines is said again on each."""
    width = max((sum(columns for _, columns, _ in row) for row in rows), default=0)
    if not width:
        return ""
    grid: list[list[str]] = []
    hanging: dict[int, tuple[str, int]] = {}
    for row in rows:
        grid.append(_lay(row, width, hanging))
    if not header:
        grid.insert(0, [""] * width)
    grid.insert(1, ["---"] * width)
    return "\n".join(f"| {' | '.join(line)} |" for line in grid)


def _lay(row: list[tuple[str, int, int]], width: int, hanging: dict[int, tuple[str, int]]) -> list[str]:
    free = width - sum(columns for _, columns, _ in row)  # places that cells from above may take
    line: list[str] = []
    cells = iter(row)
    while len(line) < width:
        place = len(line)
        if place in hanging and free > 0:
            text, left = hanging.pop(place)
            line.append(text)
            free -= 1
            if left > 1:
                hanging[place] = (text, left - 1)
            continue
        text, columns, lines = next(cells, ("", 1, 1))
        for offset in range(columns):
            hanging.pop(place + offset, None)
            if lines > 1:
                hanging[place + offset] = (text if not offset else "", lines - 1)
        line += [text, *[""] * (columns - 1)]
    return line[:width]
