"""Finding citizens and opening their files: who may, and what is left of it in the register of readings."""

from __future__ import annotations

from datetime import timedelta

from portal import clock, history
from portal.citizens import people
from portal.citizens.models import Citizen
from portal.database import db
from portal.errors import N_, Missing, NotYours, Refused
from portal.history import Person, Reading
from portal.rights import READERS

REASON_LASTS = timedelta(minutes=30)


class Protected(NotYours):
    """The citizen is protected: a named group opens the file, or anyone with a written reason."""

    def __init__(self, citizen_id: int) -> None:
        super().__init__(N_("Ce dossier est protégé : écrivez pourquoi vous devez l’ouvrir."))
        self.citizen_id = citizen_id


def open_citizen(citizen_id: int, *, by: Person, reason: str = "") -> Citizen:
    """The citizen, for someone who may open their file; the door notes the reading once its answer is built.

    Of a file that was merged into another, it is the other that opens.
    """
    if by.role not in READERS:
        raise NotYours(N_("Votre rôle n’ouvre pas les dossiers des citoyens."))
    files = people.files_of(citizen_id)
    if not files:
        raise Missing
    if not by.may_open_protected and not reason.strip() and any(one.protected for one in files):
        raise Protected(citizen_id)
    return files[0]


def point_at(citizen_id: int, *, by: Person) -> Citizen:
    """The citizen, to say that something is theirs. It opens nothing of what is on file."""
    citizen = db.session.get(Citizen, citizen_id) if by.role in READERS else None
    if citizen is None:
        raise Missing
    return people.head(citizen)


def give_reason(citizen_id: int, reason: str, *, by: Person) -> None:
    """Writes why a protected file must be opened: that is its reading, and opens it for `REASON_LASTS`."""
    if len(reason.split()) < 2:
        raise Refused(N_("Écrivez le motif en quelques mots : un encadrant le lira."), field="reason")
    opened = open_citizen(citizen_id, by=by, reason=reason)
    history.record_reading(db.session(), by.id, opened.id, reason.strip()[:500])


def recent_reason(citizen_id: int, *, by: Person) -> str:
    """The reason this person wrote to open the file, while it still holds."""
    query = db.select(Reading.reason).filter_by(staff_id=by.id)
    query = query.where(Reading.citizen_id.in_(people.ids(citizen_id)))
    recent = query.where(Reading.reason != "", Reading.at > clock.now() - REASON_LASTS)
    return db.session.scalar(recent.order_by(Reading.id.desc()).limit(1)) or ""
