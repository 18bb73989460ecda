"""Finding citizens and opening their files: who may, and what is left of it in the register of readings."""

from __future__ import annotations

from portal.citizens.models import Citizen, Identifier, IdentifierLink
from portal.citizens.names import name_key
from portal.database import db
from portal.errors import N_, Missing, NotYours
from portal.history import Person

READERS = ("agent", "supervisor")
MOST_FOUND = 20


class Protected(NotYours):
    """The citizen is protected: a named group opens the file, or anyone with a written reason."""


def open_citizen(citizen_id: int, *, by: Person, reason: str = "") -> Citizen:
    """The citizen, for someone who may open their file; the door notes the reading once its answer is built."""
    if by.role not in READERS:
        raise NotYours(N_("Votre rôle n’ouvre pas les dossiers des citoyens."))
    citizen = db.session.get(Citizen, citizen_id)
    if citizen is None:
        raise Missing
    if citizen.protected and not by.may_open_protected and not reason.strip():
        raise Protected(N_("Ce dossier est protégé : écrivez pourquoi vous devez l’ouvrir."))
    return citizen


def find_by_identifier(kind: str, value: str) -> list[Citizen]:
    """Everyone linked to this number or address."""
    query = db.select(Citizen).join(IdentifierLink).join(Identifier)
    return list(
        db.session.scalars(
            query.where(Identifier.kind == kind, Identifier.value == value).order_by(Citizen.name)
        )
    )


def find_by_name(typed: str) -> list[Citizen]:
    """People of whose name each typed word begins a word, accents forgiven."""
    words = [_escaped(word) for word in name_key(typed).split()][:5]
    if not words:
        return []
    query = db.select(Citizen)
    for word in words:
        begins = Citizen.name_key.like(f"{word}%", escape="\\")
        inside = Citizen.name_key.like(f"% {word}%", escape="\\")
        query = query.where(db.or_(begins, inside))
    return list(db.session.scalars(query.order_by(Citizen.name_key).limit(MOST_FOUND)))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
