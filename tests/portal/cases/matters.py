"""Cases for the tests of what is done to many of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from portal import clock
from portal.cases.models import Case, Clock, Promise
from portal.cases.references import draw_reference
from portal.database import db
from tests import make


def case_of(
    subject: str,
    of: Any = None,
    *,
    clocks: Mapping[str, int] | None = None,
    promises: Collection[int] = (),
    **values: Any,
) -> Case:
    """A case, with clocks and promises due in so many hours."""
    organization_id = (of or make.organization()).id
    case = Case(reference=draw_reference(), organization_id=organization_id, subject=subject, **values)
    db.session.add(case)
    db.session.flush()
    for kind, hours in (clocks or {}).items():
        due = clock.now() + timedelta(hours=hours)
        db.session.add(Clock(organization_id=organization_id, case=case, kind=kind, due_at=due))
    contact = make.contact("web", of=of, case_id=case.id, citizen_id=case.citizen_id) if promises else None
    for hours in promises:
        assert contact is not None
        db.session.add(
            Promise(
                organization_id=organization_id,
                case=case,
                contact_id=contact.id,
                text=f"Rappeler pour {subject}",
                due_at=clock.now() + timedelta(hours=hours),
            )
        )
    db.session.flush()
    return case
