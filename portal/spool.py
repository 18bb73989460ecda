"""The spool: requests that were acknowledged while the database was away, kept in files and done again, in order, once.

One file a request, named by when it came and by its lane, on the disk before the answer leaves. What one person said is
in one lane, and done again in the order it came; lanes are emptied side by side, by whoever is free. What fails for
another reason than the database being away is set aside for a person, and holds up nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from portal.storage import sync_folder

ASIDE = "aside"
LANES = 8


def keep(folder: Path, told: dict[str, Any], body: BinaryIO, *, whose: str = "") -> Path:
    """Writes a request down, and returns once the disk has it. `told` is what is said of it (JSON), `whose` whom it
    must be done again in order with."""
    _made(folder)
    name = f"{time.time_ns():020}-{zlib.crc32(whose.encode()) % LANES}-{secrets.token_hex(4)}"
    draft, path = folder / f".{name}", folder / name
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(json.dumps(told).encode() + b"\n")
            shutil.copyfileobj(body, file)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)  # a full disk takes no halves
        raise
    sync_folder(folder)
    return path


def kept(folder: Path, lane: str = "") -> list[Path]:
    """What waits, there or in one of its lanes, oldest first."""
    if not folder.is_dir():
        return []
    files = (path for path in folder.iterdir() if path.name[0].isdigit() and path.is_file())
    return sorted(path for path in files if lane in ("", _lane(path)))


def lanes(folder: Path) -> list[str]:
    """The lanes in which something waits, the one that has waited longest first."""
    return list(dict.fromkeys(_lane(path) for path in kept(folder)))


def read(path: Path) -> tuple[dict[str, Any], bytes]:
    """What was kept: what was said of it, and its body."""
    with path.open("rb") as file:
        told: dict[str, Any] = json.loads(file.readline())
        return told, file.read()


def forget(path: Path) -> None:
    """It is done. The disk need not be waited for: what a crash brings back is done again, and is then one."""
    path.unlink(missing_ok=True)


def set_aside(path: Path) -> None:
    """It could not be done: somebody looks at it."""
    _made(path.parent / ASIDE)
    path.rename(path.parent / ASIDE / path.name)


def waiting(folder: Path) -> tuple[int, int]:
    """How many wait, and how many were set aside."""
    return len(kept(folder)), len(kept(folder / ASIDE))


@contextmanager
def alone(folder: Path, lane: str = "") -> Iterator[bool]:
    """Whether nobody else on this machine is emptying the spool, or this lane of it; held until the end."""
    _made(folder)
    with (folder / f".lock{lane}").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def _lane(path: Path) -> str:
    """The first for what was kept before there were any."""
    parts = path.name.split("-")
    return parts[1] if len(parts) == 3 else "0"


def _made(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
