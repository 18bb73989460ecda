"""Tables of the cases room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from knowledge_base.analysis import fold
from portal import clock
from portal.contacts.models import Contact
from portal.database import Base, Versioned

NATURES = ("information", "request", "decision", "complaint", "report", "appeal")
PRIORITIES = ("low", "normal", "high", "urgent")
STATES = ("open", "waiting", "closed")  # waiting: for the citizen
CLOCKS = ("receipt", "first_answer", "resolution", "silence")

NOT_CLOSED = text("state != 'closed'")
RUNNING = text("state = 'running'")
TO_KEEP = text("kept_at IS NULL AND given_up_at IS NULL")

LISTED_BY = {  # what lists of what is not closed walk by, or are narrowed by
    "ix_cases_active_now": "active_at",
    "ix_cases_nature": "nature",
    "ix_cases_priority": "priority",
    "ix_cases_topic_id": "topic_id",
}


def _folded(context: Any) -> str:
    return fold(context.get_current_parameters()["subject"])


case_tags = Table(
    "case_tags",
    Base.metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True, index=True),
)


class Tag(Base):
    """A word of the house that cases are sorted by."""

    __tablename__ = "tags"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]


class Case(Versioned, Base):
    """A matter. `state` is one of STATES; one merged into another is closed and names it in `merged_into_id`."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_citizen", "citizen_id", "state"),
        Index("ix_cases_state", "organization_id", "state", "id"),
        Index("ix_cases_owner", "owner_id", "state"),
        Index(
            "ix_cases_not_closed",
            "organization_id",
            "id",
            sqlite_where=NOT_CLOSED,
            postgresql_where=NOT_CLOSED,
        ),
        Index("ix_cases_active", "organization_id", "active_at", "id"),
        *(
            Index(name, "organization_id", column, "id", sqlite_where=NOT_CLOSED, postgresql_where=NOT_CLOSED)
            for name, column in LISTED_BY.items()
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # public, drawn at random with a check character; no key
    reference: Mapped[str] = mapped_column(unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    identifier_id: Mapped[int | None] = mapped_column(ForeignKey("identifiers.id"))
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    nature: Mapped[str] = mapped_column(default="information")  # one of NATURES: it says what silence means
    priority: Mapped[str] = mapped_column(default="normal")  # one of PRIORITIES
    subject: Mapped[str]
    subject_key: Mapped[str] = mapped_column(default=_folded)  # as it is looked for
    state: Mapped[str] = mapped_column(default="open")
    waits_for: Mapped[str] = mapped_column(default="")  # what the citizen is to give, while `waiting`
    outcome: Mapped[str] = mapped_column(default="")  # once closed: solved, not_solved, or not said
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]  # the first answer by a person
    closed_at: Mapped[datetime | None]
    active_at: Mapped[datetime] = mapped_column(default=clock.now)  # see `lists.activity`
    passed_on_at: Mapped[datetime | None]  # while another administration has it: some silence counts there
    promises: Mapped[list[Promise]] = relationship(back_populates="case")
    clocks: Mapped[list[Clock]] = relationship(back_populates="case", order_by="Clock.due_at")
    tags: Mapped[list[Tag]] = relationship(secondary=case_tags, order_by="Tag.name")
    checklist: Mapped[list[Check]] = relationship(back_populates="case", order_by="Check.position")

    @validates("subject")
    def _fold_subject(self, _name: str, subject: str) -> str:
        self.subject_key = fold(subject)
        return subject


class Clock(Versioned, Base):
    """A time by which something is due in a case. `state`: running (late too), paused (and why), met, missed (it ended
    late), stopped (nothing is due any more).

    `warned_at` is when somebody was told that it comes near, `escalated_at` when somebody above was, before it is late,
    and again once it is.
    """

    __tablename__ = "clocks"
    __table_args__ = (
        UniqueConstraint("case_id", "kind"),
        Index("ix_clocks_due", "organization_id", "due_at", sqlite_where=RUNNING, postgresql_where=RUNNING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str]  # one of CLOCKS
    # of silence: acceptance, rejection; of a receipt: registered
    means: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="running")
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    paused_why: Mapped[str] = mapped_column(default="")
    met_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship(back_populates="clocks")


class ServiceLevel(Versioned, Base):
    """What an organization undertakes, in working days, for a nature and a topic (`None`: any); the nearest counts."""

    __tablename__ = "service_levels"
    __table_args__ = (UniqueConstraint("organization_id", "nature", "topic_id", "priority"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    nature: Mapped[str] = mapped_column(default="")  # empty: any
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    priority: Mapped[str] = mapped_column(default="")  # empty: any
    first_answer_days: Mapped[int] = mapped_column(default=5)
    resolution_days: Mapped[int] = mapped_column(default=15)
    warn_days: Mapped[int] = mapped_column(default=2)  # before it is late: its owner is told
    escalate_days: Mapped[int] = mapped_column(default=1)  # before it is late: the supervisors are told


class Check(Base):
    """A thing to do or to receive in a case."""

    __tablename__ = "checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[str]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    case: Mapped[Case] = relationship(back_populates="checklist")


class CaseLink(Base):
    """Two cases that are to be read together; the lesser id comes first."""

    __tablename__ = "case_links"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Question(Base):
    """One of the things asked in a contact, with its own topic, answer and end; it may have a case of its own."""

    __tablename__ = "questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    text: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")  # shown to the citizen
    disposition: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    contact: Mapped[Contact] = relationship()


class Note(Base):
    """What staff write to each other in a case. The citizen never reads it."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    body: Mapped[str]
    form_key: Mapped[str | None] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Deed(Base):
    """Something done to one or several cases in one act (a merge, a split, a link, a macro, a bulk change): undoable.

    `changes` are its steps, in order: {"table", "id", "field", "before", "after"}, or {"table", "id", "made": true}.
    """

    __tablename__ = "deeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    kind: Mapped[str]  # merge, split, link, macro, bulk
    says: Mapped[str]  # in words, for staff
    changes: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    case_ids: Mapped[list[int]] = mapped_column(JSON, default=list)  # in whose history it is told
    form_key: Mapped[str | None] = mapped_column(unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    undone_at: Mapped[datetime | None]


class Macro(Versioned, Base):
    """Several things that are done to a case at one go, prepared by the administration. `does` is by kind of thing."""

    __tablename__ = "macros"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    about: Mapped[str] = mapped_column(default="")  # when to use it
    does: Mapped[dict[str, Any]] = mapped_column(default=dict)
    retired: Mapped[bool] = mapped_column(default=False)


class Promise(Base):
    """What was said would be done, by when, and by whom."""

    __tablename__ = "promises"
    __table_args__ = (
        Index("ix_promises_citizen", "citizen_id", "due_at"),
        Index("ix_promises_due", "organization_id", "kept_at", "due_at"),
        Index("ix_promises_to_keep", "due_at", sqlite_where=TO_KEEP, postgresql_where=TO_KEEP),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str]
    due_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]  # with the citizen told, or no longer wanted
    given_up_why: Mapped[str] = mapped_column(default="")
    warned_at: Mapped[datetime | None]  # its owner was told that it comes near
    escalated_at: Mapped[datetime | None]  # a supervisor was, before it is late
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    case: Mapped[Case | None] = relationship(back_populates="promises")
