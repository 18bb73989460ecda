"""Office documents (PDF, DOCX, ODT): their text by page, taken out by a subprocess of few means.

What parses a stranger's file may be led astray, so it has little to lose: it reads one open file, writes one
bounded answer, and has so much memory and so many seconds. See `extract`, which runs there.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge_base.reading.fingerprint import alike
from knowledge_base.reading.unreadable import Unreadable

MAX_BYTES = 100 * 1024 * 1024
MAX_ANSWER = 64 * 1024 * 1024
TOO_LONG = "Document refusé : sa lecture prend trop de temps."
_ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What a document says. `language` is its main one; a page may hold another (`language_of`).

    A text processor's document has a page for each break that its author or the processor left in it, so one at
    least. `empty` means too few words to be found by: pictures, a scan. `fingerprint` is for `same_text`.
    """

    format: str
    language: str
    title: str
    pages: tuple[str, ...]
    empty: bool
    fingerprint: str


def read_document(
    path: Path, *, name: str | None = None, timeout_s: int = 60, memory_mb: int = 1024
) -> DocumentText:
    """The text of a document, or `Unreadable`. `name` is the file's own name, where `path` is not it."""
    name = name or path.name
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable(f"Document trop lourd : plus de {MAX_BYTES // 1024 // 1024} Mio.")
    command = [sys.executable, "-m", "knowledge_base.reading.extract", name, str(timeout_s), str(memory_mb)]
    with path.open("rb") as source, tempfile.TemporaryFile() as answer:
        try:
            done = subprocess.run(
                command,
                stdin=source,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
                timeout=timeout_s + 5,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unreadable(TOO_LONG) from None
        answer.seek(0)
        return _understand(done.returncode, answer.read())


def _understand(returncode: int, answer: bytes) -> DocumentText:
    try:
        said: dict[str, Any] = json.loads(answer)
    except ValueError:
        if returncode in (-signal.SIGKILL, -signal.SIGXCPU):
            raise Unreadable(TOO_LONG) from None
        raise Unreadable(f"Document refusé : sa lecture échoue (code {returncode}).") from None
    if "refused" in said:
        raise Unreadable(said["refused"])
    return DocumentText(**{**said, "pages": tuple(said["pages"])})


def same_text(a: DocumentText, b: DocumentText) -> bool:
    """Whether two documents say the same, in two formats or with another cover: one hit, two downloads."""
    return alike(a.fingerprint, b.fingerprint)
