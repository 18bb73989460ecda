"""How Jinja reads our templates: all with the same words, and without the margins by which we read them."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2.ext import Extension
from markupsafe import Markup

_NUMBERS = re.compile(r"\d+")
_MARGINS = re.compile(r"^[ \t]+", re.MULTILINE)


class Templates(Environment):
    """The templates all know the same words. Jinja chains a map of each one's own before them; a page imports some
    thirty times, and each time the names in both are compared, which takes longer than all its loops."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


class Margins(Extension):
    """Pages leave uncompressed: they carry no margins. What people wrote is not in a template yet."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _MARGINS.sub("", source)


def init_app(app: Flask) -> None:
    app.jinja_env.add_extension(Margins)

    @lru_cache(maxsize=256)
    def drawn(template: str, **words: str) -> Markup:
        """A part of pages that says the same for the same words: drawn once a process for each."""
        return Markup(app.jinja_env.get_template(template).render(words))  # noqa: S704  (a template's own)

    # a macro that says the same for the same words: icons and badges, thirty to a page
    app.jinja_env.globals.update(drawn=drawn, once_drawn=lru_cache(maxsize=1024, typed=True))
    app.jinja_env.filters["numberless"] = lambda path: _NUMBERS.sub("0", path)
