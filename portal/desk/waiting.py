"""Who waits, who it may be, since when; what an agent has begun; what was promised for today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, literal_column
from sqlalchemy.orm import joinedload

from portal import clock, history
from portal.articles.models import Topic
from portal.cases import opening
from portal.cases.models import Promise
from portal.citizens import people
from portal.citizens.models import Citizen, IdentifierLink
from portal.contacts.models import DISTRESS, Contact, Message
from portal.contacts.telling import tell_of
from portal.database import db
from portal.desk.estimating import IN_LINE
from portal.desk.matching import CRISIS, ORDINARY, rank_of
from portal.desk.models import Place, Queue, queue_topics
from portal.history import Actor, Event, Person
from portal.staff import teams

MOST_SHOWN = 100
# as literal SQL: in its own words PostgreSQL knows at once how few they are, and plans the question once for all
IN_PROGRESS = Contact.state == literal_column("'in_progress'")
# what is in anybody's hands is little, all that one ever had is much: its index must not be taken for this question
IN_HAND_OF = Contact.agent_id + literal_column("0")
OLDEST = (Contact.started_at, Contact.id)
PERSON = (joinedload(Contact.identifier), joinedload(Contact.citizen))  # who a contact may be from


@dataclass(frozen=True, slots=True)
class Begun:
    """A contact, with the people it may be from."""

    contact: Contact
    people: tuple[Citizen, ...]
    guessed: bool  # the one person of `people` is a guess

    @property
    def hidden(self) -> bool:
        return self.contact.channel == "phone" and self.contact.identifier_id is None


@dataclass(frozen=True, slots=True)
class Waiting(Begun):
    """A contact that nobody has yet, or that an agent has begun, with what a list says of it. `place` is where it
    stands in line, if it is a call that does, or that is to be given back."""

    queue: Queue | None
    topic: Topic | None
    since: datetime
    place: Place | None

    @property
    def on_the_line(self) -> bool:
        """Someone is holding a telephone: it comes before whatever was written."""
        contact = self.contact
        return contact.channel == "phone" and contact.state == "waiting" and contact.ended_at is None

    @property
    def to_call_back(self) -> bool:
        """Someone hung up and kept their place."""
        return self.place is not None and self.place.kind == "call_back" and self.place.state in IN_LINE

    @property
    def call_back_at(self) -> datetime | None:
        """When a call-back is tried again, if that is later."""
        due = self.place.not_before if self.place is not None and self.to_call_back else None
        return due if due is not None and due > clock.now() else None

    @property
    def at_once(self) -> bool:
        """What no other may come before: a voice on the line, a call-back whose turn may come, words of distress."""
        due = self.to_call_back and self.call_back_at is None
        return self.on_the_line or due or self.contact.step == DISTRESS


def waiting(organization_id: int, *, limit: int = MOST_SHOWN) -> list[Waiting]:
    """Those who wait: those in line and those in distress first, in the order in which they are offered; then the
    longest waiting. As many SELECTs for any number.

    A call that hung up in line, or left a message, waits to be called back; one that only heard the menu does not.
    """
    query = _rows().filter(Contact.organization_id == organization_id)
    phone = Contact.channel == "phone"
    said = db.exists().where(Message.contact_id == Contact.id, Message.direction == "in")
    left = Contact.last_message_at.is_not(None) & said  # what we texted by ourselves asks for nobody
    to_call_back = Contact.queue_id.is_not(None) | Contact.answered_at.is_not(None) | left
    waits = (Contact.state == "waiting") | ((Contact.state == "open") & (~phone | to_call_back))
    query = query.where(waits).order_by(*_order(organization_id), db.text("since"), Contact.id)
    return _with_people(query.limit(limit))


def _order(organization_id: int) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """First whether it is at once, then the priority."""
    now = clock.now()
    due = Place.not_before.is_(None) | (Place.not_before <= now)
    in_line = Place.state.in_(IN_LINE) & due
    on_the_line = (Contact.channel == "phone") & (Contact.state == "waiting") & Contact.ended_at.is_(None)
    at_once = db.case((on_the_line | in_line | (Contact.step == DISTRESS), 0), else_=1)
    rank = db.case(
        (Contact.step == DISTRESS, CRISIS),
        (in_line, rank_of(queues(organization_id), now)),
        else_=ORDINARY,
    )
    return at_once, rank


def begun(by: Person, limit: int) -> list[Begun]:
    """The first of what this agent has taken and not wrapped up, oldest first: no more than each page says of it."""
    asked = {"organization": by.organization_id, "agent": by.id, "most": limit}
    contacts = list(db.session.scalars(_begun(), asked))
    linked = _linked({one.identifier_id for one in contacts if one.identifier_id})
    return [Begun(one, *_people(one, linked)) for one in contacts]


@cache
def _begun() -> Select[Contact]:
    """Asked by each page of the console: made once a process."""
    query = begun_by(bindparam("agent")).order_by(*OLDEST).limit(bindparam("most"))
    return query.options(*PERSON)


def begun_by(agent: Any) -> Select[Contact]:
    """What somebody of the `organization` has taken and not wrapped up."""
    return _of(agent == IN_HAND_OF, db.select(Contact))


def in_progress(by: Person) -> list[Waiting]:
    """What this agent has taken and not wrapped up, oldest first."""
    return _with_people(_taken_by_one(), {"organization": by.organization_id, "agent": by.id})


def in_other_hands(by: Person) -> list[Waiting]:
    """What colleagues have taken and not wrapped up, oldest first: who watches over them gives back what they left."""
    return _with_people(_taken_by_others(), {"organization": by.organization_id, "agent": by.id})


@cache
def _taken_by_one() -> Select[Any]:
    return _of(bindparam("agent") == IN_HAND_OF, _rows()).order_by(*OLDEST).limit(MOST_SHOWN)


@cache
def _taken_by_others() -> Select[Any]:
    return _of(bindparam("agent") != IN_HAND_OF, _rows()).order_by(*OLDEST).limit(MOST_SHOWN)


def _of(whose: ColumnElement[bool], rows: Select[Any]) -> Select[Any]:
    """Those of the rows that are in somebody's hands."""
    query = rows.where(Contact.organization_id == bindparam("organization"))
    return query.where(IN_PROGRESS, whose)


def due_promises(by: Person, until: datetime, *, limit: int = MOST_SHOWN) -> list[Promise]:
    """What this person promised for before `until` and has not kept; for a supervisor, what those whom she sees did.
    What is nobody's any more is everybody's. The most urgent first."""
    query = db.select(Promise).where(Promise.organization_id == by.organization_id, opening.IS_OWED)
    theirs = Promise.owner_id == by.id
    if by.role == "supervisor":
        theirs = Promise.owner_id.in_(teams.seen_by(by))
    query = query.where(Promise.due_at < until, theirs | Promise.owner_id.is_(None))
    query = query.options(joinedload(Promise.case))
    return list(db.session.scalars(query.order_by(Promise.due_at).limit(limit)))


def enqueue(contact: Contact, queue: Queue, *, by: Actor = history.CITIZEN) -> None:
    """Puts the contact among those who wait in this queue. Again in the same queue does nothing."""
    if contact.queue_id == queue.id and contact.state == "waiting":
        return
    contact.queue_id, contact.state = queue.id, "waiting"
    details = {"queue": queue.slug}
    history.record("contact.queued", contact, by=by, citizen_id=contact.citizen_id, details=details)
    tell_of(contact)


def queues(organization_id: int) -> list[Queue]:
    """The organization's queues, in their order."""
    query = db.select(Queue).filter_by(organization_id=organization_id)
    return list(db.session.scalars(query.order_by(Queue.position, Queue.id)))


def queue_for_topic(topic_id: int | None, *, organization_id: int) -> Queue | None:
    """The organization's queue that answers on this topic, else its first one."""
    query = db.select(Queue).filter(Queue.organization_id == organization_id)
    on_topic = query.join(queue_topics).where(queue_topics.c.topic_id == topic_id)
    order = (Queue.position, Queue.id)
    found = db.session.scalar(on_topic.order_by(*order).limit(1)) if topic_id else None
    return found or db.session.scalar(query.order_by(*order).limit(1))


def _since() -> ColumnElement[datetime]:
    """Since when they wait: in line since their place is; else from the beginning, or from when they wrote again to
    what had been wrapped up."""
    reopened = db.select(db.func.max(Event.at)).where(
        Event.subject_type == Contact.__tablename__,
        Event.subject_id == Contact.id,
        Event.verb == "contact.reopened",
    )
    in_line = db.case((Place.state.in_(IN_LINE), Place.since))
    since = (in_line, reopened.scalar_subquery(), Contact.started_at)
    return db.func.coalesce(*since, type_=Contact.started_at.type).label("since")


def _rows() -> Select[Any]:
    """Contacts with what a list says of each."""
    query = db.select(Contact, Queue, Topic, _since(), Place)
    query = query.outerjoin(Queue, Queue.id == Contact.queue_id)
    query = query.outerjoin(Topic, Topic.id == Contact.topic_id)
    query = query.outerjoin(Place, Place.contact_id == Contact.id)
    return query.options(*PERSON)


def _with_people(query: Select[Any], asked: Mapping[str, Any] | None = None) -> list[Waiting]:
    rows = list(db.session.execute(query, asked))
    linked = _linked({contact.identifier_id for contact, *_ in rows if contact.identifier_id})
    return [
        Waiting(contact, *_people(contact, linked), queue, topic, since, place)
        for contact, queue, topic, since, place in rows
    ]


def _linked(identifier_ids: Collection[int]) -> dict[int, list[IdentifierLink]]:
    query = db.select(IdentifierLink).where(IdentifierLink.identifier_id.in_(identifier_ids))
    linked: dict[int, list[IdentifierLink]] = defaultdict(list)
    if not identifier_ids:
        return linked
    for found in db.session.scalars(query.options(joinedload(IdentifierLink.citizen))):
        linked[found.identifier_id].append(found)
    return linked


def _people(contact: Contact, linked: dict[int, list[IdentifierLink]]) -> tuple[tuple[Citizen, ...], bool]:
    """Who it may be, and whether that is one person who is only guessed."""
    theirs = (people.head(contact.citizen),) if contact.citizen is not None else ()
    if contact.certainty == "confirmed":
        return theirs, False
    if contact.certainty == "denied":
        return (), False
    links = linked[contact.identifier_id] if contact.identifier_id is not None else []
    likely = people.heads(link.citizen for link in links)
    if not likely:
        return theirs, bool(theirs)
    return tuple(likely), len(likely) == 1 and all(link.certainty != "confirmed" for link in links)
