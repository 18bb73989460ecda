"""When something opens, said as people say it: on pages and on the telephone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import format_date, get_locale, gettext

from portal import clock
from portal.directory.opening import DAYS, HOLIDAYS, Schedule
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


def week(schedule: Schedule) -> list[tuple[str, str]]:
    """The days and their hours, empty when closed."""
    names = get_locale().days["stand-alone"]["wide"]
    rows = [(names[n].capitalize(), schedule.get(day, [])) for n, day in enumerate(DAYS)]
    if schedule.get(HOLIDAYS):
        rows.append((gettext("Jours fériés"), schedule[HOLIDAYS]))
    return [(name, ", ".join(f"{opens} – {closes}" for opens, closes in slots)) for name, slots in rows]


def week_text(schedule: Schedule) -> str:
    """The open days on one line: « Lundi 08:30 – 12:00, 13:30 – 17:30 ; … »."""
    return " ; ".join(f"{day} {hours}" for day, hours in week(schedule) if hours)
