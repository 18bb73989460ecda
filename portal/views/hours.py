"""When something opens and closes, said as people say it: on pages and on the telephone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask import Flask
from flask_babel import get_locale, gettext

from portal import clock
from portal.dates import WEEKDAY, day_text
from portal.directory.hours.opening import DAYS, EXCEPTIONS, HOLIDAYS, Opening, Schedule, note_of
from portal.views import here

COMING = timedelta(days=60)  # how far ahead exceptional days are told


def opens_text(begins: datetime | None, timezone: str = "") -> str:
    """When it opens next, in a sentence, by the clocks of `timezone` or ours; empty when nobody knows."""
    if begins is None:
        return ""
    zone = ZoneInfo(timezone or here.zone())
    local, today = begins.astimezone(zone), clock.now().astimezone(zone).date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return gettext("Ouvre aujourd’hui à %(time)s.", time=time)
    if local.date() == today + timedelta(days=1):
        return gettext("Ouvre demain à %(time)s.", time=time)
    return gettext("Ouvre %(day)s à %(time)s.", day=_weekday(local.date()), time=time)


def closes_text(ends: datetime | None, timezone: str) -> str:
    """Until when it is open, in a sentence, by the clocks of `timezone`."""
    if ends is None:
        return gettext("Jour et nuit.")
    zone = ZoneInfo(timezone)
    local, today = ends.astimezone(zone), clock.now().astimezone(zone).date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return gettext("Ouvert jusqu’à %(time)s.", time=time)
    if local.date() == today + timedelta(days=1):
        midnight = time == "00:00"
        return (
            gettext("Ouvert jusqu’à minuit.")
            if midnight
            else gettext("Ouvert jusqu’à demain %(time)s.", time=time)
        )
    return gettext("Ouvert jusqu’au %(day)s à %(time)s.", day=_weekday(local.date()), time=time)


def opening_text(opening: Opening, timezone: str) -> str:
    """Until when it is open, or why it is not and when it opens next, in sentences."""
    if opening.open:
        return closes_text(opening.closes_at, timezone)
    if opening.why == "suspended":
        return gettext("Fermé pour un temps.")
    why = ""
    if opening.holiday:
        why = gettext("Jour férié : %(holiday)s.", holiday=gettext(opening.holiday))
    elif opening.why == "exception":
        why = gettext("Fermé exceptionnellement aujourd’hui.")
    return f"{why} {opens_text(opening.opens_at, timezone)}".strip()


def elsewhere_text(timezone: str) -> str:
    """Whose clocks the hours are told by, where they do not show what ours do; else empty."""
    now = clock.now()
    if now.astimezone(ZoneInfo(timezone)).utcoffset() == now.astimezone(ZoneInfo(here.zone())).utcoffset():
        return ""
    name = get_timezone_location(ZoneInfo(timezone), locale=get_locale())
    return gettext("Ces heures sont celles du lieu (%(zone)s).", zone=name)


def week(schedule: Schedule) -> list[tuple[str, list[tuple[str, str]]]]:
    """The days, and their hours with the note on each; none when closed."""
    names = get_locale().days["stand-alone"]["wide"]
    rows = [(names[n].capitalize(), schedule.get(day, [])) for n, day in enumerate(DAYS)]
    if schedule.get(HOLIDAYS):
        rows.append((gettext("Jours fériés"), schedule[HOLIDAYS]))
    return [(name, [(" – ".join(slot[:2]), note_of(slot)) for slot in slots]) for name, slots in rows]


def coming_days(schedule: Schedule, timezone: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The exceptional days of the weeks that come, and their hours with the note on each; none when closed."""
    today = clock.now().astimezone(ZoneInfo(timezone)).date()
    days = (
        (date.fromisoformat(day), slots) for day, slots in sorted((schedule.get(EXCEPTIONS) or {}).items())
    )
    return [
        (
            _weekday(day).capitalize(),
            [(" – ".join(slot[:2]), note_of(slot)) for slot in slots],
        )
        for day, slots in days
        if today <= day <= today + COMING
    ]


def _weekday(day: date) -> str:
    return day_text(day, str(get_locale()), WEEKDAY)


def week_text(schedule: Schedule) -> str:
    """The open days on one line: « Lundi 08:30 – 12:00, 13:30 – 17:30 (sur rendez-vous) ; … »."""
    days = [
        (day, ", ".join(f"{hours} ({note})" if note else hours for hours, note in slots))
        for day, slots in week(schedule)
    ]
    return " ; ".join(f"{day} {hours}" for day, hours in days if hours)


def init_app(app: Flask) -> None:
    app.jinja_env.filters["week_text"] = week_text
