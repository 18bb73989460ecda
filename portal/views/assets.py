"""Style sheets and scripts as light as they can leave: a page's sheets together, and nothing that only we read.

They are made once a process from the files of static/, under an address that changes with them: browsers keep them for
ever, and no page of today meets a script of yesterday. A page loads the scripts that it has something for, as its
`data-` attributes say, in one file: each file of its own costs its headers, and shares no word with the others.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import chain
from pathlib import Path

from flask import Blueprint, Flask, Response, abort

from portal.views import guards
from portal.views.headers import FOR_EVER

STATIC = Path(__file__).parents[2] / "static"
A_MOMENT = "public, max-age=10"  # of another version: the next page asks for this one's

# A script, and the attributes of which a page has them all when it needs it; with none, every page does.
BOUND: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("page", ()),
    ("shortcuts", ("data-shortcut-help",)),
    ("palette", ("data-palette",)),
    ("refresh", ("data-refresh",)),
    ("dirty-form", ("data-dirty",)),
    ("sms-count", ("data-sms-count",)),
    ("suggest", ("data-suggest",)),
    ("suggest", ("data-propose",)),
    ("choose", ("data-choose",)),
    ("choose", ("data-acts",)),  # of what comes in its place later
    ("console", ("data-look",)),
    ("console", ("data-who",)),
    ("in-place", ("data-in-place",)),
    ("live", ("data-live",)),
    ("jottings", ("data-live", "data-dirty")),
    ("here", ("data-here",)),
    ("room-screen", ("data-over",)),
)

_ATTRIBUTE = re.compile(r"\sdata-[a-z-]+")
_NOTES = re.compile(r"/\*.*?\*/", re.DOTALL)
_TAKES = re.compile(r'^import (?:(.+) from )?"\./([\w-]+)\.js";\n', re.MULTILINE)
_GIVES = re.compile(r"^export (?:default )?((?:async )?(?:function|const|class) (\w+))?", re.MULTILINE)
_SPACES = re.compile(r"\s*([{};])\s*|\s+")
_NOTES_AND_MARGINS = re.compile(r"^\s*//.*\n?|^\s+", re.MULTILINE)

bp = Blueprint("assets", __name__, url_prefix="/assets/<asked>")


@bp.get("/<names>.css")
@guards.anyone
def sheets(asked: str, names: str) -> Response:
    """Style sheets in the order of their names, which « + » joins."""
    return _answer(_sheets(names), "text/css", asked)


@bp.get("/<names>.js")
@guards.anyone
def script(asked: str, names: str) -> Response:
    """A module, beside those that it imports; or several together, each in a block of its own."""
    return _answer(_together(names), "text/javascript", asked)


def sheets_url(names: str) -> str:
    return f"/assets/{version()}/{'+'.join(dict.fromkeys(names.split()))}.css"


def script_for(body: str) -> str:
    """The address of the scripts that this page has something for: those that are tied to none, then the others, each
    after what it imports."""
    there = {found.lstrip() for found in _ATTRIBUTE.findall(body)}
    needed = dict.fromkeys(name for name, attributes in BOUND if there.issuperset(attributes))
    tied = [name for name in needed if _is_tied(_scripts()[name])]
    alone = [name for name in needed if name not in tied]
    taken = ((*_taken(_scripts()[name]), name) for name in tied)
    return f"/assets/{version()}/{'+'.join(dict.fromkeys([*alone, *chain(*taken)]))}.js"


@cache
def version() -> str:
    """A few signs that change when any of the files does."""
    files = sorted((*STATIC.glob("css/*.css"), *STATIC.glob("js/*.js")))
    return blake2b(b"\0".join(one.read_bytes() for one in files), digest_size=4).hexdigest()


@cache
def _written(folder: str) -> dict[str, str]:
    """What was written in each file of a folder, by its name."""
    return {one.stem: one.read_text(encoding="utf-8") for one in (STATIC / folder).iterdir()}


@lru_cache(maxsize=64)
def _sheets(names: str) -> str | None:
    asked, known = names.split("+"), _written("css")
    if len(set(asked)) < len(asked) or not known.keys() >= set(asked):
        return None
    return "".join(_bare_sheet(known[name]) for name in asked)


def _bare_sheet(written: str) -> str:
    return _SPACES.sub(lambda found: found[1] or " ", _NOTES.sub("", written)).strip()


@cache
def _scripts() -> dict[str, str]:
    return {name: _NOTES_AND_MARGINS.sub("", written) for name, written in _written("js").items()}


def _is_tied(written: str) -> bool:
    return bool(_TAKES.search(written) or _GIVES.search(written) or "import.meta" in written)


def _taken(written: str) -> list[str]:
    """The modules that it imports; these import none."""
    return [name for _, name in _TAKES.findall(written)]


@lru_cache(maxsize=128)
def _together(names: str) -> str | None:
    asked, known = names.split("+"), _scripts()
    if len(asked) == 1:
        return known.get(names)
    if len(set(asked)) < len(asked) or not known.keys() >= set(asked):
        return None
    if any(not set(asked[:at]).issuperset(_taken(known[name])) for at, name in enumerate(asked)):
        return None
    return "".join(_block(name, known[name]) for name in asked)


def _block(name: str, written: str) -> str:
    """A module beside others in one file: its names are its own, but for what it exports."""
    body = _TAKES.sub(lambda found: f"const {found[1]} = {_named(found[2])};\n" if found[1] else "", written)
    given = _GIVES.findall(body)
    if not given:
        return f"{{\n{body}\n}}\n"
    body = _GIVES.sub(lambda found: found[1] or "return ", body)
    names = ", ".join(one for _, one in given)
    back = f"return {{ {names} }};\n" if names else ""
    return f"const {_named(name)} = (() => {{\n{body}\n{back}}})();\n"


def _named(name: str) -> str:
    return f"${name.replace('-', '_')}"


def _answer(written: str | None, media_type: str, asked: str) -> Response:
    if written is None:
        abort(404)
    answer = Response(written, mimetype=media_type)
    answer.headers["Cache-Control"] = FOR_EVER if asked == version() else A_MOMENT
    return answer


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(sheets_url=sheets_url, script_for=script_for)
