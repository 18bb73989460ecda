"""The addresses of the doors: how to write one is worked out when it is first written, not when a process starts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from werkzeug.routing import Rule


class Address(Rule):
    """Werkzeug compiles two functions for each of four hundred addresses, most of which a process never writes: two
    fifths of what it takes to make the portal."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(lambda: super(Address, self)._compile_builder(append_unknown))

        def build(rule: Rule, /, **values: object) -> tuple[str, str]:
            return compiled()(rule, **values)

        return build
