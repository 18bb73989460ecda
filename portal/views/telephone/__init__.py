"""The telephone doors: what the network asks and tells. Signed by it, never by a person."""

from __future__ import annotations

from flask import Blueprint

SIGNED = True

bp = Blueprint("telephone", __name__, url_prefix="/telephone")

from portal.views.telephone import away, calls, statuses, texts, waiting  # noqa: E402, F401  (they register on `bp`)
