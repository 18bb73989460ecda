"""How pages are drawn: Jinja as it is, less what it does for templates that each have words of their own."""

from __future__ import annotations

from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

from flask import Flask
from flask.templating import Environment


class Templates(Environment):
    """The templates all know the same words. Jinja chains a map of each one's own before them; a page imports some
    thirty times, and each time the names in both are compared, which takes longer than all its loops."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def init_app(app: Flask) -> None:
    @lru_cache(maxsize=256)
    def file_address(filename: str) -> str:
        return app.url_for("static", filename=filename)

    def address(endpoint: str, **values: Any) -> str:
        """As Flask's `url_for`: the address of a file is made once, a page names twenty."""
        if endpoint == "static" and values.keys() == {"filename"}:
            return file_address(values["filename"])
        return app.url_for(endpoint, **values)

    app.jinja_env.globals["url_for"] = address
