"""Style sheets and scripts as light as they can leave: a page's sheets together, and nothing that only we read.

They are made once a process from the files of static/, under an address that changes with them: browsers keep them for
ever, and no page of today meets a script of yesterday. A page loads the scripts that it has something for, as its
`data-` attributes say.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from hashlib import blake2b
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
_TIES = re.compile(r"^(import|export) |import\.meta", re.MULTILINE)
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
    """A module, beside those that it imports; or several of those that stand alone, each in a block of its own."""
    return _answer(_together(names), "text/javascript", asked)


def sheets_url(names: str) -> str:
    return f"/assets/{version()}/{'+'.join(dict.fromkeys(names.split()))}.css"


def scripts_for(body: str) -> list[str]:
    """The addresses of the scripts that this page has something for."""
    there = {found.lstrip() for found in _ATTRIBUTE.findall(body)}
    needed = dict.fromkeys(name for name, attributes in BOUND if there.issuperset(attributes))
    alone = [name for name in needed if name in _standing_alone()]
    files = ["+".join(alone), *(name for name in needed if name not in alone)]
    return [f"/assets/{version()}/{name}.js" for name in files if name]


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


@cache
def _standing_alone() -> frozenset[str]:
    """The modules that neither import nor export anything."""
    return frozenset(name for name, written in _scripts().items() if not _TIES.search(written))


@lru_cache(maxsize=64)
def _together(names: str) -> str | None:
    asked = names.split("+")
    if len(asked) == 1:
        return _scripts().get(names)
    if len(set(asked)) < len(asked) or not _standing_alone().issuperset(asked):
        return None
    return "".join(f"{{\n{_scripts()[name]}\n}}\n" for name in asked)


def _answer(written: str | None, media_type: str, asked: str) -> Response:
    if written is None:
        abort(404)
    answer = Response(written, mimetype=media_type)
    answer.headers["Cache-Control"] = FOR_EVER if asked == version() else A_MOMENT
    return answer


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(sheets_url=sheets_url, scripts_for=scripts_for)
