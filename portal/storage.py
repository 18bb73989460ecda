"""Bytes on disk under their digest: whole or not at all, and safe from a power cut before anybody is told so.

What is kept is put there before the transaction that names it: a file that no row names does no harm, and is swept.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

log = logging.getLogger(__name__)


def digest_of(data: bytes) -> str:
    """The name that these bytes are kept under."""
    return hashlib.sha256(data).hexdigest()


def keep(folder: Path, data: bytes) -> str:
    """Keeps these bytes in `folder`; returns their digest. Kept already, they are young again, and not swept."""
    digest = digest_of(data)
    path = place(folder, digest)
    if path.exists():
        os.utime(path)
    else:
        write_whole(path, [data])
    return digest


def place(folder: Path, digest: str) -> Path:
    """Where the file of this digest is, or would be."""
    return folder / digest[:2] / digest


def write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    """Writes a file beside, then puts it in place: a reader sees all of it or nothing, after a power cut too."""
    with writing(path) as beside:
        for chunk in chunks:
            beside.write(chunk)


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, put in place once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as beside:
        try:
            yield beside
            beside.flush()
            os.fsync(beside.fileno())
            Path(beside.name).replace(path)
        except BaseException:
            Path(beside.name).unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes sure of the names in a folder, not only of what is in its files."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def older_than(folder: Path, seconds: float) -> Iterator[Path]:
    """The files kept in `folder` that nobody has kept again for so long, half-written ones included."""
    return (path for path in folder.glob("*/*") if _is_older(path, seconds))


def sweep(paths: Iterable[Path], named: Collection[str], seconds: float) -> int:
    """Removes the files that no row names, but those that somebody has kept again since they were listed; returns how
    many."""
    removed = 0
    for path in paths:
        if path.name not in named and _is_older(path, seconds):
            removed += remove(path)
    return removed


def remove(path: Path) -> bool:
    """Whether the file is gone now. One that the disk does not let go of keeps no other."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.error("%s cannot be removed: %s", path, type(error).__name__)
        return False
    return True


def _is_older(path: Path, seconds: float) -> bool:
    try:
        return path.stat().st_mtime < time.time() - seconds
    except FileNotFoundError:  # swept by another worker
        return False
