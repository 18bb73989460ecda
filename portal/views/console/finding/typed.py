"""Who answers to what is typed as a number, an e-mail, a reference or a name."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import joinedload

from portal.cases import opening
from portal.cases.models import Case
from portal.cases.references import read_reference
from portal.citizens import identifying, people
from portal.citizens.models import Citizen, IdentifierLink
from portal.contacts.models import Contact
from portal.database import db
from portal.errors import Refused
from portal.records.finding import find_citizens
from portal.views.console.door import me


@dataclass(slots=True)
class Found:
    """Who answers to what was typed. `read_as`: phone, email, reference or name; `value` in its one form."""

    read_as: str
    value: str
    people: list[Citizen] = field(default_factory=list)
    case: Case | None = None
    contacts: list[Contact] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not (self.people or self.case or self.contacts)


def hints(citizen_ids: list[int]) -> dict[int, list[str]]:
    """The ends of people's numbers and addresses, to tell namesakes apart."""
    query = db.select(IdentifierLink, people.head_column()).join(Citizen)
    query = query.where(IdentifierLink.citizen_id.in_(people.ids(*citizen_ids)))
    found: dict[int, list[str]] = {}
    for link, person_id in db.session.execute(query.options(joinedload(IdentifierLink.identifier))):
        value = link.identifier.value
        end = f"… {value[-4:-2]} {value[-2:]}" if link.identifier.kind == "phone" else f"{value[:2]}…@…"
        if end not in found.setdefault(person_id, []):
            found[person_id].append(end)
    return found


def find(typed: str) -> Found:
    """Reads what was typed as an agent means it: a reference, an address, a number, else words."""
    reference = read_reference(typed)
    if reference:
        return _by_reference(reference)
    kind, value = _read(typed)
    if kind == "name":
        return Found("name", value, find_citizens(value, by=me()))
    found = people.reached_at(kind, value)
    return Found(kind, value, found, contacts=[] if found else _contacts_of(kind, value))


def who_is_reached_at(typed: str) -> list[Citizen]:
    """Everyone linked to the number or the address that was typed; nobody where it is neither."""
    kind, value = ("reference", "") if read_reference(typed) else _read(typed)
    return people.reached_at(kind, value) if kind in {"phone", "email"} else []


def _read(typed: str) -> tuple[str, str]:
    """What is no reference: a number or an address in its one form, else a name."""
    try:
        if "@" in typed or sum(c.isdigit() for c in typed) >= 4:
            return identifying.reach(typed)
    except Refused:  # neither whole number nor address: perhaps a name
        pass
    return "name", typed.strip()


def _by_reference(reference: str) -> Found:
    """The matter, if it is the reader's organization's; and whose it is."""
    case = opening.case_by_reference(reference)
    if case is None or case.organization_id != me().organization_id:
        return Found("reference", reference)
    query = db.select(Contact).filter_by(case_id=case.id).order_by(Contact.id.desc()).limit(5)
    found = [people.head(db.session.get_one(Citizen, case.citizen_id))] if case.citizen_id else []
    return Found("reference", reference, found, case, list(db.session.scalars(query)))


def _contacts_of(kind: str, value: str) -> list[Contact]:
    """What came from a number or an address that is nobody's yet, to the reader's organization."""
    used = identifying.find_identifier(kind, value)
    if used is None:
        return []
    query = db.select(Contact).filter_by(identifier_id=used.id, organization_id=me().organization_id)
    return list(db.session.scalars(query.order_by(Contact.started_at.desc()).limit(10)))
