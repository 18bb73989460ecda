"""For those who watch over us: are we alive, may we be sent people."""

from __future__ import annotations

from typing import Any

from flask import jsonify

from portal import clock, jobs, spool
from portal.articles.index import is_missing
from portal.views import guards
from portal.views.api import bp
from portal.views.context import settings

LATE_S = 300


@bp.get("/healthz")
@guards.anyone
def alive() -> Any:
    return jsonify(status="ok")


@bp.get("/readyz")
@guards.anyone
def ready() -> Any:
    """Ready when the database answers and what is published can be searched.

    Workers that are late are told, with how many jobs and how much of the spool were set aside for somebody to look
    at. None is a reason to send people elsewhere: pages do not wait for them.
    """
    searchable = not is_missing(settings().index_dir)
    waited = jobs.oldest_due_s(clock.now())
    state = {
        "status": "ready" if searchable else "not ready",
        "database": "ok",
        "index": "ok" if searchable else "missing",
        "jobs": {"oldest_due_s": round(waited), "late": waited > LATE_S, "quarantined": jobs.quarantined()},
        "spool": _spooled(),
    }
    return jsonify(state), 200 if searchable else 503


def _spooled() -> dict[str, int]:
    """Requests, and letters."""
    folders = settings().spool_dir, settings().mail_spool
    counts = zip(*map(spool.waiting, folders), strict=True)
    return dict(zip(("waiting", "aside"), map(sum, counts), strict=True))
