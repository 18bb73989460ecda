"""How Jinja reads our templates: all with the same words, and without the margins by which we read them."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2.bccache import Bucket, FileSystemBytecodeCache
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


class Compiled(FileSystemBytecodeCache):
    """What templates are compiled to, for the next start: a portal's first pages took twice as long as the others. A
    disk that is full or may not be written costs time, and nothing else."""

    def __init__(self, folder: Path) -> None:
        made_by = f"{_digest_of_code()}-"
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
            for old in folder.iterdir():
                if not old.name.startswith(made_by):
                    old.unlink(missing_ok=True)
        super().__init__(str(folder), f"{made_by}%s")

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _digest_of_code() -> str:
    """Of whatever takes part in compiling a template, beside the template: Jinja, and our own words in it. The same on
    all machines that share the folder."""
    digest = sha256(version("jinja2").encode())
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def init_app(app: Flask, folder: Path) -> None:
    """Compiled templates are kept in `folder`."""
    app.jinja_env.add_extension(Margins)
    app.jinja_env.bytecode_cache = Compiled(folder)

    @lru_cache(maxsize=256)
    def drawn(template: str, **words: str) -> Markup:
        """A part of pages that says the same for the same words: drawn once a process for each."""
        return Markup(app.jinja_env.get_template(template).render(words))  # noqa: S704  (a template's own)

    # a macro that says the same for the same words: icons and badges, thirty to a page
    app.jinja_env.globals.update(drawn=drawn, once_drawn=lru_cache(maxsize=1024, typed=True))
    app.jinja_env.filters["numberless"] = lambda path: _NUMBERS.sub("0", path)
