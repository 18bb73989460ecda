"""Tables of the mail room: letters that came, mailboxes they came to, and those that an instance without SMTP keeps."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.database import Base, Versioned


class Letter(Base):
    """An e-mail that would have left. `message_id` is ours and unique: delivered twice, it is kept once."""

    __tablename__ = "letters"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    to: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    reply_to: Mapped[str] = mapped_column(default="")
    in_reply_to: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)


class IncomingLetter(Base):
    """A letter as it came: its bytes are a file under `digest`. `key` is unique: brought twice, it is kept once.

    `state`: waiting (not read yet), read (it is the message `message_id`, be it only its own attachment), apart (read,
    and of a program or a list: nobody has looked yet), returned (a bounce).
    """

    __tablename__ = "incoming_letters"
    __table_args__ = (Index("ix_incoming_letters_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str]
    size: Mapped[int]
    source: Mapped[str]  # imap, smtp, demo
    recipient: Mapped[str] = mapped_column(default="")  # whom it was delivered to, where the carrier says so
    state: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str] = mapped_column(default="")
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    forgotten_at: Mapped[datetime | None]  # its bytes were removed


class Mailbox(Versioned, Base):
    """An address of ours: whose it is, and in which queue its letters wait."""

    __tablename__ = "mailboxes"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)  # lower case
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queues.id"))  # none: by topic
    plus: Mapped[bool] = mapped_column(default=False)  # whether address+reference@… reaches it too


class MailFolder(Base):
    """How far a folder was read. Another `uid_validity` means that the server numbered it anew."""

    __tablename__ = "mail_folders"

    name: Mapped[str] = mapped_column(primary_key=True)  # user, host and folder
    uid_validity: Mapped[int] = mapped_column(BigInteger, default=0)  # 32 bits, unsigned
    last_uid: Mapped[int] = mapped_column(BigInteger, default=0)
    held_until: Mapped[datetime | None]  # a worker reads it: the others leave it alone until then
    read_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(default="")  # why it could not be read the last time, in words
