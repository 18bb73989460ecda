"""Staff as their administrator manages them: who they are, what they may do, and when they no longer may.

An administrator manages the staff of their own organization, never their own role, and an organization keeps
at least one administrator.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from functools import cache
from typing import Any

import phonenumbers
from sqlalchemy import Select

from portal import clock, history
from portal.among import among
from portal.database import check_version, db, locked
from portal.errors import N_, Missing, NotYours, Refused
from portal.history import Person
from portal.rights import find_own
from portal.staff.models import ROLES, Staff, StaffSession
from portal.staff.sessions import add_staff, hasher

SIP = re.compile(
    r"sips?:[\w.~+%-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]{1,63}(?::\d{1,5})?"
    r"(?:;transport=(?:udp|tcp|tls))?",
    re.ASCII | re.IGNORECASE,
)
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another


def staff_of(person: Person) -> list[Staff]:
    """The staff of one's own organization."""
    query = db.select(Staff).filter_by(organization_id=person.organization_id)
    return list(db.session.scalars(query.order_by(Staff.disabled_at.is_not(None), Staff.last_name, Staff.id)))


def staff_member(person: Person, staff_id: int) -> Staff:
    """A member of the staff of one's own organization."""
    return find_own(Staff, staff_id, person.organization_id)


def names_of(staff_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of these members, by id; None is nobody's."""
    ids = {staff_id for staff_id in staff_ids if staff_id is not None}
    if not ids:
        return {}
    return {
        staff_id: f"{first} {last}" for staff_id, first, last in db.session.execute(_named(), {"ids": ids})
    }


@cache
def _named() -> Select[int, str, str]:
    return db.select(Staff.id, Staff.first_name, Staff.last_name).where(among(Staff.id, "ids"))


def live_sessions(member: Staff) -> list[StaffSession]:
    """Where they are signed in."""
    query = db.select(StaffSession).filter_by(staff_id=member.id, ended_at=None)
    query = query.where(StaffSession.expires_at > clock.now())
    return list(db.session.scalars(query.order_by(StaffSession.id)))


def welcome(*, by: Person, **who: Any) -> tuple[Staff, str]:
    """A new member of one's own organization, and the first password, which nobody can read again."""
    password = draw_password()
    who["phone"] = own_number(who.get("phone", ""))
    member = add_staff(organization_id=by.organization_id, password=password, by=by.actor, **who)
    return member, password


def change_staff(staff_id: int, *, version: int, by: Person, **values: Any) -> Staff:
    """Changes a member's name, role, telephone, or right to open protected files. Ends their sessions with a role."""
    member = _locked(by, staff_id)
    check_version(member, version, values)
    if "phone" in values:
        values["phone"] = own_number(values["phone"])
    role = values.get("role", member.role)
    if role not in ROLES:
        raise Refused(N_("Ce rôle n’existe pas : %(role)s."), field="role", role=role)
    if role != member.role:
        _refuse_own(member, by)
        _keep_an_administrator(member)
    before = {name: getattr(member, name) for name in values}
    changed = {name: [before[name], value] for name, value in values.items() if value != before[name]}
    for name, value in values.items():
        setattr(member, name, value)
    if changed:
        history.record("staff.changed", member, by=by.actor, details={"changed": changed})
    if "role" in changed:
        _end_all(member)
    return member


def disable(staff_id: int, *, by: Person) -> Staff:
    """Shuts an account and ends its sessions at once. What the person wrote stays under their name."""
    member = _locked(by, staff_id)
    _refuse_own(member, by)
    _keep_an_administrator(member)
    if member.disabled_at is None:
        member.disabled_at = clock.now()
        _end_all(member)
        history.record("staff.disabled", member, by=by.actor)
    return member


def enable(staff_id: int, *, by: Person) -> Staff:
    """Opens an account again."""
    member = _locked(by, staff_id)
    if member.disabled_at is not None:
        member.disabled_at = None
        history.record("staff.enabled", member, by=by.actor)
    return member


def end_sessions(staff_id: int, *, by: Person) -> Staff:
    """Signs somebody out everywhere."""
    member = _locked(by, staff_id)
    _end_all(member)
    history.record("staff.sessions_ended", member, by=by.actor)
    return member


def renew_password(staff_id: int, *, by: Person) -> tuple[Staff, str]:
    """Another first password, for somebody who lost theirs; ends their sessions and lifts a lock."""
    member = _locked(by, staff_id)
    password = draw_password()
    member.password_hash = hasher.hash(password)
    member.failed_sign_ins, member.locked_until = 0, None
    _end_all(member)
    history.record("staff.password_renewed", member, by=by.actor)
    return member, password


def own_number(typed: str) -> str:
    """Where calls are put through, as the network writes numbers, or a SIP address. Refuses what is neither."""
    typed = typed.strip()
    if not typed:
        return typed
    if SIP.fullmatch(typed):
        scheme, _, rest = typed.partition(":")
        return f"{scheme.lower()}:{rest}"
    if "@" in typed or typed.lower().startswith(("sip:", "sips:")):
        raise Refused(N_("Écrivez l’adresse SIP comme sip:nom@exemple.fr."), field="phone")
    try:
        number = phonenumbers.parse(typed, "FR")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Refused(N_("Ce numéro de téléphone n’est pas complet."), field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def draw_password() -> str:
    """Four groups of five letters: 99 bits, and read out without a mistake."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))


def _locked(by: Person, staff_id: int) -> Staff:
    query = db.select(Staff).filter_by(id=staff_id, organization_id=by.organization_id)
    member = db.session.scalar(locked(query))
    if member is None:
        raise Missing()
    return member


def _refuse_own(member: Staff, by: Person) -> None:
    if member.id == by.id:
        raise NotYours(N_("Demandez à une autre personne de changer votre propre accès."))


def _keep_an_administrator(member: Staff) -> None:
    if member.role != "administrator":
        return
    others = db.select(Staff.id).where(
        Staff.organization_id == member.organization_id,
        Staff.role == "administrator",
        Staff.id != member.id,
        Staff.disabled_at.is_(None),
    )
    if not db.session.scalars(locked(others)).first():
        raise Refused(N_("Il faut au moins une personne qui administre."))


def _end_all(member: Staff) -> None:
    live = db.update(StaffSession).where(StaffSession.staff_id == member.id, StaffSession.ended_at.is_(None))
    db.session.execute(live.values(ended_at=clock.now()))
