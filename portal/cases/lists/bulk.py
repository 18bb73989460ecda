"""One change of many cases: looked at first, case by case, then done a few at a time, each few as one deed.

What is already so, what the reader may not open and what somebody changed since it was looked at is left as it is, and
said. The cases and the versions that were looked at are kept with the change, so that what is done is what was shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from portal import clock, jobs
from portal.cases import keeping, opening
from portal.cases.changing import deeds
from portal.cases.lists import plans
from portal.cases.lists.listing import MOST_AT_ONCE
from portal.cases.lists.models import BulkChange
from portal.cases.lists.plans import Change, Left
from portal.cases.models import PRIORITIES, Case, Deed
from portal.database import db, hold
from portal.errors import N_, Missing, Refused
from portal.history import Person
from portal.rights import find_own
from portal.staff import teams

AT_ONCE = 20  # done while one waits; more are a worker's
A_FEW = 10  # done in one transaction by the worker
GOING_ON = ("waiting", "running", "undoing")


@dataclass(frozen=True, slots=True)
class Line:
    """What would become of a case: from `before` to `after`, or why it is left (`left`)."""

    case: Case | None
    case_id: int
    before: str = ""
    after: str = ""
    left: str = ""


def check(change: Change, *, by: Person) -> None:
    """Refuses a change that no case could be given."""
    if change.do not in plans.KINDS:
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
        raise Refused(N_("Écrivez-le : c’est nécessaire pour ce changement."), field="to")
    if change.do == "promise" and (change.due_at is None or change.due_at <= clock.now()):
        raise Refused(N_("Choisissez un jour à venir."), field="due")
    if change.do == "macro":
        plans.macro_of(change, by.organization_id)


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
        before, after = plans.PLANS[change.do](case, change)
    except Left as left:
        return Line(case, case_id, left=str(left))
    return Line(case, case_id, before, after)


def begin(
    change: Change, looked_at: Collection[tuple[int, int]], says: str, *, by: Person, form_key: str
) -> BulkChange:
    """The change of these cases, as they were looked at: done now if they are few, else asked of a worker."""
    known = db.session.scalar(db.select(BulkChange).filter_by(form_key=form_key))
    if known is not None:
        return known
    check(change, by=by)
    if not looked_at or len(looked_at) > MOST_AT_ONCE:
        raise Refused(N_("Choisissez d’abord des affaires : %(most)s au plus."), most=MOST_AT_ONCE)
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
        plans.hold(change, [line.case for line in lines if line.case is not None and not line.left])
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
        plans.do(case, change, after, by)
    except Refused as refusal:
        return refusal.sentence
    return ""


def find_bulk(bulk_id: int, *, by: Person) -> BulkChange:
    """One's own change of many cases; any other does not exist, but for who supervises."""
    bulk = find_own(BulkChange, bulk_id, by.organization_id)
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
        raise Refused(N_("Ce changement n’est pas fini : attendez un instant pour l’annuler."))
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
