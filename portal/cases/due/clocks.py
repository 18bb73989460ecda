"""The clocks of a matter: receipt, first answer, resolution, and what silence means, and when (CRPA).

Answers are due in working days of the organization's territory, at the end of a local day. While the citizen is
waited for, clocks stand still: `started_at` is moved on by as much once they go on, so that what is due always
follows from it. Silence that rejects runs for two months and stands still while a piece is missing; silence that
accepts runs for two months from the last piece (L231-1, L231-4, L114-5).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam

from portal import clock
from portal.cases.due import levels
from portal.cases.due.levels import Level
from portal.cases.models import Case, Clock
from portal.contacts.models import Contact
from portal.database import db
from portal.directory.hours import calendars
from portal.directory.hours.calendars import Calendar, add_months

REGIMES = {  # what silence means, by what the citizen asks for
    "information": "",
    "report": "",
    "decision": "acceptance",  # an individual decision, by a procedure laid down by a text
    "request": "rejection",
    "complaint": "rejection",
    "appeal": "rejection",
}
MONTHS = 2
REGISTERED_WITHIN, ACKNOWLEDGED_WITHIN = 1, 10  # working days (R112-11-2)
# what is written is owed a receipt, whatever it asks for (L112-11)
ACKNOWLEDGED = ("web", "email", "letter", "text")
ALOUD = ("phone", "counter")  # what is said too, where it asks for a decision, complains or appeals (L112-3)
REGISTERED = "registered"  # what a receipt's clock means once the arrival was told
GOING_ON = ("running", "paused")
NOON = time(12)


def silent_until(means: str, began: date) -> date | None:
    """The day on which silence that began to count that day means something; None where it means nothing."""
    return add_months(began, MONTHS) if means else None


def is_written(channel: str, identifier_id: int | None) -> bool:
    """Whether this came in writing; a text of a hidden number counts as said: there is nobody to acknowledge it to."""
    return channel in ACKNOWLEDGED and (channel != "text" or identifier_id is not None)


def owed_receipt(case: Case, channel: str) -> bool:
    """Whether the law asks for a receipt of this: of all that is written, and of a request, however it came."""
    return is_written(channel, case.identifier_id) or bool(REGIMES[case.nature])


def start_clocks(case: Case, channel: str, undertaken: Iterable[Any] | None = None) -> None:
    """Starts what is due in a matter that begins; through the session, which writes them in one statement."""
    rules = levels.levels_of(case.organization_id) if undertaken is None else list(undertaken)
    level, calendar = _level(case, rules), calendars.of_organization(case.organization_id)
    kinds = ["first_answer", "resolution", *(["receipt"] if owed_receipt(case, channel) else [])]
    means = REGIMES[case.nature]
    rows = [_row(case, kind, "", calendar, level) for kind in kinds]
    if means:
        rows.append(_row(case, "silence", means, calendar, level))
    db.session.add_all(Clock(**row) for row in rows)
    db.session.flush()  # the receipt that is written next reads them, also where nothing is flushed by itself


def clocks_of(case: Case) -> dict[str, Clock]:
    """The matter's clocks by kind, read afresh."""
    return {one.kind: one for one in db.session.scalars(_of_case(), {"case": case.id})}


@cache
def _of_case() -> Select[Clock]:
    """Asked for each matter that is opened or touched: made once a process."""
    query = db.select(Clock).where(Clock.case_id == bindparam("case")).order_by(Clock.due_at)
    return query.execution_options(populate_existing=True)


def pause(case: Case, why: str) -> None:
    """What is due from us stands still: the citizen is waited for. What is late already stays late. Hold the case.

    What stands still already does so for this reason now.
    """
    now = clock.now()
    for one in clocks_of(case).values():
        if one.state == "paused":
            one.paused_why = why[:500]
        elif one.state == "running" and one.kind != "receipt" and one.due_at >= now:
            one.state, one.paused_at, one.paused_why = "paused", now, why[:500]


def resume(case: Case) -> None:
    """Goes on with the working days that were left, a whole one at the least. Hold the case."""
    now, calendar = clock.now(), calendars.of_organization(case.organization_id)
    level = _level(case, levels.levels_of(case.organization_id))
    for one in clocks_of(case).values():
        if one.state == "paused" and one.paused_at is not None:
            one.started_at = _moved_on(one, one.paused_at, now, calendar, _days(one.kind, level))
            _set_going(one, _due(one, calendar, level))


def recompute(case: Case) -> dict[str, list[str]]:
    """Another nature, topic or priority: what is due then, clock by clock, as [before, after]. Hold the case."""
    calendar, known = calendars.of_organization(case.organization_id), clocks_of(case)
    level, means = _level(case, levels.levels_of(case.organization_id)), REGIMES[case.nature]
    asked_now = means and ("silence" not in known or not known["silence"].means)
    moved: dict[str, list[str]] = {}
    _owe_receipt(case, known, means)
    for one in known.values():
        before = one.due_at
        if one.kind == "silence" and one.means != means:
            _say_otherwise(one, case, means)
        if one.state in GOING_ON:
            one.due_at = _due(one, calendar, level)
        if one.due_at != before:
            one.warned_at = one.escalated_at = None
            moved[one.kind] = [before.isoformat(), one.due_at.isoformat()]
    if asked_now and case.state != "closed":
        moved |= {kind: ["", due] for kind, due in _begin(case, known, means, calendar, level).items()}
    return moved


def registered(case: Case) -> None:
    """Its arrival was told; the receipt that says all is owed within the days that the law gives it. Hold the case."""
    one = clocks_of(case).get("receipt")
    if one is not None and one.met_at is None and one.state in GOING_ON:
        one.means = REGISTERED
        one.due_at = _due(one, calendars.of_organization(case.organization_id), levels.USUAL)
        one.warned_at = one.escalated_at = None


def met(case: Case, *kinds: str, at: datetime | None = None) -> list[str]:
    """Done in time, or late: which of these clocks were still going on. `at`: when it was done, if not now."""
    now, found = at or clock.now(), clocks_of(case)
    ended = [one for kind in kinds if (one := found.get(kind)) is not None and one.met_at is None]
    ended = [one for one in ended if one.state != "stopped"]
    for one in ended:
        one.met_at = now
        if one.state in GOING_ON:
            one.state = "met" if one.state == "paused" or now <= one.due_at else "missed"
    return [one.kind for one in ended]


def stop(case: Case) -> None:
    """Nothing more is due in this matter."""
    for one in clocks_of(case).values():
        if one.state in GOING_ON:
            late = one.state == "running" and one.due_at < clock.now()
            one.state = "missed" if late else "stopped"


def start_again(case: Case) -> None:
    """The citizen says that it is not done: an answer and an end are due anew, counted from today. Hold the case."""
    now, calendar = clock.now(), calendars.of_organization(case.organization_id)
    level = _level(case, levels.levels_of(case.organization_id))
    for one in clocks_of(case).values():
        if one.kind in ("first_answer", "resolution"):
            one.started_at, one.met_at = now, None
        elif one.kind != "silence" or case.answered_at is not None or not one.means:
            continue  # a receipt is given once, and silence was broken by an answer
        elif _counts_elsewhere(case, one.means):
            continue
        _set_going(one, _due(one, calendar, level))


def pass_on(case: Case) -> None:
    """Another administration has it: silence that accepts counts there, once it has it all, and not here (L114-3).

    Hold the case: until it comes back, no other nature makes such a silence count with us."""
    case.passed_on_at = case.passed_on_at or clock.now()
    one = clocks_of(case).get("silence")
    if one is not None and one.means == "acceptance" and one.state in GOING_ON:
        one.state = "stopped"


def take_back(case: Case) -> None:
    """It came back unanswered: silence that accepts counts with us again, from when we had it. Hold the case."""
    case.passed_on_at = None
    one = clocks_of(case).get("silence")
    if one is None or one.means != "acceptance" or one.state != "stopped" or one.met_at is not None:
        return
    if case.state != "closed" and case.answered_at is None:
        rules = levels.levels_of(case.organization_id)
        _set_going(one, _due(one, calendars.of_organization(case.organization_id), _level(case, rules)))


def _say_otherwise(one: Clock, case: Case, means: str) -> None:
    """Silence means something else now, or nothing: it counts from when the matter began."""
    one.means, one.started_at = means, case.opened_at
    if not means or case.state == "closed" or _counts_elsewhere(case, means):
        one.state = "stopped"
    elif case.state == "waiting":
        one.state, one.paused_at, one.paused_why = "paused", clock.now(), case.waits_for
    else:
        one.state = "running"


def _counts_elsewhere(case: Case, means: str) -> bool:
    """Whether this silence is another administration's: one that accepts, while that one has the matter. Silence that
    rejects counts from our own reception, whoever has it (L114-3)."""
    return means == "acceptance" and case.passed_on_at is not None


def _owe_receipt(case: Case, known: dict[str, Clock], means: str) -> None:
    """What was said aloud and is a request after all is owed a receipt; what is none after all is owed none."""
    one = known.get("receipt")
    if one is None or one.met_at is not None:
        return
    if one.state in GOING_ON and not means and not owed_receipt(case, _channel(case)):
        one.state = "stopped"
    elif one.state == "stopped" and means and case.state != "closed":
        one.state = "running"


def _begin(
    case: Case, known: dict[str, Clock], means: str, calendar: Calendar, level: Level
) -> dict[str, str]:
    """What begins once it is known that something is asked for: silence and a receipt; by when each is due."""
    due = {}
    for kind, says in (("silence", means), ("receipt", "")):
        if kind not in known:
            row = _row(case, kind, says, calendar, level)
            stopped = kind == "silence" and _counts_elsewhere(case, means)
            db.session.add(Clock(**row, state="stopped" if stopped else "running"))
            due[kind] = row[
                "due_at"
            ].isoformat()  # added, not by a statement: a deed sees what the session makes
    return due


def _channel(case: Case) -> str:
    """How the matter came: by its first exchange; where that is not known, it is as if it were written."""
    query = db.select(Contact.channel).filter_by(case_id=case.id).order_by(Contact.id).limit(1)
    return db.session.scalar(query) or ACKNOWLEDGED[0]


def _row(case: Case, kind: str, means: str, calendar: Calendar, level: Level) -> dict[str, Any]:
    """A clock to be written. It counts from when the matter began: that is when we had the request."""
    one = Clock(kind=kind, means=means, started_at=case.opened_at)
    due = _due(one, calendar, level)
    keys = {"case_id": case.id, "organization_id": case.organization_id}
    return {**keys, "kind": kind, "means": means, "started_at": case.opened_at, "due_at": due}


def _due(one: Clock, calendar: Calendar, level: Level) -> datetime:
    began = calendar.day(one.started_at)
    if one.kind == "silence":
        return calendar.end_of(silent_until(one.means, began) or began)
    days = ACKNOWLEDGED_WITHIN if one.means == REGISTERED else _days(one.kind, level)
    return calendar.end_of(calendar.after(began, days))


def _days(kind: str, level: Level) -> int:
    days = {"first_answer": level.first_answer_days, "resolution": level.resolution_days}
    return days.get(kind, REGISTERED_WITHIN)


def _moved_on(one: Clock, paused: datetime, now: datetime, calendar: Calendar, days: int) -> datetime:
    """When it would have begun, had it never stood still."""
    if one.kind == "silence":
        return now if one.means == "acceptance" else one.started_at + (now - paused)
    served = calendar.between(calendar.day(one.started_at), calendar.day(paused))
    began = calendar.before(calendar.day(now), min(served, days - 1))
    return calendar.at(began, NOON)


def _set_going(one: Clock, due_at: datetime) -> None:
    one.state, one.due_at = "running", due_at
    one.paused_at, one.paused_why = None, ""
    one.warned_at = one.escalated_at = None


def _level(case: Case, rules: Iterable[Any]) -> Level:
    return levels.level_for(list(rules), nature=case.nature, topic_id=case.topic_id, priority=case.priority)
