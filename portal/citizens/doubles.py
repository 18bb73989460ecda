"""Files that may be one person's: proposed with reasons, never merged alone.

Only people whom something happened to are compared, with those whom an index finds: the same name, the same words in
another order, a name one slip away, the same number or address, the same name before the @. A household shares a
number under several names: it is not proposed.
"""

from __future__ import annotations

from collections.abc import Iterable

from portal import clock, history
from portal.citizens import people
from portal.citizens.likeness import INITIAL, REVERSED, SAME, SLIP, likeness, reversals, slips
from portal.citizens.models import Citizen, Duplicate, Identifier, IdentifierLink
from portal.database import db, insert
from portal.errors import Missing
from portal.history import Event, Person

WEIGHTS = {
    SAME: 50,
    REVERSED: 45,
    SLIP: 40,
    INITIAL: 30,
    "same_commune": 20,
    "other_commune": -20,
    "shared_phone": 40,
    "shared_email": 40,
    "same_mailbox": 25,
}
ENOUGH = 60
MOST_COMPARED = 200
MOST_SHOWN = 50
SHORTEST_MAILBOX = 6
NOBODYS_MAILBOX = ("accueil", "contact", "famille", "secretariat", "mairie", "administration")
TOUCHING = ("citizen.added", "citizen.edited", "citizen.linked", "citizen.unmerged")
A_BATCH = 500


def last_event() -> int:
    """How far the history goes."""
    return db.session.scalar(db.select(db.func.max(Event.id))) or 0


def touched_since(event_id: int) -> tuple[list[int], int]:
    """The people whom something happened to after this event, at most a batch; and the last event looked at."""
    last = last_event()
    query = db.select(Event.id, Event.citizen_id).where(Event.id > event_id, Event.id <= last)
    query = query.where(Event.verb.in_(TOUCHING), Event.citizen_id.is_not(None))
    rows = list(db.session.execute(query.order_by(Event.id).limit(A_BATCH)))
    upto = rows[-1].id if len(rows) == A_BATCH else last
    return list(dict.fromkeys(row.citizen_id for row in rows)), upto


def propose_for(citizen_id: int) -> list[Duplicate]:
    """Compares this person with those who may be the same, and keeps what is likely enough with its reasons."""
    citizen = people.head(db.session.get_one(Citizen, citizen_id))
    own = people.ids(citizen.id)
    undecided = Duplicate.state == "proposed"
    db.session.execute(
        db.delete(Duplicate).where(undecided, Duplicate.citizen_id.in_(own) | Duplicate.other_id.in_(own))
    )
    made = []
    for other in _candidates(citizen, own):
        reasons = reasons_for(citizen, other)
        score = sum(WEIGHTS[one] for one in reasons)
        if score >= ENOUGH and not _decided(own, people.ids(other.id)):
            made.append(_propose(citizen, other, score, reasons))
    return made


def reasons_for(one: Citizen, other: Citizen) -> list[str]:
    """What two people have in common, the name first; nothing if their names are two people's."""
    named = likeness(one.name_key, other.name_key)
    if not named:
        return []
    found = [named]
    if one.commune and other.commune:
        found.append("same_commune" if one.commune == other.commune else "other_commune")
    ours, theirs = _reached_at(one), _reached_at(other)
    found += sorted({f"shared_{kind}" for kind, _ in ours & theirs if kind in ("phone", "email")})
    if "shared_email" not in found and _mailboxes(ours) & _mailboxes(theirs):
        found.append("same_mailbox")
    return found


def proposed(limit: int = MOST_SHOWN) -> list[tuple[Duplicate, Citizen, Citizen]]:
    """What waits for somebody to say whether they are one person, the likeliest first."""
    query = db.select(Duplicate).filter_by(state="proposed")
    query = query.order_by(Duplicate.score.desc(), Duplicate.citizen_id, Duplicate.other_id).limit(limit)
    rows = list(db.session.scalars(query))
    ids = {number for row in rows for number in (row.citizen_id, row.other_id)}
    named = {one.id: one for one in db.session.scalars(db.select(Citizen).where(Citizen.id.in_(ids)))}
    return [(row, named[row.citizen_id], named[row.other_id]) for row in rows]


def doubles_of(citizen: Citizen) -> list[Duplicate]:
    """What is proposed of this person."""
    own = people.ids(citizen.id)
    theirs = Duplicate.citizen_id.in_(own) | Duplicate.other_id.in_(own)
    query = db.select(Duplicate).filter_by(state="proposed").where(theirs)
    return list(db.session.scalars(query.order_by(Duplicate.score.desc())))


def tell_apart(one: Citizen, other: Citizen, *, by: Person) -> None:
    """They are two people: it is not proposed again. Told in both files, once."""
    if one is other:
        raise Missing
    pair = _pair(one, other)
    known = db.session.get(Duplicate, pair)
    if known is not None and known.state == "distinct":
        return
    values = {"state": "distinct", "decided_by": by.id, "at": clock.now()}
    statement = insert(Duplicate).values(citizen_id=pair[0], other_id=pair[1], score=0, reasons=[], **values)
    statement = statement.on_conflict_do_update(index_elements=["citizen_id", "other_id"], set_=values)
    db.session.execute(statement.execution_options(populate_existing=True))
    for this, that in ((one, other), (other, one)):
        details = {"other": that.id}
        history.record("citizen.told_apart", this, by=by.actor, citizen_id=this.id, details=details)


def _candidates(citizen: Citizen, own: Iterable[int]) -> list[Citizen]:
    names = {citizen.name_key} | reversals(citizen.name_key) | slips(citizen.name_key)
    query = db.select(Citizen).where(Citizen.name_key.in_(names), Citizen.id.not_in(own))
    found = list(db.session.scalars(query.order_by(Citizen.id).limit(MOST_COMPARED)))
    used = _reached_at(citizen)
    for kind, value in sorted(used):
        found += _users_of(Identifier.kind == kind, Identifier.value == value)
    for mailbox in sorted(_mailboxes(used)):
        begins = (Identifier.value >= f"{mailbox}@") & (Identifier.value < f"{mailbox}A")
        found += _users_of(Identifier.kind == "email", begins)
    return [one for one in people.heads(found) if one is not citizen]


def _users_of(*conditions: object) -> list[Citizen]:
    query = db.select(Citizen).join(IdentifierLink).join(Identifier).where(*conditions)
    return list(db.session.scalars(query.order_by(Citizen.id).limit(MOST_COMPARED)))


def _reached_at(citizen: Citizen) -> set[tuple[str, str]]:
    query = db.select(Identifier.kind, Identifier.value).join(IdentifierLink)
    query = query.where(IdentifierLink.citizen_id.in_(people.ids(citizen.id)))
    return {(kind, value) for kind, value in db.session.execute(query)}


def _mailboxes(used: set[tuple[str, str]]) -> set[str]:
    """What stands before the @, where it is somebody's own."""
    boxes = {value.partition("@")[0] for kind, value in used if kind == "email"}
    return {one for one in boxes if len(one) >= SHORTEST_MAILBOX and one not in NOBODYS_MAILBOX}


def _decided(own: Iterable[int], theirs: Iterable[int]) -> bool:
    """Whether somebody already said what two of their files are."""
    own, theirs = tuple(own), tuple(theirs)
    straight = Duplicate.citizen_id.in_(own) & Duplicate.other_id.in_(theirs)
    crossed = Duplicate.citizen_id.in_(theirs) & Duplicate.other_id.in_(own)
    query = db.select(Duplicate.citizen_id).where(Duplicate.state == "distinct", straight | crossed)
    return db.session.scalar(query.limit(1)) is not None


def _propose(one: Citizen, other: Citizen, score: int, reasons: list[str]) -> Duplicate:
    pair = _pair(one, other)
    made = db.session.get(Duplicate, pair) or Duplicate(citizen_id=pair[0], other_id=pair[1])
    made.score, made.reasons, made.state, made.at = score, reasons, "proposed", clock.now()
    db.session.add(made)
    db.session.flush()
    return made


def _pair(one: Citizen, other: Citizen) -> tuple[int, int]:
    return (one.id, other.id) if one.id < other.id else (other.id, one.id)
