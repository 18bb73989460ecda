"""Some weeks of the town's calls: how long each stood in line, whether it was answered, given up or called back.

They are written as rows, many at once. The same calls are drawn at each loading, dated back from now; the worker
counts them for the room and the reports as it counts any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from portal import clock
from portal.articles.models import Topic
from portal.citizens.models import Identifier
from portal.contacts.models import Contact
from portal.database import db
from portal.demo.town import number
from portal.desk.models import Place, Queue, queue_agents
from portal.desk.places import KEPT

FIRST_NUMBER = 33639985000  # and on: of the range kept for fiction
WELCOME = timedelta(seconds=25)  # the greeting, and the menu
WRAP_UP = timedelta(seconds=50)
CALL_BACK_AFTER_S = 120
ENDS = ("answered",) * 8 + ("transferred", "wrong_number")
GAVE_UP, TO_CALL_BACK = "A raccroché pendant l’attente.", "A raccroché pendant l’attente : à rappeler"


class Call(NamedTuple):
    """A call as it is written: its contact, and its place if it stood in line."""

    contact: dict[str, Any]
    place: dict[str, Any] | None


@dataclass(slots=True)
class Drawing:
    """What calls are drawn from, and the rows that they name."""

    told: dict[str, Any]
    drawn: Random
    line: str
    organization_id: int
    topics: dict[str, int]
    queues: dict[str, int]
    agents: dict[int, list[int]]
    callers: list[int]
    communes: dict[str, int]  # how many live in each


def load_calls(told: dict[str, Any], town: dict[str, Any], organization_id: int) -> None:
    """Every call of the last weeks that is over by now. The latest who gave up are still to be called back."""
    of = _drawing(told, town, organization_id)
    calls = [call for day in _days(told, town["timezone"]) for call in _calls_of(day, of)]
    gave_up = [
        (contact, place) for contact, place in calls if place and place["left"] and contact["identifier_id"]
    ]
    for given_up, place in gave_up[-told["proposed"] :]:
        place["state"] = "proposed"
        given_up |= {
            "state": "open",
            "disposition": "",
            "note": "",
            "wrapped_up_at": None,
            "step": TO_CALL_BACK,
        }
    contact = db.insert(Contact).returning(Contact.id, sort_by_parameter_order=True)
    ids = db.session.scalars(contact, [one.contact for one in calls]).all()
    stood = zip(ids, calls, strict=True)
    places = [{**one.place, "contact_id": contact_id} for contact_id, one in stood if one.place]
    db.session.execute(db.insert(Place), places)


def _drawing(told: dict[str, Any], town: dict[str, Any], organization_id: int) -> Drawing:
    agents: dict[int, list[int]] = {}
    for queue_id, staff_id in db.session.execute(db.select(queue_agents.c.queue_id, queue_agents.c.staff_id)):
        agents.setdefault(queue_id, []).append(staff_id)
    values = [{"kind": "phone", "value": f"+{FIRST_NUMBER + n}"} for n in range(told["callers"])]
    return Drawing(
        told,
        drawn=Random(3),  # noqa: S311 (a past, not secrecy)
        line=number(town["lines"][0]["number"]),
        organization_id=organization_id,
        topics={row.slug: row.id for row in db.session.scalars(db.select(Topic))},
        queues={row.slug: row.id for row in db.session.scalars(db.select(Queue))},
        agents=agents,
        callers=list(db.session.scalars(db.insert(Identifier).returning(Identifier.id), values)),
        communes={row["code"]: row["population"] for row in town["communes"] if row["population"] < 10_000},
    )


def _days(told: dict[str, Any], timezone: str) -> Iterator[datetime]:
    """The midnight of each of these days, the oldest first, this one included."""
    zone = ZoneInfo(timezone)
    today = clock.now().astimezone(zone).date()
    days: list[date] = [today - timedelta(days=n) for n in range(7 * told["weeks"], -1, -1)]
    return (datetime.combine(day, time(), zone) for day in days)


def _calls_of(day: datetime, of: Drawing) -> list[Call]:
    """The calls of a day, in the order they came; those not over by now are not there yet."""
    hours, usual = of.told["hours"], of.told["week"][day.weekday()]
    count = round(usual * of.drawn.uniform(0.85, 1.15))
    moments = sorted(
        int(hour) * 3600 + of.drawn.randrange(3600)
        for hour in of.drawn.choices(list(hours), weights=hours.values(), k=count)
    )
    calls = [
        _call(day + timedelta(seconds=moment), usual * hours[str(moment // 3600)], of) for moment in moments
    ]
    now = clock.now()
    return [one for one in calls if (one.contact["wrapped_up_at"] or one.contact["ended_at"]) < now]


def _call(at: datetime, busy: float, of: Drawing) -> Call:
    """`busy`: how many call on such a day, times the weight of the hour."""
    drawn, alone = of.drawn, of.told["menu_alone"]
    contact = {
        "organization_id": of.organization_id,
        "channel": "phone",
        "line": of.line,
        "identifier_id": drawn.choice(of.callers) if drawn.random() > of.told["hidden"] else None,
        "commune": drawn.choices(list(of.communes), weights=list(of.communes.values()))[0],
        "started_at": at,
        **dict.fromkeys(("queue_id", "agent_id", "answered_at", "wrapped_up_at")),
        "state": "open",
        **dict.fromkeys(("step", "disposition", "note"), ""),
    }
    if drawn.random() < alone["share"]:
        heard = {"topic_id": of.topics[alone["topic"]], "subject": alone["subject"], "step": alone["step"]}
        over = dict.fromkeys(("ended_at", "wrapped_up_at"), at + WELCOME * 3)
        ended = {"state": "wrapped_up", "disposition": "self_served", **over}
        return Call({**contact, **heard, **ended}, None)
    queues = of.told["queues"]
    queue = drawn.choices(queues, weights=[one["share"] for one in queues])[0]
    contact |= {"queue_id": of.queues[queue["slug"]], "subject": queue["subject"], "state": "wrapped_up"}
    contact["topic_id"] = of.topics.get(drawn.choice(queue["topics"]))
    most = max(of.told["week"]) * max(of.told["hours"].values())
    return _in_line(contact, queue, busy / most, of)


def _in_line(contact: dict[str, Any], queue: dict[str, Any], busy: float, of: Drawing) -> Call:
    """How it went, for someone who waits for so long and no longer."""
    quiet_s, busy_s = of.told["wait_s"].values()
    wait_s = 3 + of.drawn.expovariate(1 / (quiet_s + busy_s * busy**2))
    patience_s = 5 + of.drawn.expovariate(1 / of.told["patience_s"])
    since = contact["started_at"] + WELCOME
    place = {
        "organization_id": of.organization_id,
        "queue_id": contact["queue_id"],
        "since": since,
        "kind": "call",
        "state": "answered",
        "left": "",
    }
    if wait_s > patience_s:
        contact["ended_at"] = contact["wrapped_up_at"] = place["ended_at"] = since + timedelta(
            seconds=patience_s
        )
        contact |= {"disposition": "abandoned", "note": GAVE_UP}
        return Call(contact, {**place, "state": "left", "left": "hung_up"})
    if wait_s > CALL_BACK_AFTER_S and contact["identifier_id"]:
        wait_s *= of.drawn.uniform(2, 6)
        contact["step"], place["kind"] = KEPT, "call_back"
    answered = since + timedelta(seconds=wait_s)
    ended = answered + timedelta(seconds=queue["talk_s"] * of.drawn.lognormvariate(-0.15, 0.55))
    contact |= {"answered_at": answered, "ended_at": ended, "wrapped_up_at": ended + WRAP_UP}
    contact["agent_id"] = of.drawn.choice(of.agents[contact["queue_id"]])
    contact["disposition"] = of.drawn.choice(ENDS)
    return Call(contact, {**place, "ended_at": answered})
