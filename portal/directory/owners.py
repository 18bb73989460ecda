"""Who is to keep what true: the owners of stale records, and what became of our asking them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, or_

from portal.database import db
from portal.directory import freshness
from portal.directory.asking import ConfirmationRequest
from portal.directory.models import Organization, Service

A_PAGE = 50


class Owner(NamedTuple):
    """An organization, how many of its services are stale, the day of the oldest, and the last request to it."""

    organization: Organization
    stale: int
    since: date | None
    request: ConfirmationRequest | None


def owners(
    when: datetime, months: int, *, among: Collection[int] | None, name: str = "", offset: int = 0
) -> tuple[list[Owner], bool]:
    """A page of the owners of stale services, the host first, then by name; and whether there are more.

    `among`: only the host and these organizations; all of them if None.
    """
    last = func.coalesce(func.date(Service.confirmed_at), func.date(Service.source_date))
    query = db.select(Organization, func.count(Service.id), func.min(last)).join(Organization.services)
    query = query.where(Service.active, freshness.stale(Service, when, months)).group_by(Organization.id)
    if among is not None:
        query = query.where(or_(Organization.is_host, Organization.id.in_(among)))
    if name:
        query = query.where(Organization.name.icontains(name, autoescape=True))
    ordered = query.order_by(Organization.is_host.desc(), Organization.name, Organization.id)
    rows = db.session.execute(ordered.limit(A_PAGE + 1).offset(offset)).all()
    requests = _last_requests([row[0].id for row in rows])
    found = [Owner(one, count, _day(since), requests.get(one.id)) for one, count, since in rows[:A_PAGE]]
    return found, len(rows) > A_PAGE


def _last_requests(organizations: Collection[int]) -> dict[int, ConfirmationRequest]:
    query = db.select(ConfirmationRequest).where(ConfirmationRequest.organization_id.in_(organizations))
    return {one.organization_id: one for one in db.session.scalars(query.order_by(ConfirmationRequest.id))}


def _day(since: date | str | None) -> date | None:
    """SQLite gives a date as a text."""
    return date.fromisoformat(since) if isinstance(since, str) else since
