"""Where the days of a page begin and end: for staff where their organization is, for citizens where the host is.

A day of Saint-Denis begins two or three hours before one of Paris: what is due today, what was counted today and the
hours that are shown are those of the place, wherever the machine stands.
"""

from __future__ import annotations

from datetime import date

from flask import g, has_request_context, request
from flask_login import current_user

from portal import clock
from portal.database import db
from portal.directory.hours import calendars
from portal.directory.hours.calendars import Calendar
from portal.views import kept, site

STAFF_ONLY = ("console", "admin")


def calendar() -> Calendar:
    """The calendar of this page, looked up once."""
    if "calendar" not in g:
        g.calendar = _calendar()
    found: Calendar = g.calendar
    return found


def stand_at(organization_id: int) -> None:
    """This page is about something of that organization."""
    g.calendar = calendars.of_organization(organization_id)


def zone() -> str:
    """The time zone by which this page tells days and hours."""
    return calendar().timezone


def today() -> date:
    return calendar().day(clock.now())


def written_in() -> str | None:
    """The zone in which dates are written on this page; the instance's where nobody reads, or the database is away."""
    if not has_request_context():
        return None
    try:
        return zone()
    except Exception:  # an error page must be drawn all the same
        db.session.rollback()
        return None


def _calendar() -> Calendar:
    if not has_request_context():
        return Calendar(clock.wall())
    if request.blueprint in STAFF_ONLY and current_user.is_authenticated:
        return kept.calendar_of(current_user.organization_id)
    found: Calendar = site.site()["calendar"]
    return found
