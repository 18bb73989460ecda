"""Guides from a folder, a zip archive or one file: each told by its content, whatever its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from knowledge_base.entry import Sheet
from knowledge_base.reading.archives import GUIDES, members, open_archive, read_member
from knowledge_base.reading.dila import read_dila
from knowledge_base.reading.markdown import is_markdown, read_markdown
from knowledge_base.reading.unreadable import Unreadable

OnSkip = Callable[[str, str], None]
_ZIP = b"PK\x03\x04"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_guides(path: Path, *, on_skip: OnSkip) -> Iterator[Sheet]:
    """Every guide of a source, in the order of names. `on_skip(name, reason)` hears of the rest."""
    seen: dict[tuple[str, str, str], str] = {}
    for name, data in _files(path, on_skip):
        try:
            sheet = read_guide(data, name)
        except Unreadable as reason:
            on_skip(name, str(reason))
            continue
        first = seen.setdefault((sheet.audience, sheet.language, sheet.source_ref), name)
        if first is not name:
            on_skip(name, f"Même identifiant que « {first} » : {sheet.source_ref}.")
            continue
        yield sheet


def read_guide(data: bytes, name: str) -> Sheet:
    """One guide, its format told by its content."""
    if is_markdown(data):
        return read_markdown(data, name)
    start = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"<", *_UTF16)):
        return read_dila(data)
    raise Unreadable("Format inconnu : ni fiche XML, ni Markdown avec en-tête.")


def _files(path: Path, on_skip: OnSkip) -> Iterator[tuple[str, bytes]]:
    if not path.is_dir():
        yield from _file(path, path.name, on_skip)
        return
    for file in sorted(path.rglob("*")):
        if file.is_dir():
            continue
        name = file.relative_to(path).as_posix()
        if not file.resolve().is_relative_to(path.resolve()):
            on_skip(name, "Lien qui sort du dossier.")
        elif not any(part.startswith(".") for part in file.relative_to(path).parts):
            yield from _file(file, name, on_skip)


def _file(file: Path, name: str, on_skip: OnSkip) -> Iterator[tuple[str, bytes]]:
    with file.open("rb") as stream:
        is_zip = stream.read(4) == _ZIP
        stream.seek(0)
        data = b"" if is_zip else stream.read(GUIDES.member_bytes + 1)
    if is_zip:
        yield from _archived(file, name, on_skip)
    elif len(data) > GUIDES.member_bytes:
        on_skip(name, "Fichier trop grand.")
    else:
        yield name, data


def _archived(file: Path, name: str, on_skip: OnSkip) -> Iterator[tuple[str, bytes]]:
    try:
        archive = open_archive(file)
    except Unreadable as reason:
        on_skip(name, str(reason))
        return
    with archive:
        for info in members(archive):
            try:
                data = read_member(archive, info)
            except Unreadable as reason:
                on_skip(info.filename, str(reason))
                continue
            yield info.filename, data
