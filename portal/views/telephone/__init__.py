"""The telephone doors: what the network asks and tells. Signed by it, never by a person."""

from __future__ import annotations

from flask import Blueprint

SIGNED = True

bp = Blueprint("telephone", __name__, url_prefix="/telephone")

from portal.views.telephone import (  # noqa: E402  (they register on `bp`)
    away,  # noqa: F401
    bridging,  # noqa: F401
    calling_out,  # noqa: F401
    calls,  # noqa: F401
    codes,  # noqa: F401
    menus,  # noqa: F401
    recordings,  # noqa: F401
    rooms,  # noqa: F401
    statuses,  # noqa: F401
    texts,  # noqa: F401
    transcribing,  # noqa: F401
    waiting,  # noqa: F401
)
