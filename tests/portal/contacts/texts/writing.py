"""Somebody who writes a text to a line, and what became of it."""

from __future__ import annotations

from typing import Any

from portal.citizens import consents
from portal.contacts.models import Message
from portal.database import db
from tests import make
from tests.network import LINE, NUMBER, Network


def tell(network: Network, body: str, sid: str = "SM1", **more: Any) -> list[str]:
    """Texts this, and returns what we have answered so far."""
    network.twiml("/telephone/text", MessageSid=sid, Body=body, **more)
    return list(db.session.scalars(db.select(Message.body).filter_by(direction="out").order_by(Message.id)))


def has_stopped() -> bool:
    return consents.stopped(make.identifier("phone", NUMBER), LINE) is not None
