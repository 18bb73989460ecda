"""`python -m bench [FIGURES…]`: prints the figures named, or all of them, one a line with its target."""

from __future__ import annotations

import sys
from importlib import import_module

from pytest import skip

FIGURES = {
    "search": "bench.search",
    "topics": "bench.topics",
    "rules": "bench.rules",
    "check-rules": "bench.check_rules",
    "import": "bench.imports",
    "offices": "bench.offices",
    "doors": "bench.doors",
    "readers": "bench.readers",
    "webhooks": "bench.webhooks",
    "day": "bench.day",
    "outage": "bench.outage",
    "consoles": "bench.consoles",
    "history": "bench.history",
    "lists": "bench.lists",
    "sending": "bench.sending",
    "room": "bench.room",
    "doubles": "bench.doubles",
    "exports": "bench.exports",
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in FIGURES]
    if unknown:
        print(f"python -m bench [{'|'.join(FIGURES)}]: no figures are called {', '.join(unknown)}")
        return 2
    for name in names or FIGURES:
        print(f"\n{name}", flush=True)
        try:
            import_module(FIGURES[name]).main()
        except skip.Exception as absent:  # real data that are not here
            print(f"left out: {absent}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
