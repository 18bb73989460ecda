"""Which line was called, and which version of its menu this call walks: one reading for each request."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam

from portal import clock
from portal.database import db
from portal.lines.models import Line, MenuTrial, MenuVersion
from portal.lines.saying import has_number


class Called(NamedTuple):
    """The line of a call, the version of its menu (none before one is published), and whether it is tried."""

    line: Line
    menu: MenuVersion | None
    trial: MenuTrial | None = None


def called(number: str, *, phone: str = "", call: str = "") -> Called | None:
    """What a call that begins reaches: the published menu, or the draft that this telephone is trying."""
    return _first(_beginning(), number=number, phone=phone, call=call, now=clock.now())


def going_on(number: str, version_id: int | None) -> Called | None:
    """The line of a call that goes on, with the version it began with, whatever was published meanwhile."""
    return _first(_begun() if version_id else _in_force(), number=number, version=version_id)


def _first(query: Any, **values: Any) -> Called | None:
    row = db.session.execute(query, values).first()
    return Called(*row) if row else None


# Each built once a process: every step of every call asks one of them.


@cache
def _beginning() -> Select[Any]:
    free = MenuTrial.call_ref.is_(None) | (MenuTrial.call_ref == bindparam("call"))
    mine = (MenuTrial.line_id == Line.id) & (MenuTrial.phone == bindparam("phone"))
    tried = mine & (MenuTrial.expires_at > bindparam("now"))
    in_force = MenuTrial.id.is_(None) & (MenuVersion.state == "published")
    heard = (MenuVersion.line_id == Line.id) & ((MenuVersion.id == MenuTrial.version_id) | in_force)
    query = db.select(Line, MenuVersion, MenuTrial).outerjoin(MenuTrial, tried & free)
    return query.outerjoin(MenuVersion, heard).where(has_number()).limit(1)


@cache
def _begun() -> Select[Any]:
    return _with(MenuVersion.id == bindparam("version"))


@cache
def _in_force() -> Select[Any]:
    return _with(MenuVersion.state == "published")


def _with(version: ColumnElement[bool]) -> Select[Any]:
    query = db.select(Line, MenuVersion).outerjoin(MenuVersion, (MenuVersion.line_id == Line.id) & version)
    return query.where(has_number()).limit(1)
