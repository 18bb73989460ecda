"""Does again what was acknowledged while the database was away: in order, by the same doors, dated when it came."""

from __future__ import annotations

import logging
import random
import threading
from contextvars import Context
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from portal import clock, spool
from portal.config import Settings

log = logging.getLogger(__name__)

AWAY, OVERTAKEN = 503, 409
TRIES = {  # at once: the first finds out the connections that died, or somebody wrote the same at that instant
    AWAY: 2,
    OVERTAKEN: 5,
}


def replay(app: Flask, stop: threading.Event | None = None) -> int:
    """Empties the spool of this machine as far as the database allows; returns how many were done.

    One at a time in each lane, which whoever comes first empties. A lane that cannot go on, because somebody holds what
    it is about, does not keep the others waiting.
    """
    folder, done = app.extensions["settings"].spool_dir, 0
    waiting = spool.lanes(folder)
    random.shuffle(waiting)
    for lane in waiting:
        with spool.alone(folder, lane) as alone:
            for path in spool.kept(folder, lane) if alone else []:
                if (stop is not None and stop.is_set()) or not _again(app, path):
                    break
                done += 1
    return done


def _again(app: Flask, path: Path) -> bool:
    """Done, or set aside because it is refused or cannot even be asked; False when the database is away still."""
    tried, status = 0, AWAY
    try:
        told, body = spool.read(path)
        while tried < TRIES.get(status, 0):
            tried, status = tried + 1, Context().run(_ask, app, told, body)
    except (ValueError, KeyError) as error:  # not what `keep_request` writes
        log.error("%s, kept in the spool, cannot be read (%s): set aside", path.name, type(error).__name__)
        spool.set_aside(path)
        return True
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
