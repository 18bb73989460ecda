"""What the network tells, kept raw and once. Told twice it is kept once; late or out of order is normal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from portal.database import db, hold_name, insert
from portal.telephony.models import NetworkEvent

LONGEST = 4000
WORDS = 0x776F7264  # our part of the advisory locks' key space


def note(key: str, kind: str, payload: Mapping[str, str]) -> bool:
    """Keeps an event under its key; False if it was told before."""
    kept = {name: value[:LONGEST] for name, value in payload.items()}
    statement = insert(NetworkEvent).values(key=key[:300], kind=kind, payload=kept)
    statement = statement.on_conflict_do_nothing(index_elements=["key"]).returning(NetworkEvent.id)
    return db.session.scalar(statement) is not None


def hold(provider_ref: str) -> None:
    """Holds what is told of one call or text until the commit: our writing down that it is ours, and a word that
    comes at that instant, would else pass each other unheard. A contact is held first, where one is."""
    hold_name(WORDS, provider_ref)


def told(keys: Collection[str]) -> list[dict[str, Any]]:
    """What was told under these keys, in the order it came: for who was not ready to hear it then."""
    query = db.select(NetworkEvent.payload).where(NetworkEvent.key.in_(keys))
    return list(db.session.scalars(query.order_by(NetworkEvent.id)))
