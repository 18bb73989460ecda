"""A round over many rows, each of which stands for itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from portal.database import db
from portal.errors import trace_of

log = logging.getLogger(__name__)

One = TypeVar("One")


def each(
    found: Iterable[One],
    do: Callable[[One], object],
    which: Callable[[One], str],
    *,
    stops: tuple[type[Exception], ...] = (),
) -> Exception | None:
    """Each in a commit of its own. One that goes wrong holds up no other: the log says `which` it was, without a word
    of a citizen's, and the last thing wrong is returned. What `stops` the round would be the same for all."""
    wrong: Exception | None = None
    for one in found:
        try:
            do(one)
            db.session.commit()
        except stops:
            raise
        except Exception as error:
            pass_over(error, f"{which(one)} went wrong")
            wrong = error
    return wrong


def pass_over(error: Exception, what: str) -> None:
    """This row went wrong: nothing of it is kept, and the round goes on. Not where the database itself is away: every
    other row would only wait for it too."""
    db.session.rollback()
    log.error("%s\n%s", what, trace_of(error))
    db.session.connection()  # raises then
    db.session.rollback()
