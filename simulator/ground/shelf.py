"""Things by SID, found by the phone they concern; the oldest that are over are forgotten."""

from __future__ import annotations

from typing import Protocol, TypeVar


class Kept(Protocol):
    """What may stand on a shelf: it has a SID, a phone's end, and is going on or over."""

    sid: str

    @property
    def phone(self) -> str: ...

    @property
    def live(self) -> bool: ...


Thing = TypeVar("Thing", bound=Kept)
# A phone's screen shows so many of its things; those that are going on are never dropped.
SHOWN = 50


class Shelf(dict[str, Thing]):
    """A dictionary in the order of arrival, bounded, with an index by phone: no event looks at them all."""

    def __init__(self, most: int = 20_000) -> None:
        super().__init__()
        self.most = most
        self._of: dict[str, list[Thing]] = {}

    def __setitem__(self, sid: str, thing: Thing) -> None:
        super().__setitem__(sid, thing)
        same = self._of.setdefault(thing.phone, [])
        same.append(thing)
        if len(same) > SHOWN and (over := next((each for each in same if not each.live), None)):
            same.remove(over)
        if len(self) > self.most and (oldest := self._oldest_over()):
            del self[oldest.sid]

    def _oldest_over(self) -> Thing | None:
        """Not far to look: what goes on for long is little beside what is remembered."""
        return next((thing for thing in self.values() if not thing.live), None)

    def __delitem__(self, sid: str) -> None:
        thing = self.pop(sid)
        same = self._of.get(thing.phone, [])
        if thing in same:
            same.remove(thing)
        if not same:
            self._of.pop(thing.phone, None)

    def of(self, phone: str) -> list[Thing]:
        """The last things of this phone, oldest first."""
        return list(self._of.get(phone, ()))
