"""Keeping a citizen's file right: name, language, preferred channel, and what to know before speaking to them."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal import clock, history
from portal.citizens.models import FLAGS, Citizen, Flag
from portal.citizens.names import name_key
from portal.database import check_version, db, hold
from portal.errors import N_, Missing, Refused
from portal.history import Actor

EDITABLE = ("name", "language", "preferred_channel", "commune")


def edit_citizen(citizen: Citizen, version: int, *, by: Actor, **typed: str) -> None:
    """Saves what was typed over the version it started from. A stale save shows both and loses neither."""
    yours = {field: " ".join(typed[field].split()) for field in EDITABLE if field in typed}
    if not yours.get("name"):
        raise Refused(N_("Écrivez le nom de la personne."), field="name")
    check_version(citizen, version, yours)
    changed = [field for field, value in yours.items() if getattr(citizen, field) != value]
    for field in changed:
        setattr(citizen, field, yours[field][:200])
    if changed:
        citizen.name_key = name_key(citizen.name)[:200]
        details: dict[str, Any] = {"fields": changed}
        history.record("citizen.edited", citizen, by=by, citizen_id=citizen.id, details=details)


def raise_flag(citizen: Citizen, kind: str, *, note: str, ends_on: date | None, by: Actor) -> Flag:
    """What must be known before speaking to this person. The same kind twice renews the first."""
    if kind not in FLAGS:
        raise Refused(N_("Choisissez une des réponses proposées."), field="flag")
    hold(citizen)
    flag = db.session.scalar(db.select(Flag).filter_by(citizen_id=citizen.id, kind=kind))
    if flag is None:
        flag = Flag(citizen_id=citizen.id, kind=kind)
        db.session.add(flag)
    flag.note, flag.ends_on = note.strip(), ends_on
    history.record("citizen.flagged", citizen, by=by, citizen_id=citizen.id, details={"flag": kind})
    return flag


def lower_flag(citizen: Citizen, flag_id: int, *, by: Actor) -> None:
    """It no longer needs to be known."""
    flag = db.session.get(Flag, flag_id)
    if flag is None or flag.citizen_id != citizen.id:
        raise Missing
    db.session.delete(flag)
    history.record("citizen.unflagged", citizen, by=by, citizen_id=citizen.id, details={"flag": flag.kind})


def live_flags(citizen_id: int) -> list[Flag]:
    """The flags that have not ended."""
    today = clock.now().date()
    query = db.select(Flag).filter_by(citizen_id=citizen_id)
    return list(db.session.scalars(query.where(db.or_(Flag.ends_on.is_(None), Flag.ends_on >= today))))
