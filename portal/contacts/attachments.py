"""Files that come with a message: what they are by their content, their names made safe, kept outside what is served.

A file is judged and put on disk before the transaction that names it. What is refused is said, and costs the message
nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile

from portal import storage
from portal.contacts.models import Attachment, Message
from portal.database import db
from portal.errors import N_, Missing, Refused

LARGEST = 10 * 1024 * 1024
MOST = 10
LONGEST_NAME = 120
MOST_UNPACKED, MOST_ENTRIES = 200 * 1024 * 1024, 5000
UNSWEPT_S = 24 * 3600  # a form shown again still names what was kept for it
OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OPEN_TEXT = "application/vnd.oasis.opendocument.text"
EXTENSIONS = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif"),
    OFFICE: ("docx",),
    OPEN_TEXT: ("odt",),
    "text/plain": ("txt", "text"),
}
# what a form proposes to choose
ACCEPTED = ",".join(f".{one}" for names in EXTENSIONS.values() for one in names[:2])
_HEIC = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<?xml", b"<iframe", b"<!--")
_RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}

TOO_LARGE = N_("« %(name)s » est trop lourd : 10 Mo au plus par fichier.")
WRONG_KIND = N_("« %(name)s » n’est pas d’un format accepté (PDF, JPEG, PNG, WebP, HEIC, DOCX, ODT ou TXT).")
MISNAMED = N_("« %(name)s » n’est pas ce que dit son nom.")
LOCKED = N_("« %(name)s » est chiffré ou contient des macros : envoyez une version ordinaire.")
TOO_MANY = N_("Dix fichiers au plus par message.")
TOO_HEAVY = N_("Les fichiers sont trop lourds : %(most)s Mo en tout au plus.")
EMPTY = N_("« %(name)s » est vide.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was judged and put on disk: what a row will say of it."""

    name: str
    media_type: str
    size: int
    digest: str


def keep(folder: Path, name: str, data: bytes) -> Kept:
    """Judges a file and puts it on disk. Raises `Refused` with what is wrong with it."""
    shown = safe_name(name)
    if not data:
        raise Refused(EMPTY, field="files", name=shown)
    if len(data) > LARGEST:
        raise Refused(TOO_LARGE, field="files", name=shown)
    media_type = kind_of(data, shown)
    return Kept(_with_extension(shown, media_type), media_type, len(data), storage.keep(folder, data))


def check_all(files: Iterable[tuple[str, int]], *, most_mb: int) -> None:
    """Refuses too many files, or too heavy ones together: name and size of each."""
    sizes = [size for _, size in files]
    if len(sizes) > MOST:
        raise Refused(TOO_MANY, field="files")
    if sum(sizes) > most_mb * 1024 * 1024:
        raise Refused(TOO_HEAVY, field="files", most=most_mb)


def attach(message: Message, files: Iterable[Kept]) -> None:
    """Names files already kept as this message's. The same form sent twice attaches them once."""
    known = {(one.name, one.digest) for one in message.attachments}
    for file in files:
        if (file.name, file.digest) not in known:
            row = Attachment(name=file.name, media_type=file.media_type, size=file.size, digest=file.digest)
            message.attachments.append(row)


def find_attachment(attachment_id: int) -> Attachment:
    """The attachment; whether the reader may have it is for the door to ask of its contact."""
    found = db.session.get(Attachment, attachment_id)
    if found is None:
        raise Missing
    return found


def open_attachment(folder: Path, attachment: Attachment) -> IO[bytes]:
    """The file, to be sent as a download. Missing if it is not there."""
    path = storage.place(folder, attachment.digest)
    if not path.is_file():
        raise Missing
    return path.open("rb")


def sweep(folder: Path) -> int:
    """Removes the files kept for messages that were never written; returns how many."""
    old = list(storage.older_than(folder, UNSWEPT_S))
    removed = 0
    for start in range(0, len(old), 500):
        some = old[start : start + 500]
        query = db.select(Attachment.digest).where(Attachment.digest.in_([path.name for path in some]))
        removed += storage.sweep(some, set(db.session.scalars(query)), UNSWEPT_S)
    return removed


def kind_of(data: bytes, name: str) -> str:
    """The media type of a file by its content. Refuses what is not accepted, or is not what its name says."""
    found = next((kind for kind, is_one in _KINDS.items() if is_one(data)), None)
    if found is None:
        raise Refused(WRONG_KIND, field="files", name=name)
    if found == "application/zip":
        found = _office_kind(data, name)
    extension = _extension(name)
    if extension and extension not in EXTENSIONS[found]:
        known = any(extension in names for names in EXTENSIONS.values())
        raise Refused(MISNAMED if known else WRONG_KIND, field="files", name=name)
    return found


def safe_name(given: str) -> str:
    """The last part of a name, without path, controls or marks that turn it around; at most 120 characters."""
    last = unicodedata.normalize("NFC", given.encode("utf-8", "replace").decode())
    last = last.replace("\\", "/").rpartition("/")[2]
    plain = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in last)
    plain = " ".join("".join(c for c in plain if c not in '<>:"|?*').split()).strip(" .")
    stem, dot, extension = plain.rpartition(".")
    if not dot:
        stem, extension = plain, ""
    if stem.lower() in _RESERVED:
        stem = f"_{stem}"
    room = LONGEST_NAME - len(extension[:10]) - 1
    return (
        f"{stem[:room].rstrip() or 'piece'}{dot}{extension[:10]}" if dot else stem[:room].rstrip() or "piece"
    )


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _with_extension(name: str, media_type: str) -> str:
    return name if _extension(name) else f"{name}.{EXTENSIONS[media_type][0]}"


def _is_text(data: bytes) -> bool:
    """Words and nothing else: no control characters, and no page that a browser might run."""
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if any(start.startswith(mark) for mark in _MARKUP) or b"<script" in data.lower() or b"<svg" in start:
        return False
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return "\0" not in data.decode("utf-16")
        except UnicodeError:
            return False
    return not any(byte < 9 or 13 < byte < 27 or 27 < byte < 32 or byte == 127 for byte in set(data))


_KINDS: dict[str, Callable[[bytes], bool]] = {
    "application/pdf": lambda data: data.startswith(b"%PDF-"),
    "image/jpeg": lambda data: data.startswith(b"\xff\xd8\xff"),
    "image/png": lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/webp": lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP",
    "image/heic": lambda data: data[4:8] == b"ftyp" and data[8:12] in _HEIC,
    "application/zip": lambda data: data.startswith(b"PK\x03\x04"),
    "text/plain": _is_text,
}


def _office_kind(data: bytes, name: str) -> str:
    """A word processor's document, from what its archive says it holds: nothing is unpacked but a few short lines."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if any(entry.flag_bits & 1 for entry in entries):
                raise Refused(LOCKED, field="files", name=name)
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
                raise Refused(WRONG_KIND, field="files", name=name)
            return _document_kind(archive, {entry.filename for entry in entries}, name)
    except (BadZipFile, NotImplementedError, OSError, ValueError, EOFError):  # what a bad archive raises
        raise Refused(WRONG_KIND, field="files", name=name) from None


def _document_kind(archive: ZipFile, inside: set[str], name: str) -> str:
    lower = {one.lower() for one in inside}
    macros = any("vbaproject" in one or one.startswith(("basic/", "scripts/")) for one in lower)
    if {"[content_types].xml", "word/document.xml"} <= lower:
        declared = _start(
            archive, next(one for one in inside if one.lower() == "[content_types].xml"), 200_000
        )
        if macros or b"macroenabled" in declared.lower():
            raise Refused(LOCKED, field="files", name=name)
        return OFFICE
    if "mimetype" in inside and _start(archive, "mimetype", 100).strip() == OPEN_TEXT.encode():
        manifest = (
            _start(archive, "META-INF/manifest.xml", 200_000) if "META-INF/manifest.xml" in inside else b""
        )
        if macros or b"encryption-data" in manifest:
            raise Refused(LOCKED, field="files", name=name)
        return OPEN_TEXT
    raise Refused(WRONG_KIND, field="files", name=name)


def _start(archive: ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as entry:
        return entry.read(most)
