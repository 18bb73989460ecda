"""Which line was called, and which version of its menu this call walks: one reading for each request."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement

from portal import clock
from portal.database import db
from portal.lines.models import Line, MenuTrial, MenuVersion


class Called(NamedTuple):
    """The line of a call, the version of its menu (none before one is published), and whether it is tried."""

    line: Line
    menu: MenuVersion | None
    trial: MenuTrial | None = None


def called(number: str, *, phone: str = "", call: str = "") -> Called | None:
    """What a call that begins reaches: the published menu, or the draft that this telephone is trying."""
    free = MenuTrial.call_ref.is_(None) | (MenuTrial.call_ref == call)
    tried = (MenuTrial.line_id == Line.id) & (MenuTrial.phone == phone) & (MenuTrial.expires_at > clock.now())
    in_force = MenuTrial.id.is_(None) & (MenuVersion.state == "published")
    heard = (MenuVersion.line_id == Line.id) & ((MenuVersion.id == MenuTrial.version_id) | in_force)
    query = db.select(Line, MenuVersion, MenuTrial).outerjoin(MenuTrial, tried & free)
    return _first(query.outerjoin(MenuVersion, heard).where(_has(number)))


def going_on(number: str, version_id: int | None) -> Called | None:
    """The line of a call that goes on, with the version it began with, whatever was published meanwhile."""
    heard = MenuVersion.id == version_id if version_id else MenuVersion.state == "published"
    query = db.select(Line, MenuVersion).outerjoin(MenuVersion, (MenuVersion.line_id == Line.id) & heard)
    return _first(query.where(_has(number)))


def _has(number: str) -> ColumnElement[bool]:
    return (Line.number == number) | (Line.text_number == number)


def _first(query: Any) -> Called | None:
    row = db.session.execute(query.limit(1)).first()
    return Called(*row) if row else None
