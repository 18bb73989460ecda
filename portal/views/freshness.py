"""How fresh what we publish is, said as people say it."""

from __future__ import annotations

from flask_babel import format_date, gettext

from portal import clock
from portal.directory.freshness import is_stale, last_confirmed
from portal.directory.models import Sourced
from portal.views.context import settings

LONG = "d MMMM y"


def freshness_text(row: Sourced) -> str:
    """When somebody last said that it is true, and that it may no longer be."""
    return stale_text(row) or gettext(
        "Informations confirmées le %(day)s.", day=format_date(last_confirmed(row), LONG)
    )


def stale_text(row: Sourced) -> str:
    """That it may no longer be true, and since when nobody has said so; empty while it is fresh."""
    if not is_stale(row, clock.now(), settings().stale_months):
        return ""
    last = last_confirmed(row)
    if last is None:
        return gettext("Informations que personne n’a encore confirmées ; peut-être plus à jour.")
    return gettext("Informations confirmées le %(day)s ; peut-être plus à jour.", day=format_date(last, LONG))
