"""All that has happened, taken up as the worker does."""

from __future__ import annotations

from portal.database import db
from portal.records.following import follow
from portal.records.keeping import Tally


def take_up() -> None:
    db.session.commit()
    tally = Tally()
    while follow(tally):
        db.session.commit()
    db.session.commit()
