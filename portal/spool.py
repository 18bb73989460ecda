"""The spool: requests that were acknowledged while the database was away, kept in files and done again, in order, once.

One file a request, named by when it came, on the disk before the answer leaves. What fails for another reason than
the database being away is set aside for a person, and holds up nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

ASIDE = "aside"


def keep(folder: Path, told: dict[str, Any], body: BinaryIO) -> Path:
    """Writes a request down, and returns once the disk has it. `told` is what is said of it (JSON)."""
    _made(folder)
    name = f"{time.time_ns():020}-{secrets.token_hex(4)}"
    draft, path = folder / f".{name}", folder / name
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(json.dumps(told).encode() + b"\n")
        shutil.copyfileobj(body, file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    _sync(folder)
    return path


def kept(folder: Path) -> list[Path]:
    """What waits, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and path.name[0].isdigit())


def read(path: Path) -> tuple[dict[str, Any], bytes]:
    """What was kept: what was said of it, and its body."""
    with path.open("rb") as file:
        told: dict[str, Any] = json.loads(file.readline())
        return told, file.read()


def forget(path: Path) -> None:
    """It is done."""
    path.unlink(missing_ok=True)
    _sync(path.parent)


def set_aside(path: Path) -> None:
    """It could not be done: somebody looks at it."""
    _made(path.parent / ASIDE)
    path.rename(path.parent / ASIDE / path.name)


def waiting(folder: Path) -> tuple[int, int]:
    """How many wait, and how many were set aside."""
    return len(kept(folder)), len(kept(folder / ASIDE))


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether nobody else on this machine is emptying the spool; held until the end."""
    _made(folder)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def _made(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _sync(folder: Path) -> None:
    """A file's name is in its folder: that too must be on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
