"""What every door of the console shares: its blueprint, its guards, who is reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, cast

from flask import Blueprint
from flask_login import current_user
from sqlalchemy import Select, bindparam

from portal import clock, history
from portal.cases.references import spoken
from portal.citizens import people
from portal.citizens.models import Citizen
from portal.database import brief_write, db
from portal.errors import Refused
from portal.history import Reading
from portal.staff.models import Staff
from portal.views import guards, here
from portal.views.console import words
from portal.views.console.cases import words as case_words
from portal.views.console.contact import answers
from portal.views.console.people import words as words_of_people
from portal.views.forms import Form

bp = Blueprint("console", __name__, url_prefix="/console")
agents = guards.staff("agent", "supervisor")
supervisors = guards.staff("supervisor")

ONE_READING = timedelta(minutes=10)


def me() -> Staff:
    """Who is at the desk."""
    return cast(Staff, current_user._get_current_object())


def may_read(citizen: Citizen) -> bool:
    """Whether the reader opens this file without writing why."""
    return me().may_open_protected or not (citizen.protected or people.head(citizen).protected)


def name_of(citizen: Citizen) -> str:
    """The name, unless the person is protected and the reader not of those who may know."""
    return people.head(citizen).name if may_read(citizen) else "Personne protégée"


def own_name_of(citizen: Citizen) -> str:
    """The same by this file, not the one it is read in."""
    return citizen.name if may_read(citizen) else "Personne protégée"


def note_reading(citizen_id: int, staff_id: int | None = None) -> None:
    """Leaves who read this file, once the answer is built; reading on within ten minutes is one reading."""
    staff_id = staff_id or me().id
    asked = {"staff": staff_id, "files": people.ids(citizen_id), "since": clock.now() - ONE_READING}
    if db.session.scalar(_read_lately(), asked) is None:
        leave_reading(citizen_id, staff_id)


def leave_reading(citizen_id: int, staff_id: int) -> None:
    """The same where it is known already that there is none of late."""
    with brief_write() as session:
        history.record_reading(session, staff_id, citizen_id)


@cache
def _read_lately() -> Select[int]:
    """Asked by each page that shows a file: made once a process."""
    query = db.select(Reading.id).where(Reading.citizen_id.in_(bindparam("files", expanding=True)))
    query = query.where(Reading.staff_id == bindparam("staff"), Reading.at > bindparam("since"))
    return query.limit(1)


@contextmanager
def refusals_shown(form: Form) -> Iterator[None]:
    """A verb's refusal is shown in the form; what it began is undone. What is not there is not there."""
    try:
        yield
    except Refused as refusal:
        if refusal.status != Refused.status:
            raise
        db.session.rollback()
        form.take(refusal)


def end_of_day(day: date) -> datetime:
    """The last second of a local day of the organization."""
    return here.calendar().end_of(day)


def over_at(day: date) -> datetime:
    """When a local day of the organization is over."""
    return here.calendar().over_at(day)


def today() -> date:
    """The day it is where the organization is."""
    return here.today()


@bp.context_processor
def shared() -> dict[str, Any]:
    """What the console's templates need everywhere."""
    return {
        "words": words,
        "said_of": case_words,
        "people": words_of_people,
        "name_of": name_of,
        "own_name_of": own_name_of,
        "may_read": may_read,
        "spoken": spoken,
        "today": today(),
        "day_of": here.calendar().day,
        "now": clock.now(),
        "address_of": answers.address,
        "in_reply": answers.in_reply,
        "said_in_french": answers.said_in_french,
    }
