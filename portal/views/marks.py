"""The mark of a page: whose it is and where it stands, signed, in each form of it.

By it, what was typed in a form that cannot be taken (the session ended, or another began) finds its way back to the
page it was typed in, for the person it was shown to and nobody else.
"""

from __future__ import annotations

from flask import Flask, current_app, g, request
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeSerializer

FIELD = "page_mark"
INSIDE = ("/console", "/admin")

Mark = tuple[int, str]  # whose, and the address of the page


def page_mark() -> str:
    """The mark of the page being drawn; an answer to a form is the same page still. Empty for who is not staff."""
    if "page_mark" not in g:
        g.page_mark = ""
        page = page_shown()
        if page and current_user.is_authenticated:
            g.page_mark = str(_signer().dumps([current_user.id, page]))
    return str(g.page_mark)


def page_shown() -> str:
    """The address under which the page being drawn is opened again."""
    if not request.path.startswith(INSIDE):
        return ""
    if stood_at():
        return stood_at()
    if request.method == "GET":
        return request.path
    posted = posted_mark()
    return posted[1] if posted else ""


def stand_at(address: str) -> None:
    """The answer to this form is the page of another address, under which browsers with scripts put it."""
    g.stands_at = address


def stood_at() -> str:
    """That address; empty for a page that is asked for by its own."""
    return str(g.get("stands_at", ""))


def posted_mark() -> Mark | None:
    """The mark that the form sent came with."""
    try:
        staff_id, page = _signer().loads(request.form.get(FIELD, ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return int(staff_id), str(page)


def my_posted_page() -> str:
    """The page that the form sent stands in, if it was shown to whoever sends it now."""
    posted = posted_mark()
    mine = posted is not None and current_user.is_authenticated and posted[0] == current_user.id
    return posted[1] if posted and mine else ""


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="page")


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(page_mark=page_mark, stood_at=stood_at)
