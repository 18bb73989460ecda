"""Files as they come and as they are kept: read by a subprocess of few means, kept under their digest.

A file is read (`read_upload`) and put on disk (`keep_file`) outside any transaction: nothing is held in the
database meanwhile, and a file that no row names does no harm.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from knowledge_base.reading import DocumentText, Unreadable, read_document
from portal.articles.models import DocumentFile
from portal.errors import N_, Missing, Refused
from portal.storage import place, write_whole

FORMATS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}
LARGEST = 20 * 1024 * 1024
LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was read: its name, size and digest, and what it says."""

    name: str
    size: int
    sha256: str
    text: DocumentText


def read_upload(path: Path, name: str = "") -> Upload:
    """What a file says, or Refused with the reason. Takes seconds: call it outside any transaction."""
    name = _plain_name(name or path.name)
    size = path.stat().st_size
    if size > LARGEST:
        raise Refused(N_("Le fichier est trop lourd."), field="file")
    try:
        text = read_document(path, name=name)
    except Unreadable as reason:
        raise Refused(str(reason), field="file") from None
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Upload(name, size, digest, text)


def keep_file(files_dir: Path, path: Path, upload: Upload) -> None:
    """Puts the file under its digest: whole or not at all, and on the disk before anybody is told so."""
    kept = place(files_dir, upload.sha256)
    if kept.exists():
        return
    with path.open("rb") as source:
        write_whole(kept, iter(lambda: source.read(1 << 20), b""))


def open_file(files_dir: Path, file: DocumentFile) -> IO[bytes]:
    """The file, to be sent under `file.name` as `FORMATS[file.format]`. Missing if it is not there."""
    kept = place(files_dir, file.sha256)
    if not kept.is_file():
        raise Missing()
    return kept.open("rb")


def _plain_name(name: str) -> str:
    """The last part of a name, without what no name needs."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, suffix = plain.rpartition(".")
    return (
        f"{(stem or suffix)[:LONGEST_NAME]}{dot}{suffix[:10]}" if dot else plain[:LONGEST_NAME] or "document"
    )
