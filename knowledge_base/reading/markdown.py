"""Guides written by hand: Markdown under a front matter of simple lines.

    ---
    title: Inscrire un enfant à la cantine
    kind: question
    keywords:
      - cantine
      - restauration scolaire
    updated: 2026-01-31
    ---

Values may be quoted; a list is `- item` lines, or `[one, two]`. A contact is `- Titre | genre | adresse |
note`, where all but the title may be missing. Unknown names are kept in `Sheet.extra`. Where nothing says it,
`source_ref` is the file's stem and the language that of its folder or of its stem's end (`en/cantine.md`,
`cantine.en.md`), else French: a guide and its translations share a `source_ref`.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath

from knowledge_base.entry import KINDS, Contact, Link, Sheet
from knowledge_base.reading.digest import with_digest
from knowledge_base.reading.unreadable import Unreadable

LANGUAGES = ("fr", "en", "ar")
MAX_BYTES = 2 * 1024 * 1024
Matter = dict[str, str | list[str]]
_FIELD = re.compile(r"([A-Za-z_][\w-]*)\s*:(?:\s+(.*))?$")
_LINK = re.compile(r"(?<!!)\[((?:\\.|[^\]\\])+)\]\(<?(sheet:[\w/-]+|https?://[^\s)>]+)>?[^)]*\)")
_ONE = frozenset(
    {"source_ref", "language", "audience", "kind", "title", "summary", "topic", "url", "updated"}
)
_READ = _ONE | {"breadcrumb", "keywords", "questions", "contacts"}


def read_markdown(data: bytes, name: str) -> Sheet:
    """The sheet in one Markdown file; `name` is its name in its folder or archive."""
    if len(data) > MAX_BYTES:
        raise Unreadable(f"Markdown trop grand : plus de {MAX_BYTES // 1024} Kio.")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Unreadable("Markdown illisible : il n’est pas en UTF-8.") from None
    matter, body = _split(text)
    title = _one(matter, "title") or _first_heading(body)
    if not title:
        raise Unreadable("Guide sans titre.")
    stem, language = _told_by_name(name)
    kind = _one(matter, "kind") or "guide"
    if kind not in KINDS:
        raise Unreadable(f"Genre inconnu : « {kind} ».")
    return with_digest(
        Sheet(
            source_ref=_one(matter, "source_ref") or stem,
            audience=_one(matter, "audience"),
            kind=kind,
            language=_one(matter, "language") or language,
            title=title,
            body=body,
            summary=_one(matter, "summary"),
            topic=_one(matter, "topic"),
            breadcrumb=_many(matter, "breadcrumb"),
            keywords=_many(matter, "keywords"),
            questions=_many(matter, "questions"),
            links=_links(body),
            contacts=tuple(_contact(line) for line in _many(matter, "contacts")),
            url=_one(matter, "url"),
            updated=_date(_one(matter, "updated")),
            extra={key: ", ".join(_many(matter, key)) for key in matter if key not in _READ},
        )
    )


def is_markdown(data: bytes) -> bool:
    """A guide in Markdown begins with its front matter."""
    return re.match(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n", data) is not None


def _told_by_name(name: str) -> tuple[str, str]:
    path = PurePosixPath(name)
    stem, dot, end = path.stem.rpartition(".")
    if dot and end in LANGUAGES:
        return stem, end
    return path.stem or name, next((part for part in reversed(path.parts[:-1]) if part in LANGUAGES), "fr")


def _split(text: str) -> tuple[Matter, str]:
    found = re.match(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", text, re.DOTALL | re.MULTILINE)
    if found is None:
        raise Unreadable("En-tête sans fin : il manque la ligne « --- ».")
    return _matter(found[1]), text[found.end() :].strip("\n")


def _matter(lines: str) -> Matter:
    matter: Matter = {}
    name = ""
    for number, line in enumerate(lines.splitlines(), start=2):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        field = _FIELD.match(line)
        if field:
            name, value = field[1], (field[2] or "").strip()
            listed = re.fullmatch(r"\[(.*)\]", value)
            matter[name] = [_bare(one) for one in listed[1].split(",")] if listed else _bare(value)
        elif said.startswith("- ") and name:
            known = matter[name]
            matter[name] = [*([known] if isinstance(known, str) and known else known), _bare(said[2:])]
        elif line[0].isspace() and name and isinstance(matter[name], str):
            matter[name] = f"{matter[name]} {_bare(said)}".strip()
        else:
            raise Unreadable(f"En-tête illisible à la ligne {number}.")
    return matter


def _bare(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _one(matter: Matter, name: str) -> str:
    value = matter.get(name, "")
    return value if isinstance(value, str) else ", ".join(value)


def _many(matter: Matter, name: str) -> tuple[str, ...]:
    value = matter.get(name, "")
    return tuple(filter(None, [value] if isinstance(value, str) else value))


def _contact(line: str) -> Contact:
    title, kind, url, note = [*(part.strip() for part in line.split("|", 3)), "", "", ""][:4]
    return Contact(source_ref=kind or title, title=title, kind=kind, url=url, note=note)


def _links(body: str) -> tuple[Link, ...]:
    found: dict[str, Link] = {}
    for title, target in _LINK.findall(body):
        ref = target.removeprefix("sheet:") if target.startswith("sheet:") else ""
        found.setdefault(target, Link(title, ref, "" if ref else target, "inline" if ref else "outside"))
    return tuple(found.values())


def _first_heading(body: str) -> str:
    found = re.search(r"^#\s+(.+?)\s*#*$", body, re.MULTILINE)
    return found[1] if found else ""


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Unreadable(f"Date illisible : « {text} ».") from None
