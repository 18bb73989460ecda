"""What was sent to an organization's own services from the same instance: its agents answer it here, without a link.

They see what was sent with it and nothing else of the person, as the holder of a link does.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement
from sqlalchemy.orm import joinedload

from portal.database import db
from portal.directory.models import Service
from portal.errors import Missing
from portal.history import Person
from portal.referrals.models import PASSED_ON, Referral
from portal.rights import READERS

VIEWS = {"new": ("sent",), "checking": ("received",), "ours": ("accepted",)}
A_PAGE = 20


def find_received(referral_id: int, *, by: Person) -> Referral:
    """A referral to a service of this person's organization; any other is as if it were not."""
    found = db.session.scalar(db.select(Referral).where(Referral.id == referral_id, *_theirs(by)))
    if found is None or by.role not in READERS:
        raise Missing
    return found


def received(view: str, *, by: Person, after: int = 0) -> list[Referral]:
    """One page of what waits, the oldest first; one more than a page tells that there is another."""
    query = db.select(Referral).where(*_theirs(by), Referral.state.in_(VIEWS[view]), Referral.id > after)
    service = joinedload(Referral.service)
    query = query.options(service.joinedload(Service.texts), service.joinedload(Service.organization))
    return list(db.session.scalars(query.order_by(Referral.id).limit(A_PAGE + 1)).unique())


def waiting(by: Person, views: Iterable[str] = VIEWS) -> dict[str, int]:
    """How many there are in each view."""
    count = db.select(db.func.count()).select_from(Referral).where(*_theirs(by))
    return {view: db.session.scalar(count.where(Referral.state.in_(VIEWS[view]))) or 0 for view in views}


def _theirs(by: Person) -> tuple[ColumnElement[bool], ...]:
    own = db.select(Service.id).where(Service.organization_id == by.organization_id)
    passed_on = Referral.way.in_(PASSED_ON) & Referral.sent_at.is_not(None)
    return Referral.service_id.in_(own), passed_on, Referral.state != "proposed"
