"""What the person wrote in an exchange, read again; never all of it: a number may write without end."""

from __future__ import annotations

from sqlalchemy import Select

from portal.contacts.models import Contact, Message
from portal.database import db

MOST = 100


def first_words(contact: Contact) -> str:
    return db.session.scalar(_written(contact).order_by(Message.id).limit(1)) or ""


def latest_words(contact: Contact) -> list[str]:
    """The latest first: of what is cut short, they count most."""
    return list(db.session.scalars(_written(contact).order_by(Message.id.desc()).limit(MOST)))


def was_answered_at_once(contact: Contact) -> bool:
    """Whether something left by itself: a receipt."""
    query = db.select(Message.id).filter_by(contact_id=contact.id, automatic=True)
    return db.session.scalar(query.limit(1)) is not None


def _written(contact: Contact) -> Select[tuple[str]]:
    return db.select(Message.body).filter_by(contact_id=contact.id, direction="in")
