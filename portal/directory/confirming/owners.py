"""Who is to keep what true: the owners of stale records, and what became of our asking them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, or_

from portal import clock
from portal.database import db
from portal.directory.confirming import freshness
from portal.directory.confirming.asking import ConfirmationRequest
from portal.directory.models import Organization, Service

A_PAGE = 20


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
    waits = freshness.stale(Service, when, months)
    query = db.select(Organization).where(
        exists().where(Service.organization_id == Organization.id, Service.active, waits)
    )
    if among is not None:
        query = query.where(or_(Organization.is_host, Organization.id.in_(among)))
    if name:
        query = query.where(Organization.name.icontains(name, autoescape=True))
    ordered = query.order_by(Organization.is_host.desc(), Organization.name, Organization.id)
    found = list(db.session.scalars(ordered.limit(A_PAGE + 1).offset(offset)))
    ids = [one.id for one in found[:A_PAGE]]
    counts, requests = _counts(ids, waits), _last_requests(ids)
    page = [Owner(one, *counts[one.id], requests.get(one.id)) for one in found[:A_PAGE]]
    return page, len(found) > A_PAGE


def _counts(organizations: Collection[int], waits: ColumnElement[bool]) -> dict[int, tuple[int, date | None]]:
    """Of each organization, how many services are stale, and the day of the oldest."""
    dated = db.case((Service.confirmed_at.is_(None), Service.source_date))
    oldest = func.min(Service.confirmed_at), func.min(dated)
    query = db.select(Service.organization_id, func.count(), *oldest).where(Service.active, waits)
    query = query.where(Service.organization_id.in_(organizations)).group_by(Service.organization_id)
    return {number: (count, _oldest(*since)) for number, count, *since in db.session.execute(query)}


def _last_requests(organizations: Collection[int]) -> dict[int, ConfirmationRequest]:
    query = db.select(ConfirmationRequest).where(ConfirmationRequest.organization_id.in_(organizations))
    return {one.organization_id: one for one in db.session.scalars(query.order_by(ConfirmationRequest.id))}


def _oldest(confirmed_at: datetime | None, dated: date | None) -> date | None:
    days = [clock.local_day(confirmed_at)] if confirmed_at else []
    return min([*days, *([dated] if dated else [])], default=None)
