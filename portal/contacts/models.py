"""Tables of the contacts room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.citizens import people
from portal.citizens.models import Citizen, Identifier
from portal.database import Base, Versioned

DISTRESS = "Mots de détresse : à rappeler tout de suite"  # the step of a contact that none may pass in line
CHANNELS = ("phone", "text", "web", "email", "counter", "letter")
DISPOSITIONS = (
    "answered",
    "referred",
    "promise_made",
    "transferred",
    "no_answer_needed",
    "voicemail_left",
    "abandoned",
    "wrong_number",
    "self_served",  # the menu alone answered
)

# what was written and nobody has taken yet: as literal SQL, so that either engine finds its index
WRITTEN_WAITS = text("contacts.state IN ('open', 'waiting') AND contacts.channel <> 'phone'")
WRITTEN_WAITS_INDEX = text("state IN ('open', 'waiting') AND channel <> 'phone'")
# messages left on the answering machine, which nobody has taken yet; and calls that only our own texts are in
SPOKEN = "{0}channel = 'phone' AND {0}state IN ('open', 'waiting') AND {0}last_message_at IS NOT NULL"
VOICEMAIL_WAITS, VOICEMAIL_WAITS_INDEX = text(SPOKEN.format("contacts.")), text(SPOKEN.format(""))
# what the sweepers look through
UNFINISHED, TO_CHECK = text("state IN ('waiting', 'sending', 'unknown')"), text("check_at IS NOT NULL")
GOING_ON = text("state NOT IN ('ended', 'failed')")
# calls that nobody told us the end of
CALL_GOES_ON = text(
    "contacts.channel = 'phone' AND contacts.ended_at IS NULL AND contacts.provider_ref IS NOT NULL"
)
CALL_GOES_ON_INDEX = text("channel = 'phone' AND ended_at IS NULL AND provider_ref IS NOT NULL")

consulted_articles = Table(
    "consulted_articles",
    Base.metadata,
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
)


class Contact(Versioned, Base):
    """`state`: open (nobody has it yet), waiting (in a queue), in_progress (an agent has it), wrapped_up."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("ix_contacts_citizen", "citizen_id", "started_at"),
        Index("ix_contacts_identifier", "identifier_id", "started_at"),
        Index("ix_contacts_state", "organization_id", "state", "started_at"),
        Index("ix_contacts_recent", "organization_id", "started_at"),
        Index(
            "ix_contacts_written",
            *("organization_id", "queue_id", "channel", "started_at"),
            sqlite_where=WRITTEN_WAITS_INDEX,
            postgresql_where=WRITTEN_WAITS_INDEX,
        ),
        Index(
            "ix_contacts_voicemails",
            *("organization_id", "queue_id"),
            sqlite_where=VOICEMAIL_WAITS_INDEX,
            postgresql_where=VOICEMAIL_WAITS_INDEX,
        ),
        Index(
            "ix_contacts_going_on",
            "started_at",
            sqlite_where=CALL_GOES_ON_INDEX,
            postgresql_where=CALL_GOES_ON_INDEX,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    channel: Mapped[str]
    direction: Mapped[str] = mapped_column(default="in")
    identifier_id: Mapped[int | None] = mapped_column(ForeignKey("identifiers.id"))
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"))
    # how sure the citizen is: confirmed, probable, denied (not who it was thought to be), or nobody yet
    certainty: Mapped[str] = mapped_column(default="")
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queues.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    language: Mapped[str] = mapped_column(default="fr")
    commune: Mapped[str] = mapped_column(default="")
    line: Mapped[str] = mapped_column(default="")  # our number, E.164
    subject: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="open")
    step: Mapped[str] = mapped_column(default="")  # where it stopped, in words
    # the caller was told of a recording, and did not refuse
    records: Mapped[bool] = mapped_column(default=False)
    disposition: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")  # for staff only
    answer: Mapped[str] = mapped_column(default="")  # what was answered, shown to the citizen
    provider_ref: Mapped[str | None] = mapped_column(unique=True)
    form_key: Mapped[str | None] = mapped_column(unique=True)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # the call hung up
    wrapped_up_at: Mapped[datetime | None]
    last_message_at: Mapped[datetime | None]
    citizen: Mapped[Citizen | None] = relationship()
    identifier: Mapped[Identifier | None] = relationship()
    messages: Mapped[list[Message]] = relationship(back_populates="contact", order_by="Message.id")

    @property
    def person(self) -> Citizen | None:
        """Whose contact it is: the file that its citizen's is read in."""
        return people.head(self.citizen) if self.citizen is not None else None


class Message(Base):
    """One text inside a contact. An outgoing one is written `waiting` with its job, and sent after the commit.

    `state`: received; waiting, sending, sent, delivered, undelivered, failed, unknown (sent perhaps: to reconcile),
    recalled (before it left: the citizen never sees it).
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_contact", "contact_id", "id"),
        Index("ix_messages_unfinished", "state", "at", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
        Index("ix_messages_check", "check_at", sqlite_where=TO_CHECK, postgresql_where=TO_CHECK),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    direction: Mapped[str]  # in, out
    channel: Mapped[str]
    body: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    automatic: Mapped[bool] = mapped_column(default=False)
    purpose: Mapped[str] = mapped_column(default="reply")  # of a text: see `texting.VALIDITY_S`
    state: Mapped[str]
    provider_ref: Mapped[str | None] = mapped_column(unique=True)
    error: Mapped[str] = mapped_column(default="")
    form_key: Mapped[str | None] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]  # written in quiet hours: it leaves in the morning
    check_at: Mapped[datetime | None]  # when the network is to be asked what became of it
    checks: Mapped[int] = mapped_column(default=0)
    contact: Mapped[Contact] = relationship(back_populates="messages")
    attachments: Mapped[list[Attachment]] = relationship(back_populates="message", order_by="Attachment.id")
    envelope: Mapped[Envelope | None] = relationship(back_populates="message")


class ContactNote(Base):
    """What a colleague noted beside the agent who has the contact, or after its end (`late`). No citizen reads it."""

    __tablename__ = "contact_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    body: Mapped[str]
    late: Mapped[bool] = mapped_column(default=False)
    form_key: Mapped[str | None] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)


class BridgeCode(Base):
    """What a visit read and asked, waiting for the contact that says its code; once said, it is that contact's."""

    __tablename__ = "bridge_codes"
    __table_args__ = (Index("ix_bridge_codes_expires", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str | None] = mapped_column(unique=True)  # freed a day after it served
    read: Mapped[list[str]] = mapped_column(default=list)  # slugs of articles, oldest first
    asked: Mapped[list[str]] = mapped_column(default=list)
    language: Mapped[str] = mapped_column(default="fr")
    commune: Mapped[str] = mapped_column(default="")
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Template(Versioned, Base):
    """A text prepared in every language, with `{placeholders}` that are filled when it is used.

    One template is one meaning: `asked` says what people ask that it answers, in their words.
    """

    __tablename__ = "templates"
    __table_args__ = (UniqueConstraint("organization_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    slug: Mapped[str]
    name: Mapped[str]
    purpose: Mapped[str] = mapped_column(default="reply")
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    asked: Mapped[str] = mapped_column(default="")
    texts: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language
    retired: Mapped[bool] = mapped_column(default=False)


class Leg(Base):
    """One telephone in a call: the citizen's, an agent's, a third one's. Outgoing, it is written before it is asked.

    `state`: waiting, sending, unknown (placed perhaps: to reconcile), queued, ringing, answered, ended, failed.
    `seat` is where it is wanted, whatever it does now: bridge (put through, by a `<Dial>`), room (with the others of
    the call), hold (apart, with music), line (back among those who wait), away (sent to a listed service), out.
    """

    __tablename__ = "legs"
    __table_args__ = (Index("ix_legs_going_on", "at", sqlite_where=GOING_ON, postgresql_where=GOING_ON),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    role: Mapped[str]  # citizen, agent, third
    purpose: Mapped[str] = mapped_column(default="bridge")  # bridge, consult, transfer, call_back, call
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    dialled_by_id: Mapped[int | None] = mapped_column(ForeignKey("legs.id"))  # whose `<Dial>` called it
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offers.id"))  # what it answers, at the desk
    to: Mapped[str] = mapped_column(default="")  # E.164 or sip:…
    label: Mapped[str] = mapped_column(default="")  # who it is, in words
    state: Mapped[str] = mapped_column(default="waiting")
    seat: Mapped[str] = mapped_column(default="bridge")
    provider_ref: Mapped[str | None] = mapped_column(unique=True)
    sequence: Mapped[int] = mapped_column(default=-1)  # of the latest event heard
    error: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]  # by a person
    ended_at: Mapped[datetime | None]
    contact: Mapped[Contact] = relationship()


class Recording(Base):
    """A sound kept: a message that a caller chose to leave, or a conversation where an administrator turned that on.

    `state`: waiting (at the network), kept (here), lost (the network has it no more), purged.
    """

    __tablename__ = "recordings"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    kind: Mapped[str]  # voicemail, conversation
    provider_ref: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    seconds: Mapped[int] = mapped_column(default=0)
    media_type: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(default=0)  # bytes
    digest: Mapped[str] = mapped_column(default="")  # SHA-256: where it is kept
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    purged_at: Mapped[datetime | None]
    contact: Mapped[Contact] = relationship()


class Attachment(Base):
    """A file that came with a message, kept outside what the web serves, under a name of ours."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    name: Mapped[str]  # as sent, made safe
    media_type: Mapped[str]  # by content
    size: Mapped[int]  # bytes
    digest: Mapped[str]  # SHA-256: where it is kept
    at: Mapped[datetime] = mapped_column(default=clock.now)
    message: Mapped[Message] = relationship(back_populates="attachments")


class Envelope(Base):
    """What an e-mail says around its words. Ours bears a random Message-ID: an answer to it finds its thread."""

    __tablename__ = "envelopes"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    header_id: Mapped[str] = mapped_column(index=True, default="")  # Message-ID, without its brackets
    sender: Mapped[str] = mapped_column(default="")
    recipient: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    quoted: Mapped[str] = mapped_column(default="")  # what was written before, repeated under the new words
    signature: Mapped[str] = mapped_column(default="")
    # not from the address that the contact is with
    other_address: Mapped[bool] = mapped_column(default=False)
    refused: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # attachments not taken: name, why
    message: Mapped[Message] = relationship(back_populates="envelope")
