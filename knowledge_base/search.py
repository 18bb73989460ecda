"""Answering questions over an index, whichever generation of it is live."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from pathlib import Path

from . import index
from .answering import Answer, Filter
from .completion import in_order
from .results import Hit, Results
from .snapshot import Snapshot

__all__ = ["Hit", "Results", "Searcher"]


class Searcher:
    """Answers from the live generation, which it follows by itself. Safe to share between threads.

    An update is taken up at the next question; a generation built anew is opened in the background, and the
    old one answers meanwhile. Without an index it answers nothing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._seen: object = None
        self._opening: threading.Thread | None = None

    def find(
        self,
        question: str,
        *,
        language: str = "fr",
        languages: Sequence[str] | None = None,
        audience: str | None = None,
        topics: Collection[str] = (),
        kinds: Collection[str] = (),
        exclude: Collection[str] = (),
        limit: int = 10,
        offset: int = 0,
    ) -> Results:
        """The entries that answer `question`, best first.

        `languages` are those of the entries accepted, the preferred one first (by default, that of the question).
        """
        snapshot = self._live()
        if snapshot is None:
            return Results(question)
        accepted = tuple(languages or (language,))
        chosen = Filter(accepted, audience, tuple(sorted(topics)), tuple(sorted(kinds)))
        return Answer(snapshot, question, chosen, exclude).results(limit, offset)

    def complete(self, beginning: str, *, language: str = "fr", limit: int = 8) -> list[str]:
        """Titles, headings and frequent questions that begin like `beginning`; accents do not matter."""
        snapshot = self._live()
        if snapshot is None:
            return []
        found = [one for made in snapshot.completers(language) for one in made.find(beginning, limit)]
        return list(dict.fromkeys(text for _, text in sorted(found, key=in_order)))[:limit]

    @property
    def ready(self) -> bool:
        """Whether there is an index to answer from."""
        return self._live() is not None

    def refresh(self) -> None:
        """Take up the live generation now, whatever it costs."""
        with self._lock:
            self._open(self._mark())

    def _live(self) -> Snapshot | None:
        mark = self._mark()
        if mark == self._seen:
            return self._snapshot
        if self._snapshot is None or self._is_an_update():
            with self._lock:
                if mark != self._seen:
                    self._open(mark)
        else:
            self._open_aside(mark)
        return self._snapshot

    def _mark(self) -> object:
        """Changes with every build and update: the pointer is a new file each time."""
        try:
            found = (self.folder / "CURRENT").stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _is_an_update(self) -> bool:
        return self._snapshot is not None and self._snapshot.made.name == index.current(self.folder)

    def _open_aside(self, mark: object) -> None:
        """Open a new generation in the background, one thread at a time."""
        with self._lock:
            if mark == self._seen or (self._opening and self._opening.is_alive()):
                return
            self._opening = threading.Thread(target=self._open, args=(mark,), daemon=True)
            self._opening.start()

    def _open(self, mark: object) -> None:
        # a generation may be replaced, and removed, between reading its name and opening it
        for _ in range(3):
            name = index.current(self.folder)
            if name is None:
                self._snapshot, self._seen = None, mark
                return
            before = self._snapshot if self._is_an_update() else None
            try:
                made = Snapshot(self.folder / name, before)
            except FileNotFoundError:
                continue
            if before is None:
                self._prepare(made)
            self._snapshot, self._seen = made, mark
            return

    def _prepare(self, made: Snapshot) -> None:
        """Make what completes and what is synonymous: beforehand if an older generation answers meanwhile."""
        if self._snapshot is None:
            threading.Thread(target=made.prepare, daemon=True).start()
        else:
            made.prepare()
