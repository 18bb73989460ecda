"""Lists of cases: a page costs the same at the hundredth as at the first, however many cases there are.

What is looked for decides how. Cases of a kind that is rare are read by an index of it and put in order: a walk in that
order would pass over all the others first. Where there are many, the walk soon has a page of them. So either costs what
some thousand rows cost at most. (Words of a subject have no index: the subjects of what is not closed are read, as they
are kept folded, until enough was found.)

The nearest thing due is not kept on the case, where it could be wrong: the walk goes through what is due, by clocks and
by promises, each in the order of its own index, and takes the nearer. A case that nothing is due of comes last. When
something last happened is kept (see `activity`): nothing else could say it of many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import or_
from sqlalchemy.orm import selectinload

from portal import clock
from portal.cases.lists import walking
from portal.cases.lists.filters import Filters, Stretch, stretch
from portal.cases.lists.narrowing import Conditions, narrowed, of_reader, sources
from portal.cases.models import Case, Clock, Promise
from portal.database import db
from portal.errors import N_, NotYours
from portal.history import Person
from portal.rights import READERS

A_PAGE = 20
MOST_AT_ONCE = 500  # cases that one change may be of
FEW = 1_000  # cases that are read whole and put in order
SELDOM_DUE = ("waiting", "closed")  # their clocks stand still: a walk would pass over all the others'
Walk = Callable[[str, int], list[walking.Placed]]


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases, in order; `after` is where the next page begins, empty on the last."""

    cases: list[Case]
    after: str


def listing(
    sought: Filters, sort: str, *, by: Person, until: datetime, after: str = "", limit: int = A_PAGE
) -> Page:
    """The cases of the reader's organization that are looked for, from `after` on. `until` ends the reader's day."""
    if by.role not in READERS:
        raise NotYours(N_("Votre rôle n’ouvre pas les affaires des citoyens."))
    within = stretch(sought.due, clock.now(), until)
    if sort == "due":
        keys = _by_due(sought, within, by)(after, limit + 1)
    else:
        keys = _by_key(sought, sort, within, by)(after, limit + 1)
    shown = keys[:limit]
    return Page(_cases([case_id for case_id, _ in shown]), shown[-1][1] if len(keys) > limit else "")


def _by_due(sought: Filters, within: Stretch, by: Person) -> Walk:
    few = _few(sought, by)
    look = walking.Look(
        where=few or [*of_reader(sought, by), *narrowed(sought, by)],
        walked=[*of_reader(sought, by, passing=True), *narrowed(sought, by, passing=True)],
        organization_id=by.organization_id,
        sources=sources(sought.by, sought.state),
        within=within,
        dated=bool(sought.due or sought.by),
    )
    return partial(walking.by_due, look, few=bool(few) or sought.state in SELDOM_DUE)


def _by_key(sought: Filters, sort: str, within: Stretch, by: Person) -> Walk:
    where = _few(sought, by)
    if not where:
        where = [*of_reader(sought, by), *narrowed(sought, by, passing=sort == "activity")]
    if sought.due or sought.by:
        where.append(
            or_(*(Case.id.in_(source.cases(by.organization_id, within)) for source in sources(sought.by)))
        )
    if sort == "activity":
        return partial(walking.by_activity, where)
    return partial(walking.by_age, where, newest=sort == "newest")


def _few(sought: Filters, by: Person) -> Conditions:
    """The keys of what is looked for, whenever it is due, where that is rare; nothing where all is looked for."""
    if not replace(sought, due="", by="").said() or sought.said() == {"state": "any"}:
        return []
    query = db.select(Case.id).where(*of_reader(sought, by), *narrowed(sought, by))
    keys = list(db.session.scalars(query.limit(FEW)))
    return [Case.id.in_(keys)] if len(keys) < FEW else []


def _cases(ids: list[int]) -> list[Case]:
    """These cases with what a list shows of them, in this order."""
    query = db.select(Case).where(Case.id.in_(ids))
    query = query.options(selectinload(Case.tags), selectinload(Case.clocks), selectinload(Case.promises))
    found = {case.id: case for case in db.session.scalars(query)}
    return [found[case_id] for case_id in ids if case_id in found]


def nearest(case: Case, by: str = "") -> Clock | Promise | None:
    """What is due first in this case, if anything is."""
    due: list[Clock | Promise] = []
    if by != "promise":
        due += [one for one in case.clocks if one.state == "running"]
    if by != "clock":
        due += [one for one in case.promises if one.kept_at is None and one.given_up_at is None]
    return min(due, key=lambda one: one.due_at, default=None)
