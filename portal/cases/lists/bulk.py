"""One change of many cases: looked at first, case by case, then done a few at a time, each few as one deed.

What is already so, what the reader may not open and what somebody changed since it was looked at is left as it is, and
said. The cases and the versions that were looked at are kept with the change, so that what is done is what was shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from portal import clock, jobs
from portal.cases import keeping, opening
from portal.cases.changing import deeds
from portal.cases.lists.listing import MOST_AT_ONCE
from portal.cases.lists.models import BulkChange
from portal.cases.models import PRIORITIES, Case, Deed
from portal.contacts.models import Contact
from portal.database import db, hold
from portal.errors import N_, Missing, Refused
from portal.history import Person
from portal.staff import teams

AT_ONCE = 20  # done while one waits; more are a worker's
A_FEW = 10  # done in one transaction by the worker
KINDS = ("owner", "team", "priority", "tag", "untag", "wait", "resume", "reopen", "close", "promise")
GOING_ON = ("waiting", "running", "undoing")


@dataclass(frozen=True, slots=True)
class Change:
    """What to do to each: one of KINDS; `to` is the row's number, the word or the outcome; `due` of a promise."""

    do: str
    to: str = ""
    due: str = ""

    @property
    def due_at(self) -> datetime | None:
        return datetime.fromisoformat(self.due) if self.due else None

    @property
    def row_id(self) -> int | None:
        return int(self.to) if self.to else None


@dataclass(frozen=True, slots=True)
class Line:
    """What would become of a case: from `before` to `after`, or why it is left (`left`)."""

    case: Case | None
    case_id: int
    before: str = ""
    after: str = ""
    left: str = ""


class _Left(Exception):
    """This case is left as it is: `same`, `closed`, `no_contact`."""


def check(change: Change, *, by: Person) -> None:
    """Refuses a change that no case could be given."""
    if change.do not in KINDS:
        raise Refused(N_("Choisissez ce qu’il faut changer."), field="change")
    if change.do == "owner" and change.row_id is not None:
        keeping.check_owner(change.row_id, by.organization_id)
    if change.do == "team" and change.row_id is not None:
        teams.team(by, change.row_id)
    if change.do == "priority" and change.to not in PRIORITIES:
        raise Refused(N_("Choisissez une des réponses proposées."), field="change")
    if change.do == "close" and change.to not in opening.OUTCOMES:
        raise Refused(N_("Choisissez une des réponses proposées."), field="change")
    if change.do in ("tag", "untag", "wait", "promise") and not change.to.strip():
        raise Refused(N_("Écrivez-le : c’est nécessaire pour ce changement."), field="to")
    if change.do == "promise" and (change.due_at is None or change.due_at <= clock.now()):
        raise Refused(N_("Choisissez un jour à venir."), field="due")


def preview(change: Change, looked_at: Iterable[tuple[int, int]], *, by: Person) -> list[Line]:
    """What would become of each of these cases, by their ids and the versions that were looked at (0: now)."""
    check(change, by=by)
    wanted = dict(looked_at)
    if len(wanted) > MOST_AT_ONCE:
        raise Refused(N_("%(most)s affaires au plus à la fois."), most=MOST_AT_ONCE)
    return [_line(case_id, version, change, by) for case_id, version in wanted.items()]


def _line(case_id: int, version: int, change: Change, by: Person) -> Line:
    try:
        case = keeping.find_case(case_id, by=by)
    except Refused:
        return Line(None, case_id, left="not_yours")
    if version and case.version != version:
        return Line(case, case_id, left="changed")
    try:
        before, after = PLANS[change.do](case, change)
    except _Left as left:
        return Line(case, case_id, left=str(left))
    return Line(case, case_id, before, after)


def _plan_row(name: str) -> Callable[[Case, Change], tuple[str, str]]:
    def plan(case: Case, change: Change) -> tuple[str, str]:
        before = getattr(case, name)
        return _unless_same(str(before or ""), change.to)

    return plan


def _unless_same(before: str, after: str) -> tuple[str, str]:
    if before == after:
        raise _Left("same")
    return before, after


def _plan_tag(case: Case, change: Change) -> tuple[str, str]:
    names = {one.name for one in case.tags}
    word = {" ".join(change.to.split())[: keeping.LONGEST_TAG]}
    after = names | word if change.do == "tag" else names - word
    return _unless_same(", ".join(sorted(names)), ", ".join(sorted(after)))


def _plan_state(wanted: str) -> Callable[[Case, Change], tuple[str, str]]:
    def plan(case: Case, change: Change) -> tuple[str, str]:
        if change.do == "wait" and case.state == "closed":
            raise _Left("closed")
        if change.do == "resume" and case.state != "waiting":
            raise _Left("closed" if case.state == "closed" else "same")
        return _unless_same(case.state, wanted)

    return plan


def _plan_promise(case: Case, change: Change) -> tuple[str, str]:
    if case.state == "closed":
        raise _Left("closed")
    if _contact_of(case) is None:
        raise _Left("no_contact")
    return "", change.to


def _contact_of(case: Case) -> Contact | None:
    """The exchange that a promise in this case is made in: the latest."""
    query = db.select(Contact).filter_by(case_id=case.id, organization_id=case.organization_id)
    return db.session.scalar(query.order_by(Contact.id.desc()).limit(1))


PLANS: dict[str, Callable[[Case, Change], tuple[str, str]]] = {
    "owner": _plan_row("owner_id"),
    "team": _plan_row("team_id"),
    "priority": _plan_row("priority"),
    "tag": _plan_tag,
    "untag": _plan_tag,
    "wait": _plan_state("waiting"),
    "resume": _plan_state("open"),
    "reopen": _plan_state("open"),
    "close": _plan_state("closed"),
    "promise": _plan_promise,
}


def _do(case: Case, change: Change, after: str, by: Person) -> None:
    """By the case's own verbs, with all that follows from them."""
    if change.do in ("owner", "team"):
        keeping.edit_case(case, case.version, by=by, **{f"{change.do}_id": change.row_id})
    elif change.do == "priority":
        keeping.edit_case(case, case.version, by=by, priority=change.to)
    elif change.do in ("tag", "untag"):
        keeping.edit_case(case, case.version, by=by, tags=after.split(", ") if after else [])
    elif change.do == "wait":
        keeping.wait_for(case, change.to, by=by.actor)
    elif change.do in ("resume", "reopen"):
        opening.reopen_case(case, by=by.actor)
    elif change.do == "close":
        opening.close_case(case, by=by.actor, outcome=change.to)
    elif (contact := _contact_of(case)) is not None and change.due_at is not None:
        opening.promise(contact, change.to, change.due_at, by=by.actor)


def begin(
    change: Change, looked_at: Collection[tuple[int, int]], says: str, *, by: Person, form_key: str
) -> BulkChange:
    """The change of these cases, as they were looked at: done now if they are few, else asked of a worker."""
    known = db.session.scalar(db.select(BulkChange).filter_by(form_key=form_key))
    if known is not None:
        return known
    check(change, by=by)
    if not looked_at or len(looked_at) > MOST_AT_ONCE:
        raise Refused(N_("Choisissez d’abord des affaires : %(most)s au plus."), most=MOST_AT_ONCE)
    bulk = BulkChange(
        organization_id=by.organization_id,
        by_id=by.id,
        change=asdict(change),
        says=says,
        cases=[[case_id, version] for case_id, version in looked_at],
        form_key=form_key,
    )
    db.session.add(bulk)
    db.session.flush()
    if len(bulk.cases) <= AT_ONCE:
        go_on(bulk, by=by, most=AT_ONCE)
    else:
        _ask_worker(bulk)
    return bulk


def _ask_worker(bulk: BulkChange) -> None:
    jobs.enqueue("change_cases", {"bulk": bulk.id}, dedupe_key=f"change_cases:{bulk.id}:{bulk.state}")


def go_on(bulk: BulkChange, *, by: Person, most: int = A_FEW) -> bool:
    """The next few of a change, as one deed; False once none is left."""
    hold(bulk)
    if bulk.state not in ("waiting", "running"):
        return False
    change, few = Change(**bulk.change), bulk.cases[bulk.done : bulk.done + most]
    lines = [_line(case_id, version, change, by) for case_id, version in few]
    left = {str(line.case_id): line.left for line in lines if line.left}
    if len(left) < len(lines):
        with deeds.doing("bulk", bulk.says, by=by) as act:
            for line in lines:
                if line.case is not None and not line.left:
                    why = _done(line.case, change, line.after, by)
                    left |= {str(line.case_id): why} if why else {}
        bulk.deed_ids = [*bulk.deed_ids, act.deed.id]
    bulk.done += len(few)
    bulk.changed += len(few) - len(left)
    bulk.left_out = {**bulk.left_out, **left}
    bulk.state = "done" if bulk.done >= len(bulk.cases) else "running"
    return bulk.state == "running"


def _done(case: Case, change: Change, after: str, by: Person) -> str:
    """What the case's verb refused, if it did."""
    try:
        _do(case, change, after, by)
    except Refused as refusal:
        return refusal.sentence
    return ""


def find_bulk(bulk_id: int, *, by: Person) -> BulkChange:
    """One's own change of many cases; any other does not exist, but for who supervises."""
    bulk = db.session.get(BulkChange, bulk_id)
    if bulk is None or bulk.organization_id != by.organization_id:
        raise Missing
    if bulk.by_id != by.id and by.role != "supervisor":
        raise Missing
    return bulk


def latest(by: Person, since: datetime) -> BulkChange | None:
    """This person's last change of many cases, if it is that recent: what a list offers to undo."""
    query = db.select(BulkChange).filter_by(by_id=by.id).where(BulkChange.at > since)
    return db.session.scalar(query.order_by(BulkChange.id.desc()).limit(1))


def undo(bulk: BulkChange, *, by: Person) -> None:
    """Gives back what nobody changed since: now where the cases are few, else by a worker. Twice is once."""
    hold(bulk)
    if bulk.state in ("waiting", "running"):
        raise Refused(N_("Ce changement n’est pas fini : attendez un instant pour l’annuler."))
    if bulk.state != "done":
        return
    bulk.state = "undoing"
    if len(bulk.cases) <= AT_ONCE:
        while undo_next(bulk, by=by):
            pass
    else:
        _ask_worker(bulk)


def undo_next(bulk: BulkChange, *, by: Person) -> bool:
    """Undoes the last few that are still done; False once none is left. What cannot be given back is counted."""
    hold(bulk)
    if bulk.state != "undoing":
        return False
    query = db.select(Deed).where(Deed.id.in_(bulk.deed_ids), Deed.undone_at.is_(None))
    deed = db.session.scalar(query.order_by(Deed.id.desc()).limit(1))
    if deed is None:
        bulk.state = "undone"
        return False
    kept = deeds.undo(deed, by=by).left
    cases = {str(step["id"]) for step in kept if step.get("table") == "cases"}
    bulk.left_out = {**bulk.left_out, **dict.fromkeys(sorted(cases), "not_given_back")}
    return True
