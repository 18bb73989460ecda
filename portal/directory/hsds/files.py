"""Records out of files: a page of the API, one record, a list, JSON Lines, a folder of them, a zip. Never all at once.

A file in JSON is read whole, so it may not be large; JSON Lines are read line by line and may be.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO

from portal.directory.hsds.checking import Doc, measure

LARGEST_FILE = 64 * 1024 * 1024
LONGEST_LINE = 4 * 1024 * 1024
WHOLE, LINES = (".json",), (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Found:
    """A record and where it stands; or why there is none (`fault`)."""

    place: str
    record: Doc
    hint: str = ""  # its file's name
    fault: str = ""


def records(path: Path) -> Iterator[Found]:
    """The records of a file, a folder or a zip, in order of names."""
    if path.is_dir():
        for file in sorted(one for one in path.rglob("*") if one.suffix.lower() in WHOLE + LINES):
            yield from _of_file(str(file.relative_to(path)), file)
    elif zipfile.is_zipfile(path):
        yield from _of_archive(path)
    else:
        yield from _of_file(path.name, path)


def _of_archive(path: Path) -> Iterator[Found]:
    with zipfile.ZipFile(path) as archive:
        for member in sorted(archive.infolist(), key=lambda one: one.filename):
            if not member.filename.lower().endswith(WHOLE + LINES):
                continue
            try:
                with archive.open(member) as file:
                    yield from _of_stream(member.filename, file)
            # damaged, encrypted, packed in a way that is not known here, cut short: whatever it is, the others are read
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError):
                yield Found(member.filename, {}, fault="ce fichier de l’archive ne s’ouvre pas")


def _of_file(name: str, path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        yield from _of_stream(name, file)


def _of_stream(name: str, file: Any) -> Iterator[Found]:
    if name.lower().endswith(LINES):
        yield from _of_lines(name, file)
        return
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        megabytes = LARGEST_FILE // 1024**2
        fault = f"ce fichier dépasse {megabytes} Mo : donnez-le en JSON Lines (.jsonl), une fiche par ligne"
        yield Found(name, {}, fault=fault)
        return
    value, fault = parse(content)
    yield from [Found(name, {}, fault=fault)] if fault else _within(name, value)


def _of_lines(name: str, file: BinaryIO) -> Iterator[Found]:
    for n, line in enumerate(_lines(file), start=1):
        place = f"{name}, ligne {n}"
        if len(line) > LONGEST_LINE:
            yield Found(place, {}, fault="cette ligne est trop longue")
        elif line.strip():
            value, fault = parse(line)
            if fault or not isinstance(value, dict):
                yield Found(place, {}, fault=fault or "ce n’est pas une fiche")
            else:
                yield Found(place, value, hint=name)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines; of one that is too long, no more than shows that it is."""
    while line := file.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE + 1)
            if not line:
                return


def parse(content: bytes) -> tuple[Any, str]:
    """What a JSON text says, or why it says nothing."""
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant), ""
    except UnicodeDecodeError:
        return None, "ce n’est pas du texte en UTF-8"
    except RecursionError:
        return None, "c’est imbriqué trop profondément"
    except ValueError as error:
        line = getattr(error, "lineno", None)
        return None, "ce n’est pas du JSON" + (f" (ligne {line})" if line else "")


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _within(name: str, value: Any) -> Iterator[Found]:
    """The records of a page (`contents`), of a list, or the one that the file is."""
    contents = (
        value.get("contents") if isinstance(value, dict) else value if isinstance(value, list) else None
    )
    if isinstance(value, dict) and not isinstance(contents, list):
        yield Found(name, value, hint=name)
        return
    if not isinstance(contents, list):
        yield Found(name, {}, fault="ce n’est ni une fiche, ni une liste de fiches")
        return
    for n, one in enumerate(contents, start=1):
        place = f"{name}, fiche {n}"
        if isinstance(one, dict):
            yield Found(place, one, hint=name)
        else:
            yield Found(place, {}, fault="ce n’est pas une fiche")


def too_large(found: Iterable[Found]) -> Iterator[Found]:
    """The same, where what is too large or too deep says so instead."""
    for one in found:
        fault = one.fault or measure(one.record)
        yield Found(one.place, {}, fault=fault) if fault else one


def lines(records: Iterable[Doc], to: BinaryIO) -> int:
    """Writes records as JSON Lines, one at a time; returns how many."""
    written = 0
    text = TextIOWrapper(to, encoding="utf-8", newline="\n", write_through=True)
    for record in records:
        text.write(json.dumps(record, ensure_ascii=True, separators=(",", ":")) + "\n")
        written += 1
    text.flush()
    text.detach()
    return written
