"""Choosing a service, a commune or a kind in a form, among too many to list: one types, and is offered a few.

A service: NAME holds the one taken from the list, NAME-words what stands in the field. Where scripts run, both come;
without them the words alone, and when several services answer to them they are offered as NAME-pick. Words that are
not the name of the one taken were typed after it: they decide. A commune or a kind is written « Nom (code) ».
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import Flask

from portal.database import db
from portal.directory import reading
from portal.directory.finding import choosing, communes, kinds
from portal.directory.finding.communes import Town
from portal.directory.models import Kind, Organization, Service
from portal.errors import Missing
from portal.views.forms import Form

NOBODY = "Rien ne répond à ces mots dans l’annuaire : essayez un nom plus court, ou le nom de la commune."
SEVERAL = "Plusieurs répondent à ces mots : choisissez dans la liste."
NO_COMMUNE = "Aucune commune ne s’appelle « {} »."
WHICH_COMMUNE = "Laquelle : {} ? Choisissez dans la liste, ou écrivez son code."
MOST_NAMED = 5
NO_KIND = "Aucun genre de service ne s’appelle « {} » : choisissez dans la liste proposée."

Row = TypeVar("Row", Service, Organization)

_CODE = re.compile(r"\(([^()]+)\)\s*$")


def service_named(key: int | str | None) -> Service | None:
    """The service of this id or slug, if there is one."""
    if not key:
        return None
    known: int | str = int(key) if isinstance(key, int) or (key.isascii() and key.isdigit()) else key
    try:
        return reading.service(known)
    except Missing:
        return None


def organization_named(key: int | str | None) -> Organization | None:
    """The organization of this id, if there is one."""
    number = str(key or "")
    return db.session.get(Organization, int(number)) if number.isascii() and number.isdigit() else None


@dataclass(frozen=True)
class Sort(Generic[Row]):
    """How one of a sort is named, found and asked for."""

    named: Callable[[int | str | None], Row | None]
    label: Callable[[Row], str]
    meant: Callable[[str], Row | None]
    near: Callable[[str], Sequence[Row]]
    none: str


SERVICE = Sort(
    service_named,
    choosing.label_of,
    choosing.service_meant,
    lambda words: choosing.services_near(words, limit=1),
    "Choisissez un service.",
)
ORGANIZATION = Sort(
    organization_named,
    lambda one: one.name,
    choosing.organization_meant,
    lambda words: choosing.find_organizations(words, limit=1)[0],
    "Choisissez l’organisme.",
)


def read_service(form: Form, name: str = "service", *, required: bool = False) -> Service | None:
    """The service that was chosen, or that is named without doubt. Otherwise the field says what to do."""
    return _read(form, name, SERVICE, required)


def read_organization(
    form: Form, name: str = "organization", *, required: bool = False
) -> Organization | None:
    """The organization that was chosen, or that is named without doubt."""
    return _read(form, name, ORGANIZATION, required)


def _read(form: Form, name: str, sort: Sort[Row], required: bool) -> Row | None:
    picked = sort.named(form.text(f"{name}-pick", longest=20))
    if picked is not None:
        form.values |= {name: str(picked.id), f"{name}-words": sort.label(picked)}
        return picked
    chosen = sort.named(form.text(name, longest=100))
    words = form.text(f"{name}-words", longest=200) if f"{name}-words" in form.values else None
    as_chosen = words is None or (chosen is not None and words == sort.label(chosen))
    found = chosen if as_chosen else sort.meant(words) if words else None
    if found is None and (words or (words is None and form.text(name))):
        form.refuse(name, SEVERAL if words and sort.near(words) else NOBODY)
    elif found is None and required:
        form.refuse(name, sort.none)
    return found


def fill_in(form: Form, service: Service, name: str = "service") -> None:
    """Writes a service in the form, as if it had been chosen there."""
    form.values |= {name: str(service.id), f"{name}-words": choosing.label_of(service)}


def read_commune(form: Form, name: str = "commune", *, required: bool = False) -> Town | None:
    """The commune typed: « Saint-Elvin (96017) », its name, its code or a postcode of its own. Else asks which."""
    typed = form.text(name, longest=100, required=required)
    if not typed:
        return None
    found = communes.which(typed)
    if found.commune is not None and not found.slip:
        return found.commune
    named = ", ".join(one.label for one in found.candidates[:MOST_NAMED])
    form.refuse(name, WHICH_COMMUNE.format(named) if named else NO_COMMUNE.format(typed))
    return None


def read_kind(form: Form, name: str = "kind", *, required: bool = False) -> Kind | None:
    """The kind typed: « Mairie (mairie) », its name or its code."""
    typed = form.text(name, longest=100, required=required)
    if not typed:
        return None
    found = kind_in(typed)
    if found is None:
        form.refuse(name, NO_KIND.format(typed))
    return found


def kind_in(typed: str) -> Kind | None:
    """The kind that « Mairie (mairie) », a name or a code says."""
    code = _CODE.search(typed)
    return (choosing.kind_meant(code.group(1)) if code else None) or choosing.kind_meant(typed)


def commune_named(code: str) -> str:
    """A commune as the field writes it, from its code; what is no code stays as it is."""
    found = communes.town(code) if code else None
    return found.label if found else code or ""


def kind_label(kind: Kind) -> str:
    name = kinds.name_of(kind)
    return name if name == kind.code else f"{name} ({kind.code})"


def kind_named(code: str) -> str:
    """A kind as the field writes it, from its code; what is no code stays as it is."""
    found = db.session.scalar(db.select(Kind).filter_by(code=code)) if code else None
    return kind_label(found) if found else code or ""


def _services_offered(words: str) -> list[tuple[int, str]]:
    near = choosing.services_near(words)
    return [(one.id, ", ".join(filter(None, (choosing.label_of(one), one.address)))) for one in near]


def _organizations_offered(words: str) -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in choosing.find_organizations(words, limit=8)[0]]


def init_app(app: Flask) -> None:
    """What the macros of these fields ask."""
    app.jinja_env.globals.update(
        service_named=service_named,
        service_label=choosing.label_of,
        services_offered=_services_offered,
        organization_named=organization_named,
        organizations_offered=_organizations_offered,
        commune_named=commune_named,
        kind_named=kind_named,
    )
