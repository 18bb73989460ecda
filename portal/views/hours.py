"""When something opens, said as people say it: on pages and on the telephone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import format_date, gettext

from portal import clock
from portal.views.context import settings


def opens_text(begins: datetime | None) -> str:
    """When it opens next, in a sentence; empty when nobody knows."""
    if begins is None:
        return ""
    zone = ZoneInfo(settings().timezone)
    local, today = begins.astimezone(zone), clock.now().astimezone(zone).date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return gettext("Ouvre aujourd’hui à %(time)s.", time=time)
    if local.date() == today + timedelta(days=1):
        return gettext("Ouvre demain à %(time)s.", time=time)
    return gettext("Ouvre %(day)s à %(time)s.", day=format_date(local, "EEEE d MMMM"), time=time)
