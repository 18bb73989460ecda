"""The index on disk: generations built beside the live one, swapped in whole, updated by one writer at a time.

    FOLDER/CURRENT               the generation to read and its revision; replaced in one step
    FOLDER/LOCK                  held by whoever writes
    FOLDER/generation-FORMAT-…/  one Whoosh index; USED is locked, shared, by whoever reads it

Locks are the kernel's: a process killed at any instant leaves none behind. A build that died leaves a folder
that no pointer names; the next writer removes it, as it removes old generations that nobody reads any more. A
generation that another version of this program wrote in another format is not read: it is as if there were no index.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from .entry import Entry
from .records import FORMAT, document, schema

Progress = Callable[[int, int | None], None]
_LOCK_TIMEOUT_S = 30.0
_SMALL_SEGMENTS = 8
_READABLE = f"generation-{FORMAT}-"


class IndexBusy(Exception):
    """Somebody else has been writing the index for longer than the caller would wait."""


def build(
    folder: Path,
    entries: Iterable[Entry],
    *,
    progress: Progress | None = None,
    queries: Mapping[str, Sequence[str]] | None = None,
    timeout_s: float = _LOCK_TIMEOUT_S,
) -> int:
    """Build a new generation of `entries` beside the live one and swap it in. How many entries it holds.

    `queries` are frequent questions by language, offered for completion.
    """
    with _writing(folder, timeout_s):
        name, count = _make(folder, entries, progress, queries or {})
        _point(folder, name)
        _clean(folder, keep=name)
        return count


def update(
    folder: Path,
    changed: Iterable[Entry],
    removed: Iterable[str] = (),
    *,
    timeout_s: float = _LOCK_TIMEOUT_S,
) -> None:
    """Replace the entries `changed`, by id, and take out those `removed`; searchers see it at their next question."""
    with _writing(folder, timeout_s):
        name = current(folder) or _make(folder, (), None, {})[0]
        with _writer(folder / name, _merge_small) as writer:
            for entry_id in removed:
                writer.delete_by_term("id", entry_id)
            for entry in changed:
                writer.update_document(**document(entry))
        _point(folder, name)
        _clean(folder, keep=name)


def renew_queries(
    folder: Path, queries: Mapping[str, Sequence[str]], *, timeout_s: float = _LOCK_TIMEOUT_S
) -> bool:
    """Give completion the questions that are frequent by now; whether they had changed."""
    with _writing(folder, timeout_s):
        name = current(folder)
        if name is None or json.loads((folder / name / "queries.json").read_text()) == _listed(queries):
            return False
        _keep_queries(folder / name, queries)
        _point(folder, name)
        return True


def generation(folder: Path) -> str:
    """A word that changes whenever the content of the index does; empty when there is none that can be read."""
    try:
        found = (folder / "CURRENT").read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    return found if found.startswith(_READABLE) else ""


def current(folder: Path) -> str | None:
    """The folder name of the live generation."""
    return generation(folder).split(" ")[0] or None


def hold(made: Path) -> IO[bytes]:
    """Hold a generation until the returned file is closed, or forgotten."""
    held = (made / "USED").open("ab")
    fcntl.flock(held, fcntl.LOCK_SH)
    return held


def _make(
    folder: Path, entries: Iterable[Entry], progress: Progress | None, queries: Mapping[str, Sequence[str]]
) -> tuple[str, int]:
    """Make a generation that nobody reads yet. Its name, and how many entries it holds."""
    name = _READABLE + uuid.uuid4().hex[:12]
    made = folder / name
    made.mkdir()
    _keep_queries(made, queries)
    return name, _write(made, entries, progress)


def _keep_queries(made: Path, queries: Mapping[str, Sequence[str]]) -> None:
    beside = made / "queries.json.new"
    beside.write_text(json.dumps(_listed(queries)))
    beside.replace(made / "queries.json")


def _listed(queries: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {language: list(asked) for language, asked in queries.items()}


def _write(made: Path, entries: Iterable[Entry], progress: Progress | None) -> int:
    from whoosh.index import create_in

    total = len(entries) if isinstance(entries, Sequence) else None
    create_in(str(made), schema()).close()
    seen: set[str] = set()
    with _writer(made, None, limitmb=256) as writer:
        for entry in entries:
            add = writer.update_document if entry.id in seen else writer.add_document
            seen.add(entry.id)
            add(**document(entry))
            if progress:
                progress(len(seen), total)
    return len(seen)


@contextmanager
def _writer(made: Path, merge: Callable[..., Any] | None, limitmb: int = 64) -> Iterator[Any]:
    """A Whoosh writer that commits at the end, or leaves the index as it was when anything goes wrong."""
    from whoosh.index import open_dir

    ix = open_dir(str(made))
    writer = ix.writer(limitmb=limitmb)
    try:
        yield writer
    except BaseException:
        writer.cancel()
        raise
    else:
        writer.commit(mergetype=merge, optimize=merge is None)
    finally:
        ix.close()


def _merge_small(writer: Any, segments: list[Any]) -> list[Any]:
    """Merge the segments that updates leave once there are several; never the large one, which takes seconds."""
    from whoosh.reading import SegmentReader

    if len(segments) <= _SMALL_SEGMENTS:
        return segments
    large, *small = sorted(segments, key=lambda segment: -segment.doc_count_all())
    for segment in small:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [large]


def _point(folder: Path, name: str) -> None:
    """Make `name` the live generation, in one step that a crash cannot cut in two."""
    beside = folder / "CURRENT.new"
    with beside.open("w", encoding="utf-8") as file:
        file.write(f"{name} {uuid.uuid4().hex}")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / "CURRENT")


@contextmanager
def _writing(folder: Path, timeout_s: float) -> Iterator[None]:
    """Be the one writer, or raise `IndexBusy` after `timeout_s`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "LOCK").open("ab") as lock:
        until = time.monotonic() + timeout_s
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise IndexBusy(f"{folder} is being written") from None
                time.sleep(0.02)
        yield


def _clean(folder: Path, keep: str) -> None:
    """Remove the generations that are neither live nor read by anybody."""
    for made in folder.glob("generation-*"):
        if made.name != keep and not _is_used(made):
            shutil.rmtree(made, ignore_errors=True)


def _is_used(made: Path) -> bool:
    try:
        with (made / "USED").open("ab") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
