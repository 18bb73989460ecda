"""Does again what was acknowledged while the database was away: in order, by the same doors, dated when it came."""

from __future__ import annotations

import logging
from contextvars import Context
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from portal import clock, spool
from portal.config import Settings

log = logging.getLogger(__name__)

AWAY = 503


def replay(app: Flask) -> int:
    """Empties the spool of this machine as far as the database allows; returns how many were done. One at a time."""
    settings: Settings = app.extensions["settings"]
    if not spool.kept(settings.spool_dir):
        return 0
    done = 0
    with spool.alone(settings.spool_dir) as alone:
        for path in spool.kept(settings.spool_dir) if alone else []:
            if not _again(app, path):
                break
            done += 1
    return done


def _again(app: Flask, path: Path) -> bool:
    """Done, or set aside because it is refused; False when the database is away still."""
    told, body = spool.read(path)
    status = Context().run(_ask, app, told, body)
    if status == AWAY:
        return False
    if status < 400:
        spool.forget(path)
    else:
        log.error("%s, kept in the spool, was refused with %s: set aside", told["path"], status)
        spool.set_aside(path)
    return True


def _ask(app: Flask, told: dict[str, Any], body: bytes) -> int:
    settings: Settings = app.extensions["settings"]
    builder = EnvironBuilder(
        path=told["path"],
        base_url=settings.public_base_url,
        query_string=told["query"],
        method="POST",
        headers=told["headers"],
        input_stream=None,
        data=body,
        environ_overrides={"REMOTE_ADDR": told["address"]},
    )
    with clock.as_of(datetime.fromisoformat(told["received_at"])):
        _body, status, _headers = run_wsgi_app(app.wsgi_app, builder.get_environ(), buffered=True)
    return int(status.split()[0])
