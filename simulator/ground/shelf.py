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
        if len(same) > SHOWN and not same[0].live:
            del same[0]
        while len(self) > self.most and not (oldest := next(iter(self.values()))).live:
            del self[oldest.sid]

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
