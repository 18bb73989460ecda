"""What the network tells, kept raw and once. Told twice it is kept once; late or out of order is normal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, String, any_, bindparam

from portal.database import db, hold_name, insert
from portal.telephony.models import NetworkEvent

LONGEST = 4000
WORDS = 0x776F7264  # our part of the advisory locks' key space


def note(key: str, kind: str, payload: Mapping[str, str]) -> bool:
    """Keeps an event under its key; False if it was told before."""
    kept = {name: value[:LONGEST] for name, value in payload.items()}
    done: Any = db.session.execute(
        _keep(db.engine.dialect.name), {"key": key[:300], "kind": kind, "payload": kept}
    )
    return bool(done.rowcount == 1)


@cache
def _keep(_dialect: str) -> Any:
    """Built once a process and engine; whether a row was written is asked of it."""
    statement = insert(NetworkEvent.__table__).inline().on_conflict_do_nothing(index_elements=["key"])
    return statement.execution_options(preserve_rowcount=True)


def hold(provider_ref: str) -> None:
    """Holds what is told of one call or text until the commit: our writing down that it is ours, and a word that
    comes at that instant, would else pass each other unheard. A contact is held first, where one is."""
    hold_name(WORDS, provider_ref)


def told(keys: Collection[str]) -> list[dict[str, Any]]:
    """What was told under these keys, in the order it came: for who was not ready to hear it then."""
    if db.engine.dialect.name == "postgresql":  # one value, not ninety: these are asked for in every call
        return list(db.session.scalars(_told(), {"keys": list(keys)}))
    query = db.select(NetworkEvent.payload).where(NetworkEvent.key.in_(keys))
    return list(db.session.scalars(query.order_by(NetworkEvent.id)))


@cache
def _told() -> Any:
    keys = bindparam("keys", type_=ARRAY(String))
    return db.select(NetworkEvent.payload).where(NetworkEvent.key == any_(keys)).order_by(NetworkEvent.id)
