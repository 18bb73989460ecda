"""How fresh what we publish is, said as people say it."""

from __future__ import annotations

from flask_babel import gettext

from portal import clock
from portal.directory.confirming.freshness import is_stale, last_confirmed
from portal.directory.models import Sourced
from portal.errors import N_
from portal.views.context import settings
from portal.views.language import date_text

CONFIRMED = N_("Informations confirmées le %(day)s.")
LONG_CONFIRMED = N_("Informations confirmées le %(day)s ; peut-être plus à jour.")
DATED = N_("Informations du %(day)s.")
LONG_DATED = N_("Informations du %(day)s ; peut-être plus à jour.")


def freshness_text(row: Sourced) -> str:
    """When somebody last said that it is true, and that it may no longer be."""
    return stale_text(row) or _said(row, CONFIRMED, DATED)


def stale_text(row: Sourced) -> str:
    """That it may no longer be true, and since when nobody has said so; empty while it is fresh."""
    if not is_stale(row, clock.now(), settings().stale_months):
        return ""
    if last_confirmed(row) is None:
        return gettext("Informations que personne n’a encore confirmées ; peut-être plus à jour.")
    return _said(row, LONG_CONFIRMED, LONG_DATED)


def _said(row: Sourced, confirmed: str, dated: str) -> str:
    """A person confirms; a source only bears a date."""
    day = date_text(last_confirmed(row))
    return gettext(confirmed if row.confirmed_at else dated, day=day)
