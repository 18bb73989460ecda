"""Tables of the citizens room. A number is not a person: several citizens may share one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.database import Base, Versioned

FLAGS = ("vulnerable", "interpreter", "no_message", "deaf_relay", "protected_address")


class Citizen(Versioned, Base):
    __tablename__ = "citizens"
    __table_args__ = (Index("ix_citizens_name_key", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str]  # folded (no accent, lower case): what a name is looked up by
    called: Mapped[str] = mapped_column(default="")  # how they wish to be called, if not by `name`
    language: Mapped[str] = mapped_column(default="fr")
    preferred_channel: Mapped[str] = mapped_column(default="")
    commune: Mapped[str] = mapped_column(default="")  # INSEE code
    protected: Mapped[bool] = mapped_column(default=False)
    # said to whoever opens the file, before anything else
    know_first: Mapped[str] = mapped_column(default="")
    # while merged: whose file this one is read in
    person_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    links: Mapped[list[IdentifierLink]] = relationship(back_populates="citizen")
    flags: Mapped[list[Flag]] = relationship(back_populates="citizen")


class Identifier(Base):
    """A phone number (E.164) or an e-mail address (lower case) that exchanges come from."""

    __tablename__ = "identifiers"
    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # phone, email, subject
    value: Mapped[str]
    text_error: Mapped[str] = mapped_column(default="")  # the network's reason why it can take no text, ever
    returned_at: Mapped[datetime | None]  # letters to it come back; forgotten once something comes from it
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    links: Mapped[list[IdentifierLink]] = relationship(back_populates="identifier")
    consents: Mapped[list[Consent]] = relationship(back_populates="identifier", order_by="Consent.at")


class Consent(Base):
    """Whether a number takes texts from one of our senders (`""`: from any), and how that is known."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("identifier_id", "sender"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    identifier_id: Mapped[int] = mapped_column(ForeignKey("identifiers.id"))
    sender: Mapped[str] = mapped_column(default="")  # our number that the citizen knows
    stopped: Mapped[bool]
    evidence: Mapped[str]  # word (they wrote it), network (it told us), refusal (it refused ours), agent
    at: Mapped[datetime] = mapped_column(default=clock.now)
    identifier: Mapped[Identifier] = relationship(back_populates="consents")


class IdentifierLink(Base):
    """That a citizen uses an identifier, how sure it is, and on what evidence."""

    __tablename__ = "identifier_links"

    identifier_id: Mapped[int] = mapped_column(ForeignKey("identifiers.id"), primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), primary_key=True, index=True)
    certainty: Mapped[str]  # confirmed, probable
    evidence: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    identifier: Mapped[Identifier] = relationship(back_populates="links")
    citizen: Mapped[Citizen] = relationship(back_populates="links")


class DeniedLink(Base):
    """A guess that an agent refused: this identifier is not this citizen's. It is not guessed again."""

    __tablename__ = "denied_links"

    identifier_id: Mapped[int] = mapped_column(ForeignKey("identifiers.id"), primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Flag(Base):
    """What must be known before speaking to someone; it ends on a day, or is renewed."""

    __tablename__ = "flags"

    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), index=True)
    kind: Mapped[str]  # one of FLAGS
    note: Mapped[str] = mapped_column(default="")
    ends_on: Mapped[date | None]
    ends_at: Mapped[datetime | None]  # when that day is over, where it was said
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    citizen: Mapped[Citizen] = relationship(back_populates="flags")


class Merge(Base):
    """That two files are one person's, until it is undone. No row is moved: both are read together under `kept_id`.

    `fields` is what was chosen, field by field; `before` what the kept file said, to give it back.
    """

    __tablename__ = "merges"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), index=True)
    absorbed_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), index=True)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    form_key: Mapped[str | None] = mapped_column(unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    undone_at: Mapped[datetime | None]


class Duplicate(Base):
    """Two files that may be one person's, and why. `state`: proposed, distinct (they are two), merged."""

    __tablename__ = "duplicates"
    __table_args__ = (Index("ix_duplicates_state", "state", "score"),)

    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), primary_key=True, index=True)
    score: Mapped[int] = mapped_column(default=0)
    reasons: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(default="proposed")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Relation(Base):
    """Who may speak for a citizen, or who is near to them. A relative's file is never shown for it."""

    __tablename__ = "relations"

    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), index=True)  # spoken for
    other_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"), index=True)  # if on file
    name: Mapped[str] = mapped_column(default="")  # else
    kind: Mapped[str]  # speaks_for, guardian, relative
    evidence: Mapped[str] = mapped_column(default="")
    ends_on: Mapped[date | None]
    ends_at: Mapped[datetime | None]  # when that day is over, where it was said
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Code(Base):
    """A one-time code sent to an identifier, to show that whoever asks also holds it. Only its digest is kept."""

    __tablename__ = "codes"
    __table_args__ = (Index("ix_codes_subject", "subject_type", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    identifier_id: Mapped[int] = mapped_column(ForeignKey("identifiers.id"))
    subject_type: Mapped[str]  # what it opens
    subject_id: Mapped[int]
    code_hash: Mapped[str]
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    identifier: Mapped[Identifier] = relationship()


class CodeCall(Base):
    """A call that says a code, written before the network is asked for it. Its digits are kept nowhere: they are made
    of `seed` and the instance's secret. `state` is a leg's: waiting, sending, unknown, queued… ended, failed."""

    __tablename__ = "code_calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_id: Mapped[int] = mapped_column(ForeignKey("codes.id"), index=True)
    seed: Mapped[str]
    sender: Mapped[str]  # our line that it comes from
    language: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    provider_ref: Mapped[str | None] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    code: Mapped[Code] = relationship()
