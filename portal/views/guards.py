"""Who may come in by which door. A view without a guard answers nobody; a test names it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort, current_app, g, redirect, request, url_for
from flask_login import current_user

from portal.errors import N_, NotYours, Refused
from portal.referrals.partners import keys as partners
from portal.views import carrying

View = Callable[..., Any]


def guarded_by(guard: str, view: View) -> View:
    """The view, marked with what guards it."""
    view.guard = guard  # type: ignore[attr-defined]  # a mark that `refuse_unguarded` and the tests read
    return view


def anyone(view: View) -> View:
    """Open to all: citizens without an account."""
    return guarded_by("anyone", view)


def asks(view: View) -> View:
    """Changes nothing, and is sent by POST because what it asks for must stay out of addresses: as behind a GET, its
    transactions cannot write, and wait for nobody who does."""
    view.asks = True  # type: ignore[attr-defined]  # a mark that `only_reads` and the tests read
    return view


def only_reads() -> bool:
    """Whether the request that came in changes nothing."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method in ("GET", "HEAD", "OPTIONS") or hasattr(view, "asks")


def staff(*roles: str) -> Callable[[View], View]:
    """Open to signed-in staff; with roles named, to these roles only."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                if request.method == "GET" and not asked_by_a_page():
                    return redirect(url_for("sign_in.show", next=request.path))
                return _sign_in_again() or abort(401)
            if roles and current_user.role not in roles:
                raise NotYours(N_("Votre rôle ne donne pas accès à cette page."))
            return view(*args, **kwargs)

        return guarded_by("staff:" + ",".join(roles), guarded)

    return guard


def _sign_in_again() -> Any:
    """A form whose session has ended leads to signing in, which carries what was typed; None if it is not a page's."""
    return None if asked_by_a_page() or request.method != "POST" else carrying.sign_in_page()


def asked_by_a_page() -> bool:
    """A fragment that an open page asks for by itself must not become the sign-in page."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"


def demo_only(view: View) -> View:
    """Exists in demo mode only."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_app.extensions["settings"].demo:
            abort(404)
        return view(*args, **kwargs)

    return guarded_by("demo", guarded)


def partner(view: View) -> View:
    """Open to the systems of partners, by the key that they show: `g.partner` is whose it is."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        g.partner = partners.partner_of(key.strip()) if kind.lower() == "bearer" else None
        if g.partner is None:
            raise NoKey(N_("Donnez votre clé : Authorization: Bearer, puis la clé."))
        return view(*args, **kwargs)

    return guarded_by("partner", guarded)


class NoKey(Refused):
    """No key, or one that opens nothing."""

    status = 401


def refuse_unguarded() -> None:
    """Before every request: a view that nobody guarded stays shut, and no address of ours has a NUL in it."""
    if "\0" in request.path:
        abort(404)
    if request.endpoint is None or request.endpoint == "static":
        return
    if not hasattr(current_app.view_functions[request.endpoint], "guard"):
        abort(403)
