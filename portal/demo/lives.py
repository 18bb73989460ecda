"""The people of the town and a year of their contacts: past, so nothing is sent for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from portal import clock, history
from portal.articles.models import Article, Topic
from portal.cases.due import clocks
from portal.cases.models import Case, Promise
from portal.cases.opening import open_case
from portal.citizens.identifying import email_address, identifier, link
from portal.citizens.models import Citizen, Flag
from portal.citizens.names import name_key
from portal.contacts.models import Contact, Message, consulted_articles
from portal.database import db
from portal.demo.town import number
from portal.desk.models import Place
from portal.desk.waiting import queue_for_topic
from portal.directory.models import Organization, Service
from portal.history import Event
from portal.referrals.models import Referral
from portal.staff.models import Staff

WELCOME = timedelta(seconds=20)  # the greeting, and the menu


class Town:
    """The rows that lives refer to by name."""

    def __init__(self, timezone: str) -> None:
        self.zone = ZoneInfo(timezone)
        self.topics = {row.slug: row.id for row in db.session.scalars(db.select(Topic))}
        self.organizations = {row.slug: row.id for row in db.session.scalars(db.select(Organization))}
        self.services = {row.slug: row.id for row in db.session.scalars(db.select(Service))}
        self.articles = {row.source_ref: row.id for row in db.session.scalars(db.select(Article))}
        self.staff = {
            row.email.partition("@")[0].partition(".")[0]: row for row in db.session.scalars(db.select(Staff))
        }
        self.citizens: dict[str, Citizen] = {}
        self.queue_for = cache(lambda topic_id, of: queue_for_topic(topic_id, organization_id=of))


def load_lives(lives: dict[str, Any], timezone: str) -> None:
    """Citizens with their numbers and flags, then their contacts, oldest first."""
    town = Town(timezone)
    for row in lives["citizens"]:
        town.citizens[row["key"]] = _citizen(row)
    for row in sorted(lives["contacts"], key=lambda row: (-row["days_ago"], row["time"])):
        _contact(row, town)
    db.session.flush()


def _citizen(row: dict[str, Any]) -> Citizen:
    name = f"{row['first_name']} {row['last_name']}"
    citizen = Citizen(
        name=name,
        name_key=name_key(name),
        language=row["language"],
        commune=row["commune"],
        protected=row["protected"],
        know_first=row["know_first"],
    )
    for flag in row["flags"]:
        ends_on = clock.local_day() + timedelta(days=flag["ends_in_days"])
        until = {"ends_on": ends_on, "ends_at": clock.over_at(ends_on)}
        citizen.flags.append(Flag(kind=flag["kind"], note=flag["text"], **until))
    db.session.add(citizen)
    db.session.flush()
    reached = [("phone", number(phone)) for phone in row["phones"]]
    reached += [("email", email_address(row["email"]))] if row["email"] else []
    for kind, value in reached:
        link(identifier(kind, value), citizen, certainty="confirmed", evidence="agent", by=history.SYSTEM)
    return citizen


def _contact(row: dict[str, Any], town: Town) -> None:
    at = _when(row, town.zone)
    agent: Staff | None = town.staff.get(row["agent"] or "")
    contact = Contact(
        organization_id=town.organizations[row["organization"]],
        channel=row["channel"],
        citizen_id=town.citizens[row["citizen"]].id,
        certainty="confirmed",
        identifier_id=_used(row["from"]),
        topic_id=town.topics[row["topic"]],
        agent_id=agent.id if agent else None,
        language=town.citizens[row["citizen"]].language,
        subject=row["subject"],
        started_at=at,
        disposition=row["disposition"] or "",
        note=row["note"],
        answer=row["answer"],
        **_state(row, at, town),
    )
    db.session.add(contact)
    db.session.flush()
    _stood_in_line(contact, town)
    _messages(row, contact, at, agent)
    _matter(row, contact, at, agent)
    _sent_elsewhere(row, contact, at, agent, town)
    if row.get("article") in town.articles:
        values = {"contact_id": contact.id, "article_id": town.articles[row["article"]]}
        db.session.execute(consulted_articles.insert().values(**values))
        db.session.get_one(
            Article, values["article_id"]
        ).helped += 1  # so the home page begins with what is asked


def _when(row: dict[str, Any], zone: ZoneInfo) -> datetime:
    """A local hour, so many days ago; on a working day when an agent took part, and never in the time to come."""
    hour, minute = (int(part) for part in row["time"].split(":"))
    day = clock.now().astimezone(zone) - timedelta(days=row["days_ago"])
    if row["agent"] and row["channel"] in ("phone", "counter"):
        day -= timedelta(days=max(0, day.weekday() - 4))
    return min(day.replace(hour=hour, minute=minute, second=0, microsecond=0), clock.now())


def _used(reached: str) -> int | None:
    if not reached:
        return None
    kind, value = ("email", email_address(reached)) if "@" in reached else ("phone", number(reached))
    return identifier(kind, value).id


def _state(row: dict[str, Any], at: datetime, town: Town) -> dict[str, Any]:
    last = at + timedelta(minutes=5)
    if row.get("open"):
        organization_id = town.organizations[row["organization"]]
        queue = queue_for_topic(town.topics[row["topic"]], organization_id=organization_id)
        return {
            "state": "waiting",
            "queue_id": queue.id if queue else None,
            "step": "Attend une réponse",
            "last_message_at": at,
        }
    ended = last if row["channel"] == "phone" else None
    return {
        "state": "wrapped_up",
        "answered_at": at,
        "ended_at": ended,
        "wrapped_up_at": last,
        "last_message_at": last,
    }


def _stood_in_line(contact: Contact, town: Town) -> None:
    """A call that an agent took had stood in line first, some seconds longer than the one before."""
    if contact.channel != "phone" or contact.agent_id is None or contact.answered_at is None:
        return
    queue = town.queue_for(contact.topic_id, contact.organization_id)
    if queue is None:
        return
    contact.queue_id, since = queue.id, contact.started_at + WELCOME
    contact.answered_at = since + timedelta(seconds=4 + 7 * contact.id % 60)
    line = {"organization_id": contact.organization_id, "queue_id": queue.id, "since": since}
    db.session.add(Place(contact_id=contact.id, state="answered", ended_at=contact.answered_at, **line))


def _messages(row: dict[str, Any], contact: Contact, at: datetime, agent: Staff | None) -> None:
    channel = row["channel"] if row["channel"] in ("text", "email") else "web"
    for place, said in enumerate(row["messages"]):
        ours = said["from"] == "agent"
        message = Message(
            contact_id=contact.id,
            direction="out" if ours else "in",
            channel=channel,
            body=said["text"],
            author_id=agent.id if ours and agent else None,
            state="delivered" if ours else "received",
            at=at + timedelta(minutes=2 * place),
        )
        db.session.add(message)


def _matter(row: dict[str, Any], contact: Contact, at: datetime, agent: Staff | None) -> None:
    """Web requests, what is still open and what was promised are matters; the others ended with the exchange."""
    if not (row.get("promise") or row.get("open") or row["channel"] == "web"):
        return
    case: Case = open_case(contact, by=agent.actor if agent else history.CITIZEN)
    case.opened_at = case.active_at = at
    case.owner_id = agent.id if agent and row["disposition"] == "promise_made" else None
    for one in clocks.clocks_of(case).values():
        one.started_at = at
    clocks.recompute(case)
    made = _promise(row, contact, at, agent) if row.get("promise") else None
    if made.kept_at if made else not row.get("open"):
        case.state, case.closed_at = "closed", made.kept_at if made else at
    _answered(case, at, agent)
    db.session.flush()
    for event in db.session.scalars(db.select(Event).filter_by(subject_type="cases", subject_id=case.id)):
        event.at = at


def _answered(case: Case, at: datetime, agent: Staff | None) -> None:
    """What was due was done when it was: its receipt at once, the answer by whoever took it, the rest at its end."""
    clocks.met(case, "receipt", at=at)
    if agent is not None:
        case.answered_at = at
        clocks.met(case, "first_answer", at=at)
    if case.closed_at is not None:
        clocks.met(case, "resolution", "silence", at=case.closed_at)


def _promise(row: dict[str, Any], contact: Contact, at: datetime, agent: Staff | None) -> Promise:
    """Due so many days from now or ago: a weekend that brings the exchange forward to its Friday leaves it in place."""
    said, kept = row["promise"], row["promise"]["kept_after_days"]
    forward = clock.local_day() - timedelta(days=row["days_ago"]) - clock.local_day(at)
    made = Promise(
        organization_id=contact.organization_id,
        case_id=contact.case_id,
        contact_id=contact.id,
        citizen_id=contact.citizen_id,
        owner_id=agent.id if agent else None,
        text=said["text"],
        due_at=at + forward + timedelta(days=said["due_days"]),
        kept_at=at + timedelta(days=kept) if kept is not None else None,
        created_at=at,
    )
    db.session.add(made)
    return made


def _sent_elsewhere(
    row: dict[str, Any], contact: Contact, at: datetime, agent: Staff | None, town: Town
) -> None:
    if row.get("referral"):
        referral = Referral(
            organization_id=contact.organization_id,
            contact_id=contact.id,
            citizen_id=contact.citizen_id,
            service_id=town.services[row["referral"]],
            reason=row["answer"],
            created_by=agent.id if agent else None,
            created_at=at,
        )
        db.session.add(referral)
