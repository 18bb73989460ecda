"""Keeping a citizen's file right: name, language, preferred channel, and what to know before speaking to them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from portal import clock, history
from portal.citizens import lasting, people
from portal.citizens.models import FLAGS, Citizen, Flag
from portal.citizens.names import name_key
from portal.database import check_version, db, hold, locked
from portal.errors import N_, Missing, NotYours, Refused
from portal.history import Actor, Person

EDITABLE = ("name", "called", "language", "preferred_channel", "commune", "know_first")
NEVER = datetime.max.replace(tzinfo=UTC)


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


def protect(citizen: Citizen, protected: bool, *, reason: str, by: Person) -> None:
    """Closes this person's file to all but a named group and those who write why, or opens it again: a supervisor
    decides, and says why. Again, it changes nothing."""
    if by.role != "supervisor":
        raise NotYours(N_("Une personne de l’encadrement décide de la protection d’un dossier."))
    if len(reason.split()) < 2:
        raise Refused(
            N_("Écrivez le motif en quelques mots : un encadrant le lira."), field="protection_reason"
        )
    hold(people.head(citizen))
    verb = "citizen.protected" if protected else "citizen.unprotected"
    for file in people.files(citizen):
        if file.protected != protected:
            file.protected = protected
            details = {"reason": reason.strip()[:500]}
            history.record(verb, file, by=by.actor, citizen_id=file.id, details=details)


def raise_flag(
    citizen: Citizen, kind: str, *, note: str, ends_on: date | None, timezone: str = "", by: Actor
) -> Flag:
    """What must be known before speaking to this person. The same kind twice renews the first.

    Its last day is one of `timezone`, where it was said.
    """
    if kind not in FLAGS:
        raise Refused(N_("Choisissez une des réponses proposées."), field="flag")
    ends_at = lasting.read_end(ends_on, timezone, field="ends_on")
    citizen = people.head(citizen)
    hold(citizen)
    query = db.select(Flag).filter_by(kind=kind).where(Flag.citizen_id.in_(people.ids(citizen.id)))
    flag = db.session.scalar(query.order_by(Flag.citizen_id != citizen.id, Flag.id).limit(1))
    if flag is None:
        flag = Flag(citizen_id=citizen.id, kind=kind)
        db.session.add(flag)
    flag.note, flag.ends_on, flag.ends_at = note.strip(), ends_on, ends_at
    history.record("citizen.flagged", citizen, by=by, citizen_id=flag.citizen_id, details={"flag": kind})
    return flag


def lower_flag(citizen: Citizen, flag_id: int, *, by: Actor) -> None:
    """It no longer needs to be known, in any of this person's files."""
    flag, own = db.session.get(Flag, flag_id), people.ids(citizen.id)
    if flag is None or flag.citizen_id not in own:
        raise Missing
    query = db.select(Flag).filter_by(kind=flag.kind, note=flag.note).where(Flag.citizen_id.in_(own))
    for one in db.session.scalars(query):
        db.session.delete(one)
        history.record(
            "citizen.unflagged", citizen, by=by, citizen_id=one.citizen_id, details={"flag": one.kind}
        )


def end_flags(*, by: Actor, most: int = 100) -> int:
    """Takes away some of the flags whose last day is over, and says so in each file; how many. The others go on."""
    query = locked(db.select(Flag).where(Flag.ends_at <= clock.now()).order_by(Flag.id).limit(most))
    ended = list(db.session.scalars(query))
    for flag in ended:
        citizen = db.session.get_one(Citizen, flag.citizen_id)
        details = {"flag": flag.kind, "ended_on": str(flag.ends_on)}
        history.record("citizen.flag_ended", citizen, by=by, citizen_id=citizen.id, details=details)
        db.session.delete(flag)
    return len(ended)


def live_flags(citizen_id: int | None) -> list[Flag]:
    """The flags that have not ended, those that say the same once: the one that ends last."""
    query = db.select(Flag).where(Flag.citizen_id.in_(people.ids(citizen_id)), lasting.lasts(Flag))
    said: dict[tuple[str, str], Flag] = {}
    for flag in sorted(db.session.scalars(query), key=lambda one: (one.ends_at or NEVER, one.id)):
        said[flag.kind, flag.note] = flag
    return list(said.values())
