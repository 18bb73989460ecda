"""Who may speak for a citizen, and who is near to them: said with what it rests on, until a day.

A relation opens nothing: neither the file nor the contacts of a relative are shown because of it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from portal import clock, history
from portal.citizens import lasting, people
from portal.citizens.models import Citizen, Relation
from portal.database import db, hold
from portal.errors import N_, Missing, Refused
from portal.history import Actor

REPRESENTS = ("speaks_for", "guardian")
KINDS = (*REPRESENTS, "relative")


def relate(
    citizen: Citizen,
    kind: str,
    *,
    other: Citizen | None = None,
    name: str = "",
    evidence: str = "",
    ends_on: date | None = None,
    timezone: str = "",
    by: Actor,
) -> Relation:
    """That person, on file or only named, may speak for this one, or is near to them. Said again, it is renewed.

    Its last day is one of `timezone`, where it was said.
    """
    _check(citizen, kind, other, name, evidence)
    ends_at = lasting.read_end(ends_on, timezone, field="relation_ends_on")
    citizen = people.head(citizen)
    hold(citizen)
    found = _known(citizen, kind, other, name)
    if found is None:
        found = Relation(citizen_id=citizen.id, kind=kind)
        found.other_id = people.head(other).id if other is not None else None
        found.name = "" if other is not None else " ".join(name.split())[:200]
        db.session.add(found)
    found.evidence, found.ends_on, found.ends_at = evidence.strip()[:300], ends_on, ends_at
    db.session.flush()
    details = {"relation": found.id, "kind": kind}
    history.record("citizen.related", citizen, by=by, citizen_id=found.citizen_id, details=details)
    return found


def unrelate(citizen: Citizen, relation_id: int, *, by: Actor) -> None:
    """It is no longer so. What was said by whoever spoke stays said: the relation ends, its row stays."""
    found = db.session.get(Relation, relation_id)
    if found is None or found.citizen_id not in people.ids(citizen.id):
        raise Missing
    now = clock.now()
    if found.ends_at is None or found.ends_at > now:
        found.ends_on, found.ends_at = clock.local_day(now), now
        details = {"relation": found.id, "kind": found.kind}
        history.record("citizen.unrelated", citizen, by=by, citizen_id=found.citizen_id, details=details)


def around(citizen: Citizen, files: Collection[int] = ()) -> list[Relation]:
    """Who may speak for this person today, then who is near to them; as these files alone say, if they are given."""
    own = files or people.ids(citizen.id)
    query = db.select(Relation).where(Relation.citizen_id.in_(own), lasting.lasts(Relation))
    return sorted(db.session.scalars(query.order_by(Relation.id)), key=lambda one: KINDS.index(one.kind))


def spoken_for_by(citizen: Citizen, files: Collection[int] = ()) -> list[Relation]:
    """For whom this person may speak today."""
    theirs = Relation.other_id.in_(files or people.ids(citizen.id))
    query = db.select(Relation).where(theirs, Relation.kind.in_(REPRESENTS), lasting.lasts(Relation))
    return list(db.session.scalars(query.order_by(Relation.id)))


def said_since(files: Collection[int], since: datetime) -> list[Relation]:
    """What was said since then of whom these files are of: who is around them, and around whom they are."""
    either = Relation.citizen_id.in_(files) | Relation.other_id.in_(files)
    query = db.select(Relation).where(either, Relation.created_at >= since)
    return list(db.session.scalars(query.order_by(Relation.id)))


def whose(relation: Relation) -> Citizen:
    """The person whom it is about."""
    return people.head(db.session.get_one(Citizen, relation.citizen_id))


def may_speak(relation_id: int, citizen: Citizen) -> Relation:
    """Whoever speaks for this person now. Refuses who does not, or no longer."""
    found = next((one for one in around(citizen) if one.id == relation_id), None)
    if found is None or found.kind not in REPRESENTS:
        raise Refused(N_("Cette personne ne parle pas, ou plus, en son nom."))
    return found


def other_of(relation: Relation) -> Citizen | None:
    """The other person, if they are on file."""
    return people.head(db.session.get_one(Citizen, relation.other_id)) if relation.other_id else None


def _check(citizen: Citizen, kind: str, other: Citizen | None, name: str, evidence: str) -> None:
    if kind not in KINDS:
        raise Refused(N_("Choisissez une des réponses proposées."), field="relation")
    if other is None and not name.strip():
        raise Refused(N_("Écrivez le nom de cette personne, ou cherchez son dossier."), field="relative")
    if other is not None and people.head(other) is people.head(citizen):
        raise Refused(N_("Une personne ne se représente pas elle-même."), field="relative")
    if kind in REPRESENTS and not evidence.strip():
        sentence = N_("Dites sur quoi cela repose : un jugement, un mandat, ce que la personne a dit.")
        raise Refused(sentence, field="evidence")


def _known(citizen: Citizen, kind: str, other: Citizen | None, name: str) -> Relation | None:
    query = db.select(Relation).filter_by(kind=kind).where(Relation.citizen_id.in_(people.ids(citizen.id)))
    if other is not None:
        query = query.where(Relation.other_id.in_(people.ids(other.id)))
    else:
        query = query.where(Relation.other_id.is_(None), Relation.name == " ".join(name.split())[:200])
    found: Relation | None = db.session.scalar(query.order_by(Relation.id).limit(1))
    return found
