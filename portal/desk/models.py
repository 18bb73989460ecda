"""Tables of the desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.contacts.models import Contact
from portal.database import Base, Versioned

PRESENCES = ("available", "busy", "wrap_up", "break", "away")

queue_topics = Table(
    "queue_topics",
    Base.metadata,
    Column("queue_id", ForeignKey("queues.id"), primary_key=True),
    Column("topic_id", ForeignKey("topics.id"), primary_key=True),
)

queue_agents = Table(
    "queue_agents",
    Base.metadata,
    Column("queue_id", ForeignKey("queues.id"), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), primary_key=True, index=True),
)


class Queue(Base):
    __tablename__ = "queues"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    callback_after_s: Mapped[int] = mapped_column(default=120)  # waited so long, one is offered a call-back
    ring_s: Mapped[int] = mapped_column(default=20)  # for how long an agent's telephone rings
    wrap_up_s: Mapped[int] = mapped_column(default=60)
    handling_s: Mapped[int] = mapped_column(default=300)  # mean handling time, until enough calls tell it
    long_wait_s: Mapped[int] = mapped_column(default=600)  # waited so long, one passes before the favoured
    # waited so long, one is answered even without the skill
    waive_s: Mapped[int] = mapped_column(default=180)


class Skill(Base):
    """What an agent can do beside answering for a queue: a language spoken, a way of being reached handled."""

    __tablename__ = "skills"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)  # language:ar, access:relay


class Presence(Base):
    """Whether an agent may be offered a call, since when, and until when for a wrap-up."""

    __tablename__ = "presences"
    __table_args__ = (Index("ix_presences_state", "organization_id", "state"),)

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    state: Mapped[str] = mapped_column(default="away")  # one of PRESENCES
    since: Mapped[datetime] = mapped_column(default=clock.now)
    until: Mapped[datetime | None]
    missed: Mapped[int] = mapped_column(default=0)  # offers missed in a row
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))  # what they are speaking in

    @property
    def id(self) -> int:
        """What history knows it by."""
        return self.staff_id


class Place(Versioned, Base):
    """A contact's place in line. It is kept through a missed offer, a transfer and a call-back.

    `state`: waiting, offered, answered; left (gave up, or was sent elsewhere); proposed (gave up, or could not be
    reached: to be called back by whoever chooses to).
    """

    __tablename__ = "places"
    __table_args__ = (
        Index("ix_places_line", "organization_id", "state", "queue_id", "priority", "since"),
        Index("ix_places_ended", "queue_id", "state", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    queue_id: Mapped[int] = mapped_column(ForeignKey("queues.id"))
    kind: Mapped[str] = mapped_column(default="call")  # call, call_back
    state: Mapped[str] = mapped_column(default="waiting")
    priority: Mapped[int] = mapped_column(default=50)  # the lowest comes first
    since: Mapped[datetime] = mapped_column(default=clock.now)
    needs: Mapped[list[str]] = mapped_column(default=list)  # skills, as in Skill.name
    only_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # handed to this agent alone
    attempts: Mapped[int] = mapped_column(default=0)  # call-backs tried
    not_before: Mapped[datetime | None]
    announced_s: Mapped[int | None]  # the wait last told, when, and the rank told with it
    announced_at: Mapped[datetime | None]
    announced_rank: Mapped[int | None]
    ended_at: Mapped[datetime | None]  # answered, or left
    left: Mapped[str] = mapped_column(default="")  # how: hung_up, voicemail, transferred…
    contact: Mapped[Contact] = relationship()
    queue: Mapped[Queue] = relationship()


class Offer(Base):
    """A place offered to one agent. The two `live_` columns are empty once it is over: while it lasts, neither its
    contact nor its agent can have another."""

    __tablename__ = "offers"

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    state: Mapped[str] = mapped_column(default="ringing")  # ringing, accepted, missed, refused, withdrawn
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    live_contact_id: Mapped[int | None] = mapped_column(unique=True)
    live_staff_id: Mapped[int | None] = mapped_column(unique=True)
    place: Mapped[Place] = relationship()
    contact: Mapped[Contact] = relationship()
