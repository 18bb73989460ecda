"""Whether a number still takes our texts: per sender, as the network keeps it, with how it is known."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Select, bindparam

from portal import clock, history
from portal.citizens.models import Consent, Identifier
from portal.database import db, insert
from portal.history import Actor

ANY = ""  # said of all our senders at once
# evidence that the network itself lets nothing through: only its own words lift that
BLOCKS = ("network", "refusal")


def stop(used: Identifier, sender: str, *, evidence: str, by: Actor) -> bool:
    """No more texts from this sender. False if that was known."""
    return _say(used, sender, stopped=True, evidence=evidence, by=by)


def resume(used: Identifier, sender: str, *, evidence: str, by: Actor) -> bool:
    """Texts again, from this sender and from any. False if nothing was stopped."""
    changed = _say(used, ANY, stopped=False, evidence=evidence, by=by) if stopped(used, ANY) else False
    return _say(used, sender, stopped=False, evidence=evidence, by=by) or changed


def stopped(used: Identifier, sender: str) -> Consent | None:
    """What this number said against texts from this sender, if it did."""
    return db.session.scalar(_stopped(), {"used": used.id, "senders": [sender, ANY]})


@cache
def _stopped() -> Select[Consent]:
    """Asked before each text: made once a process."""
    query = db.select(Consent).where(Consent.identifier_id == bindparam("used"), Consent.stopped)
    query = query.where(Consent.sender.in_(bindparam("senders", expanding=True)))
    return query.order_by(Consent.at).limit(1)


def is_blocked(used: Identifier, sender: str) -> bool:
    """Whether the network keeps this sender's texts from this number, whatever we think of it."""
    query = db.select(Consent.id).filter_by(identifier_id=used.id, sender=sender, stopped=True)
    return db.session.scalar(query.where(Consent.evidence.in_(BLOCKS))) is not None


def _say(used: Identifier, sender: str, *, stopped: bool, evidence: str, by: Actor) -> bool:
    values = {"stopped": stopped, "evidence": evidence, "at": clock.now()}
    statement = insert(Consent).values(identifier_id=used.id, sender=sender, **values)
    news = Consent.stopped != stopped
    if evidence in BLOCKS:  # they had told us, and now the network too: START is its to answer from now on
        news = news | Consent.evidence.not_in(BLOCKS)
    statement = statement.on_conflict_do_update(
        index_elements=["identifier_id", "sender"], set_=values, where=news
    )
    if db.session.scalar(statement.returning(Consent.id)) is None:
        return False
    verb = "identifier.opted_out" if stopped else "identifier.opted_in"
    history.record(verb, used, by=by, details={"sender": sender, "evidence": evidence})
    return True
