"""The switches: which callbacks go wrong, and which REST calls. Same seed, same misfortunes."""

from __future__ import annotations

from collections import deque
from random import Random
from threading import Lock
from typing import Any

# What may happen to callbacks (texts that come in among them), to requests for TwiML, to REST calls and to texts:
# too_many is 429, error 503, broken 500; silence does what is asked and hangs up without a word, slow does it and
# answers late, refuse does nothing; fail is a portal that could not be reached; a text meets the error of its number.
FAMILIES = {
    "callbacks": ("lose", "double", "delay", "reorder"),
    "voice": ("double", "fail"),
    "requests": ("too_many", "error", "broken", "silence", "slow", "refuse"),
    "texts": ("30001", "30003", "30005", "30006", "30007", "30008", "21611", "21612"),
}
# Late callbacks, REST calls left without an answer (or answered late), texts that stand in the network's own queue.
SECONDS = ("delay_s", "silence_s", "text_queue_s")
MOST_COPIES = 20


class Faults:
    """For each family, chances between 0 and 1, and faults laid out for the next ones, which come first.

    `copies` of each webhook are made, one after the other or, in `parallel`, at the same moment.
    """

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self.delay_s = 3.0
        self.silence_s = 0.0
        self.text_queue_s = 0.0
        self.copies = 1
        self.parallel = False
        self._lock = Lock()
        self._chance = Random(seed)  # noqa: S311 (misfortune, not secrecy)
        self.chances = {family: dict.fromkeys(faults, 0.0) for family, faults in FAMILIES.items()}
        self.coming: dict[str, deque[str]] = {family: deque() for family in FAMILIES}

    def draw(self, family: str) -> str:
        """The fault that befalls the next of this family, or nothing."""
        with self._lock:
            if self.coming[family]:
                return self.coming[family].popleft()
            drawn = self._chance.random()
            for fault, chance in self.chances[family].items():
                if drawn < chance:
                    return fault
                drawn -= chance
            return ""

    def turn(self, wanted: dict[str, Any]) -> None:
        """Change what is named and leave the rest; a seed starts the draws again.

        `{"seed": 7, "callbacks": {"double": 0.5}, "next_requests": {"silence": 1}, "delay_s": 2}`; the next
        ones may be a list, where an empty name lets one pass unharmed. `ValueError` says what is wrong.
        """
        families = {f"next_{family}": family for family in FAMILIES}
        strange = set(wanted) - set(FAMILIES) - set(families) - {"seed", "copies", "parallel", *SECONDS}
        if strange:
            raise ValueError(f"unknown switch: {', '.join(sorted(strange))}")
        chances = {
            name: _chances(wanted[name], name, self.chances[name]) for name in FAMILIES if name in wanted
        }
        coming = {
            family: _coming(wanted[name], family) for name, family in families.items() if name in wanted
        }
        plain: dict[str, Any] = {name: max(0.0, float(wanted[name])) for name in SECONDS if name in wanted}
        plain["copies"] = min(max(1, int(wanted.get("copies", self.copies))), MOST_COPIES)
        plain["parallel"] = str(wanted.get("parallel", self.parallel)).lower() in {"1", "true", "on"}
        seed = int(wanted.get("seed", self.seed))
        with self._lock:
            self.chances |= chances
            self.coming |= coming
            self.__dict__.update(plain)
            if "seed" in wanted:
                self.seed = seed
                self._chance.seed(seed)

    def reset(self) -> None:
        """A network without faults again, its draws from the start."""
        self.turn(Faults(self.seed).told())

    def told(self) -> dict[str, Any]:
        """The switches as they stand, in the form `turn` takes."""
        coming = {f"next_{family}": list(faults) for family, faults in self.coming.items()}
        chances = {family: dict(faults) for family, faults in self.chances.items()}
        plain = {name: getattr(self, name) for name in ("seed", "copies", "parallel", *SECONDS)}
        return {**plain, **chances, **coming}


def _chances(wanted: dict[str, Any], family: str, known: dict[str, float]) -> dict[str, float]:
    _refuse_unknown(wanted, family)
    chances = {**known, **{name: float(value) for name, value in wanted.items()}}
    if any(not 0 <= chance <= 1 for chance in chances.values()) or sum(chances.values()) > 1:
        raise ValueError("chances stand between 0 and 1, and together at most at 1")
    return chances


def _coming(wanted: dict[str, Any] | list[str], family: str) -> deque[str]:
    if isinstance(wanted, dict):
        wanted = [name for name, count in wanted.items() for _ in range(min(int(count), 1000))]
    _refuse_unknown(filter(None, wanted), family)
    return deque(wanted)


def _refuse_unknown(names: Any, family: str) -> None:
    strange = set(names) - set(FAMILIES[family])
    if strange:
        raise ValueError(f"unknown fault of {family}: {', '.join(sorted(strange))}")
