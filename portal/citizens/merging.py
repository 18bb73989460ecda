"""Two files of one person: read as one from now on, until it is undone. No row is moved (see `people`).

What the kept file says of the person is chosen field by field, and kept with what it said before. Merges may stand on
one another (B in A, then A in C) and are undone in any order: each remembers what its own choices replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal import clock, history
from portal.citizens import people
from portal.citizens.models import Citizen, Duplicate, Merge
from portal.citizens.names import name_key
from portal.database import db, hold_all, locked
from portal.errors import N_, Refused
from portal.history import Person

FIELDS = ("name", "called", "language", "preferred_channel", "commune", "know_first")
KEPT, ABSORBED, BOTH = "kept", "absorbed", "both"


class Moved(Refused):
    """One of the two files was changed or merged since the preview was drawn: it is drawn again."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            N_("Un des deux dossiers a changé pendant que vous les compariez. Relisez l’aperçu.")
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """What the two files say in one field, and which of them is proposed."""

    field: str
    kept: Any
    absorbed: Any
    proposed: str

    @property
    def differs(self) -> bool:
        return bool(self.kept != self.absorbed)

    def value(self, chosen: str) -> Any:
        if chosen == BOTH and self.field == "know_first":
            return f"{self.kept}\n{self.absorbed}"
        return self.absorbed if chosen == ABSORBED else self.kept


def choices(kept: Citizen, absorbed: Citizen) -> list[Choice]:
    """Field by field. What is known is proposed before what is not, and nothing of what must be known first is lost."""
    made = []
    for name in FIELDS:
        one, other = getattr(kept, name), getattr(absorbed, name)
        proposed = ABSORBED if other and not one else KEPT
        if name == "know_first" and one and other and one != other:
            proposed = BOTH
        made.append(Choice(name, one, other, proposed))
    return made


def merge(
    kept: Citizen,
    absorbed: Citizen,
    chosen: Mapping[str, str],
    *,
    versions: tuple[int, int],
    form_key: str,
    by: Person,
) -> Merge:
    """From now on both are read under `kept`, which says what was `chosen`. The same form sent twice merges once.

    `versions` are those that the preview showed: whoever may open both files decides on what they saw.
    """
    hold_all(Citizen, (kept.id, absorbed.id))
    known = db.session.scalar(db.select(Merge).filter_by(form_key=form_key))
    if known is not None:
        return known
    if people.head(kept) is people.head(absorbed):
        raise Refused(N_("Ces deux dossiers sont déjà réunis."))
    both = (kept, absorbed)
    if any(one.person_id for one in both) or versions != (kept.version, absorbed.version):
        raise Moved
    made = Merge(kept_id=kept.id, absorbed_id=absorbed.id, form_key=form_key, by_id=by.id)
    db.session.add(made)
    _apply(made, kept, absorbed, chosen)
    _read_in(kept.id, people.ids(absorbed.id))
    _settle(people.ids(kept.id), by)
    db.session.flush()
    _note("citizen.merged", kept, absorbed, made, by, fields=sorted(made.fields))
    return made


def _apply(made: Merge, kept: Citizen, absorbed: Citizen, chosen: Mapping[str, str]) -> None:
    """Writes the choices in the kept file, and what they replaced in the merge."""
    made.fields, made.before = {}, {}
    for choice in choices(kept, absorbed):
        value = choice.value(chosen.get(choice.field, choice.proposed))
        if value != choice.kept:
            made.before[choice.field], made.fields[choice.field] = choice.kept, value
    if absorbed.protected:  # no choice: the strictest holds, and is remembered even if it changes nothing now
        made.before["protected"], made.fields["protected"] = kept.protected, True
    _write(kept, made.fields)


def _write(citizen: Citizen, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(citizen, name, value)
    citizen.name_key = name_key(citizen.name)[:200]
    db.session.flush()


def merges_of(citizen: Citizen) -> list[Merge]:
    """The merges that this person's file is made of, the latest first."""
    own = people.ids(citizen.id)
    query = db.select(Merge).where(Merge.undone_at.is_(None), Merge.kept_id.in_(own))
    return list(db.session.scalars(query.order_by(Merge.id.desc())))


@dataclass(frozen=True, slots=True)
class Parting:
    """What undoing a merge would do: which files leave, which stay, what the kept file says again, and what somebody
    changed since, which stays as it is."""

    merge: Merge
    kept: Citizen
    absorbed: Citizen
    leaving: tuple[int, ...]
    staying: tuple[int, ...]
    given_back: dict[str, Any]
    edited_since: tuple[str, ...]


def parting(merge: Merge) -> Parting:
    """What would come of undoing this merge now."""
    files = people.ids(merge.absorbed_id)
    leaving = _under(merge.absorbed_id, files)
    kept, absorbed = (
        db.session.get_one(Citizen, merge.kept_id),
        db.session.get_one(Citizen, merge.absorbed_id),
    )
    now = {name: _now(merge, kept, name) for name in merge.fields}
    back = {name: before for name, before in merge.before.items() if now[name] == merge.fields[name]}
    return Parting(
        merge=merge,
        kept=kept,
        absorbed=absorbed,
        leaving=tuple(leaving),
        staying=tuple(one for one in files if one not in leaving),
        given_back=back,
        edited_since=tuple(name for name in merge.fields if name not in back),
    )


def undo(merge: Merge, *, by: Person) -> Parting | None:
    """The two are two persons again; None if they already were. Fields that somebody changed since stay so."""
    hold_all(Citizen, people.ids(merge.absorbed_id))
    db.session.scalar(locked(db.select(Merge).filter_by(id=merge.id)))
    if merge.undone_at is not None:
        return None
    parted = parting(merge)
    merge.undone_at, merge.undone_by = clock.now(), by.id
    for name, value in parted.given_back.items():
        later = _later(merge, name)
        if later is None:
            _write(parted.kept, {name: value})
        else:  # the next merge replaced what this one had: it now gives back what was before both
            later.before[name] = value
    _read_in(parted.absorbed.id, parted.leaving)
    _propose_no_more(parted, by)
    db.session.flush()
    _note("citizen.unmerged", parted.kept, parted.absorbed, merge, by, fields=sorted(parted.given_back))
    return parted


def _now(merge: Merge, kept: Citizen, name: str) -> Any:
    """What became of what this merge wrote: what the next merge of the same file replaced, or what the file says."""
    later = _later(merge, name)
    return getattr(kept, name) if later is None else later.before[name]


def _later(merge: Merge, name: str) -> Merge | None:
    """The next merge into the same file that chose for this field too, while both hold."""
    query = db.select(Merge).filter_by(kept_id=merge.kept_id, undone_at=None).where(Merge.id > merge.id)
    return next((one for one in db.session.scalars(query.order_by(Merge.id)) if name in one.fields), None)


def _under(top: int, files: tuple[int, ...]) -> list[int]:
    """The files that were merged into this one, directly or not, and itself."""
    query = db.select(Merge.kept_id, Merge.absorbed_id).where(
        Merge.undone_at.is_(None), Merge.kept_id.in_(files)
    )
    pairs, found = list(db.session.execute(query)), [top]
    for one in found:  # grows while it is read
        found.extend(absorbed for kept, absorbed in pairs if kept == one)
    return found


def _read_in(head_id: int, files: tuple[int, ...]) -> None:
    """These files are read in that one. Their own rows are otherwise left as they are, their version included."""
    for number, which in ((head_id, Citizen.id != head_id), (None, Citizen.id == head_id)):
        statement = db.update(Citizen).where(Citizen.id.in_(files), which).values(person_id=number)
        db.session.execute(statement.execution_options(synchronize_session="fetch"))


def _settle(files: tuple[int, ...], by: Person) -> None:
    """What was proposed between these files is answered."""
    _decide(Duplicate.citizen_id.in_(files) & Duplicate.other_id.in_(files), "merged", by)


def _propose_no_more(parted: Parting, by: Person) -> None:
    """Whoever parts two files says that they are two persons'."""
    one, other = sorted((parted.kept.id, parted.absorbed.id))
    if db.session.get(Duplicate, (one, other)) is None:
        db.session.add(Duplicate(citizen_id=one, other_id=other))
        db.session.flush()
    _decide((Duplicate.citizen_id == one) & (Duplicate.other_id == other), "distinct", by)


def _decide(which: Any, state: str, by: Person) -> None:
    statement = db.update(Duplicate).where(which)
    statement = statement.values(state=state, decided_by=by.id, at=clock.now())
    db.session.execute(statement.execution_options(synchronize_session="fetch"))


def _note(verb: str, kept: Citizen, absorbed: Citizen, made: Merge, by: Person, **details: Any) -> None:
    """The same in both histories, each naming the other file."""
    for one, other in ((kept, absorbed), (absorbed, kept)):
        said = {"merge": made.id, "other": other.id, "kept": kept.id, **details}
        history.record(verb, one, by=by.actor, citizen_id=one.id, details=said)
