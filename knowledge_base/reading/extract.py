"""Runs alone, with few means: reads a document from the standard input, writes what it says as JSON.

python -m knowledge_base.reading.extract NAME SECONDS MEGABYTES < document
"""

from __future__ import annotations

import json
import re
import resource
import sys
from pathlib import PurePath
from typing import Any

from knowledge_base.reading.documents import MAX_ANSWER, MAX_BYTES
from knowledge_base.reading.fingerprint import fingerprint
from knowledge_base.reading.language import language_of
from knowledge_base.reading.office import read_docx, read_odt
from knowledge_base.reading.pdf import read_pdf
from knowledge_base.reading.pieces import Pieces, tidy
from knowledge_base.reading.titles import choose_title
from knowledge_base.reading.unreadable import Unreadable

READERS = {"pdf": read_pdf, "docx": read_docx, "odt": read_odt}
MAX_CHARACTERS = 20_000_000
FEW_WORDS = 8
_OLE = b"\xd0\xcf\x11\xe0"
_OPENDOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.text"


def limit(seconds: int, megabytes: int) -> None:
    """Before anything is read. No file can be written but the answer, which is bounded too.

    Where whoever started us is held tighter, that holds. macOS knows no bound on memory.
    """
    for what, amount in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, megabytes * 1024 * 1024),
        (resource.RLIMIT_FSIZE, MAX_ANSWER),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hardest = resource.getrlimit(what)
        least = amount if hardest == resource.RLIM_INFINITY else min(amount, hardest)
        if not (sys.platform == "darwin" and what == resource.RLIMIT_AS):
            resource.setrlimit(what, (least, least))


def format_of(data: bytes, name: str) -> str:
    """The format, by the first bytes; a name that says another is refused."""
    if b"%PDF-" in data[:1024]:
        found = "pdf"
    elif data.startswith(b"PK\x03\x04"):
        found = "odt" if _OPENDOCUMENT in data[:120] else "docx"
    elif data.startswith(_OLE):
        raise Unreadable("Document refusé : protégé par un mot de passe, ou d’un format Word d’avant 2007.")
    else:
        raise Unreadable("Format inconnu : ni PDF, ni DOCX, ni ODT.")
    said = PurePath(name).suffix.lower().lstrip(".")
    if said and said != found:
        raise Unreadable(f"Le contenu n’est pas celui d’un fichier .{said[:8]}.")
    return found


def extract(data: bytes, name: str) -> dict[str, Any]:
    """What `DocumentText` holds."""
    if len(data) > MAX_BYTES:
        raise Unreadable("Document trop lourd.")
    found = format_of(data, name)
    pieces: Pieces = READERS[found](data)
    pages = [tidy(page) for page in pieces.pages] or [""]
    text = "\n".join(pages)
    if len(text) > MAX_CHARACTERS:
        raise Unreadable("Document refusé : son texte est trop long.")
    return {
        "format": found,
        "language": language_of(text),
        "title": choose_title(pieces, pages, name),
        "pages": pages,
        "empty": len(re.findall(r"[^\W\d_]{2,}", text)) < FEW_WORDS,
        "fingerprint": fingerprint(text),
    }


def main(name: str, seconds: str, megabytes: str) -> None:
    limit(int(seconds), int(megabytes))
    try:
        answer = extract(sys.stdin.buffer.read(MAX_BYTES + 1), name)
    except Unreadable as reason:
        answer = {"refused": str(reason)}
    except MemoryError:
        answer = {"refused": "Document refusé : sa lecture demande trop de mémoire."}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))


if __name__ == "__main__":
    main(*sys.argv[1:4])
