"""What the town's matters are made of: their nature, owner and tags, a list, a note, what is waited for; its macros."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal import history
from portal.cases import checklists, keeping, notes
from portal.cases.changing import macros
from portal.cases.changing.macros import MacroDraft
from portal.cases.due import clocks
from portal.cases.models import Case
from portal.database import db
from portal.staff.models import Staff

A_WHILE = timedelta(minutes=30)  # after it was opened


def load_matters(told: dict[str, Any], organization_id: int) -> None:
    """By the verbs themselves; what they write down is dated of the days when it was done."""
    query = db.select(Staff).filter_by(organization_id=organization_id)
    staff = {one.email.partition(".")[0]: one for one in db.session.scalars(query)}
    administrator = next(one for one in staff.values() if one.role == "administrator")
    for row in told["macros"]:
        macros.save(None, MacroDraft(**row), version=0, by=administrator)
    for row in told["cases"]:
        of = db.select(Case).filter_by(subject=row["subject"], organization_id=organization_id)
        case = db.session.scalars(of.where(Case.state != "closed")).one()
        _make(case, row, staff)


def _make(case: Case, row: dict[str, Any], staff: dict[str, Staff]) -> None:
    owner = staff[row["owner"]] if "owner" in row else None
    by = owner or db.session.get(Staff, case.owner_id or 0) or staff["martine"]
    said = {name: row[name] for name in ("nature", "priority", "tags") if name in row}
    keeping.edit_case(case, case.version, by=by, **said, **({"owner_id": owner.id} if owner else {}))
    clocks.met(case, "receipt", at=case.opened_at)  # of what turned out to be a request: told at once
    for text, done in row.get("checks", ()):
        check = checklists.add_check(case, text, by=by)
        checklists.tick(case, check.id, done=done, by=by)
    if "note" in row:
        notes.write_note(case, row["note"], by=by).at = case.opened_at + A_WHILE
    db.session.flush()
    for event in history.of(case):
        event.at = case.opened_at
    if "waits_for" in row:
        keeping.wait_for(case, row["waits_for"], by=by.actor)
