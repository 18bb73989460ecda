"""A round over many rows, each of which stands for itself."""

from __future__ import annotations

import logging

from portal.database import db
from portal.errors import trace_of

log = logging.getLogger(__name__)


def pass_over(error: Exception, what: str) -> None:
    """This row went wrong: nothing of it is kept, and the round goes on. Not where the database itself is away: every
    other row would only wait for it too."""
    db.session.rollback()
    log.error("%s\n%s", what, trace_of(error))
    db.session.connection()  # raises then
    db.session.rollback()
