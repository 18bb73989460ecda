"""Our search box in the pages of another site, and the way back to it for whoever came from there.

Only sites that an administrator listed may show the box, each in a frame of its own; and only to them does a link lead
back, so that nobody can be sent from here to anywhere.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import make_response, render_template, request, session

from portal.database import db
from portal.directory.models import Embedder
from portal.errors import Missing
from portal.views import guards, limits
from portal.views.forms import Form
from portal.views.headers import POLICY
from portal.views.public import bp

CAME_FROM = "came_from"
LONGEST = 500


@bp.get("/<language:lang>/embed/<int:embedder_id>")
@guards.anyone
@limits.people
def embed(embedder_id: int) -> Any:
    """The search box, to be shown by this one site. Its answers open in the whole window, not in the frame."""
    site = _listed(embedder_id)
    if site is None:
        raise Missing
    back = _within(site, Form(request.args).text("back"))
    answer = make_response(render_template("public/embed.html", embedder=site, back=back))
    answer.headers["Content-Security-Policy"] = POLICY.replace(
        "frame-ancestors 'none'", f"frame-ancestors {site.origin}"
    )
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def arrive(form: Form) -> None:
    """Keeps where this visit came from, when it came from a listed site; the link back is shown on our pages."""
    site = _listed(form.number("from"))
    if site is not None:
        session[CAME_FROM] = {"name": site.name, "url": _within(site, form.text("back"))}


@bp.context_processor
def _way_back() -> dict[str, Any]:
    return {"came_from": session.get(CAME_FROM)}


def _listed(embedder_id: int | None) -> Embedder | None:
    found = db.session.get(Embedder, embedder_id) if embedder_id else None
    return found if found is not None and found.active else None


def _within(site: Embedder, address: str) -> str:
    """The address to go back to: a page of that site, else its first."""
    parts = urlsplit(address[:LONGEST])
    same = f"{parts.scheme}://{parts.netloc}" == site.origin
    return address[:LONGEST] if same else f"{site.origin}/"
