"""Visits of the public pages: those that found their answer alone, and what was searched in vain. Nobody is followed:
a visit is a mark that changes each day."""

from __future__ import annotations

from portal.articles.models import Opinion
from portal.articles.searches import Fruitless, fruitless_between
from portal.database import db
from portal.reports import days
from portal.reports.figures import Asked, Sums, sums_of


def opinions(asked: Asked) -> Sums:
    """The visits that said whether an article helped; and those helped that sent no request."""
    begins, ends = days.begins(asked.first, asked.timezone), days.bounds(asked.last, asked.timezone)[1]
    helped = db.func.max(db.case((Opinion.helped, 1), else_=0)).label("helped")
    requested = db.func.max(db.case((Opinion.asked, 1), else_=0)).label("requested")
    visits = db.select(helped, requested).where(Opinion.at >= begins, Opinion.at < ends)
    each = visits.group_by(Opinion.visit).subquery()
    deflected = db.func.sum(db.case(((each.c.helped == 1) & (each.c.requested == 0), 1), else_=0))
    row = db.session.execute(
        db.select(db.func.count().label("told"), deflected.label("deflected")).select_from(each)
    )
    return sums_of(row.one(), ("told", "deflected"))


def in_vain(asked: Asked, limit: int = 20) -> list[Fruitless]:
    """What was searched and not found, at least twice, the most searched first."""
    begins, ends = days.begins(asked.first, asked.timezone), days.bounds(asked.last, asked.timezone)[1]
    return fruitless_between(begins, ends, limit=limit, least=2)
