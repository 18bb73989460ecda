"""From a number or an address to the people who may be using it. A number is not a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

import phonenumbers
from sqlalchemy import Select, bindparam
from sqlalchemy.orm import aliased

from portal import history
from portal.citizens import people
from portal.citizens.models import Citizen, DeniedLink, Identifier, IdentifierLink
from portal.citizens.names import name_key
from portal.database import db, insert
from portal.errors import N_, Refused
from portal.history import Actor

REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "NC", "PF", "WF", "BL", "MF")
HIDDEN = {"", "anonymous", "restricted", "unavailable", "private", "+266696687", "+7378742833", "+8656696"}
_EMAIL = re.compile(r"[^@\s<>\"(),;:\\]{1,64}@[^@\s<>\"(),;:\\]{1,190}\.[^@\s.<>\"(),;:\\]{2,24}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an identifier may be. `match`: one, several, probable, unknown, or hidden (no identifier at all)."""

    match: str
    citizens: tuple[Citizen, ...] = ()


def phone_number(typed: str) -> str:
    """The E.164 form of a number as people type it, overseas territories included. Refuses what is none."""
    number: phonenumbers.PhoneNumber | None = None
    try:
        first = phonenumbers.parse(typed, REGIONS[0])
        others = (phonenumbers.parse(typed, region) for region in REGIONS[1:])
        number = next(filter(phonenumbers.is_valid_number, chain([first], others)), None)
        # the ranges kept for fiction, and those opened since the library was made, are possible without being valid
        if number is None and phonenumbers.is_possible_number(first):
            number = first
    except phonenumbers.NumberParseException:
        pass
    if number is not None:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise Refused(N_("Ce numéro de téléphone n’est pas complet. Exemple : 06 39 98 12 34."), field="phone")


def network_number(given: str) -> str:
    """The caller's number as the network gives it, or nothing when it is hidden."""
    return "" if given.strip().lower() in HIDDEN else given.strip()


def email_address(typed: str) -> str:
    """An address in lower case. Refuses what cannot be one."""
    address = typed.strip().lower()
    if not _EMAIL.fullmatch(address):
        raise Refused(
            N_("Cette adresse e-mail n’est pas complète. Exemple : prenom.nom@exemple.fr."), field="email"
        )
    return address


def reach(typed: str) -> tuple[str, str]:
    """What a person gave to be reached by: (`phone` or `email`, its one form)."""
    return ("email", email_address(typed)) if "@" in typed else ("phone", phone_number(typed))


def identifier(kind: str, value: str) -> Identifier:
    """The row of this number or address, made at its first use, by one of those who use it at once."""
    found = find_identifier(kind, value)
    if found is None:
        statement = insert(Identifier).values(kind=kind, value=value)
        statement = statement.on_conflict_do_nothing(index_elements=["kind", "value"])
        found = db.session.scalar(statement.returning(Identifier))
    return found or db.session.scalars(db.select(Identifier).filter_by(kind=kind, value=value)).one()


def find_identifier(kind: str, value: str) -> Identifier | None:
    """The row of this number or address if it was ever used."""
    return db.session.scalar(_identifier(), {"kind": kind, "value": value})


def identify(used: Identifier | None) -> Identity:
    """Who may be behind an identifier, several files of one person being one. Nothing is written: an agent or a
    one-time code says who it is."""
    return behind(used.id if used is not None else None)


def behind(identifier_id: int | None) -> Identity:
    """As `identify`, where the row of the identifier is not at hand."""
    if identifier_id is None:
        return Identity("hidden")
    sure: dict[Citizen, bool] = {}
    for certainty, citizen in db.session.execute(_users(), {"identifier": identifier_id}):
        sure[citizen] = sure.get(citizen, False) or certainty == "confirmed"
    if not sure:
        return Identity("unknown")
    if len(sure) > 1:
        return Identity("several", tuple(sure))
    return Identity("one" if all(sure.values()) else "probable", tuple(sure))


@cache
def _identifier() -> Select[Any]:
    """Built once a process, as is the next: each call asks both."""
    return db.select(Identifier).filter_by(kind=bindparam("kind"), value=bindparam("value"))


@cache
def _users() -> Select[Any]:
    person = aliased(Citizen)
    query = db.select(IdentifierLink.certainty, person).select_from(IdentifierLink).join(Citizen)
    query = query.join(person, person.id == people.head_column()).order_by(person.id)
    return query.where(IdentifierLink.identifier_id == bindparam("identifier"))


def add_citizen(name: str, *, by: Actor, language: str = "fr", commune: str = "") -> Citizen:
    """A person met for the first time."""
    name = " ".join(name.split())
    if not name:
        raise Refused(N_("Écrivez le nom de la personne."), field="name")
    person = Citizen(name=name[:200], name_key=name_key(name)[:200], language=language, commune=commune)
    db.session.add(person)
    db.session.flush()
    history.record("citizen.added", person, by=by, citizen_id=person.id)
    return person


def link(used: Identifier, citizen: Citizen, *, certainty: str, evidence: str, by: Actor) -> IdentifierLink:
    """Says that a citizen uses an identifier, once however many files they have. A confirmed link is never made
    probable again."""
    found = find_link(used.id, citizen)
    if found is None:
        found = IdentifierLink(
            identifier_id=used.id, citizen_id=citizen.id, certainty=certainty, evidence=evidence
        )
        db.session.add(found)
    elif found.certainty in (certainty, "confirmed"):
        return found
    else:
        found.certainty, found.evidence = certainty, evidence
    db.session.flush()
    details = {"identifier": used.kind, "certainty": certainty, "evidence": evidence}
    history.record("citizen.linked", citizen, by=by, citizen_id=found.citizen_id, details=details)
    return found


def find_link(identifier_id: int, citizen: Citizen) -> IdentifierLink | None:
    """What is known of this person's using this identifier, in whichever of their files; the surest."""
    query = db.select(IdentifierLink).filter_by(identifier_id=identifier_id)
    query = query.where(IdentifierLink.citizen_id.in_(people.ids(citizen.id)))
    elsewhere = IdentifierLink.citizen_id != citizen.id
    return db.session.scalar(query.order_by(IdentifierLink.certainty, elsewhere).limit(1))


def unlink(used: Identifier, citizen: Citizen, *, by: Actor) -> None:
    """It is not theirs, even if somebody had confirmed it: it leaves all their files, and is not guessed again."""
    own = people.ids(citizen.id)
    query = db.select(IdentifierLink).filter_by(identifier_id=used.id)
    for found in db.session.scalars(query.where(IdentifierLink.citizen_id.in_(own))):
        db.session.delete(found)
        denied = insert(DeniedLink).values(identifier_id=used.id, citizen_id=found.citizen_id)
        db.session.execute(denied.on_conflict_do_nothing())
        details = {"identifier": used.kind, "certainty": found.certainty, "evidence": found.evidence}
        history.record("citizen.unlinked", citizen, by=by, citizen_id=found.citizen_id, details=details)
    db.session.flush()
    db.session.expire(used, ["links"])
