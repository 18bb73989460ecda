"""Choosing among tens of thousands: the services that words may mean, those at hand first; kinds by name."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_

from knowledge_base.analysis import fold
from portal.database import db
from portal.directory import reading
from portal.directory.finding import communes, kinds
from portal.directory.finding.communes import town
from portal.directory.finding.searching import find_services
from portal.directory.models import Kind, Organization, Service
from portal.directory.names import name_key, search_words

LOOKED_AT = 60  # of the answers to words, how many are put in order


def label_of(service: Service) -> str:
    """A service as lists name it: « Accueil (Ville de Valbrune) »."""
    name, owner = reading.text_in(service, reading.REFERENCE).name, service.organization.name
    return name if fold(name) == fold(owner) else f"{name} ({owner})"


def services_near(
    words: str, *, commune: str = "", organization_id: int | None = None, limit: int = 8
) -> list[Service]:
    """The services that `words` may mean: this organization's first, then those of the commune, of its department,
    and the others; of these, those whose kind or name is just that before those that only mention it."""
    place = town(commune) if commune else None
    codes = [place.code, *(part.code for part in communes.parts_of(place.code))] if place else []
    own = Service.organization_id == organization_id
    looked = find_services(words, limit=LOOKED_AT, also=[own])[0] if organization_id else []
    if place is not None:
        looked += find_services(words, limit=LOOKED_AT, also=[Service.commune.in_(codes)])[0]
    if len(looked) < limit and place is not None:
        looked += find_services(words, department=place.department, limit=LOOKED_AT)[0]
    if len(looked) < limit:
        looked += find_services(words, limit=LOOKED_AT)[0]
    meant = kind_meant(words)
    key = name_key(words)

    def distance(service: Service) -> tuple[bool, ...]:
        return (
            service.organization_id != organization_id,
            service.commune not in codes,
            not (place and service.department == place.department),
            not (meant and service.kind == meant.code),
            not service.search_key.startswith(f" {key}"),
        )

    each = {service.id: service for service in looked}.values()
    return sorted(each, key=distance)[:limit]


def service_meant(words: str) -> Service | None:
    """The one service that `words` can mean: the only one found, or the only one that bears this very name."""
    found, total = find_services(words, limit=LOOKED_AT)
    if total == 1:
        return found[0]
    names = fold(words)
    exact = [
        each
        for each in found
        if names in (fold(label_of(each)), fold(reading.text_in(each, reading.REFERENCE).name))
    ]
    return exact[0] if len(exact) == 1 else None


def find_kinds(words: str, limit: int = 8) -> list[Kind]:
    """The kinds whose code or name holds `words`, those that begin so first."""
    key = fold(words).strip()
    ranked = []
    for kind in kinds.kinds():
        name = fold(kinds.name_of(kind))
        if key in name or key in kind.code:
            ranked.append((not (name.startswith(key) or kind.code.startswith(key)), name, kind))
    return [kind for _, _, kind in sorted(ranked, key=lambda row: row[:2])][:limit]


def kind_meant(words: str) -> Kind | None:
    """The kind of this code or of this name, whatever the accents."""
    key = fold(words).strip()
    known = db.session.scalar(db.select(Kind).filter_by(code=words.strip())) if key else None
    if known is not None or not key:
        return known
    exact = [kind for kind in kinds.kinds() if fold(kinds.name_of(kind)) == key]
    return exact[0] if len(exact) == 1 else None


def kind_names(codes: Collection[str]) -> dict[str, str]:
    """The names of these kinds, by code."""
    found = db.session.scalars(db.select(Kind).where(Kind.code.in_(codes)))
    return {kind.code: kinds.name_of(kind) for kind in found}


def offices_by_kind() -> dict[str, int]:
    """How many services in use there are of each kind."""
    query = db.select(Service.kind, db.func.count()).where(Service.active).group_by(Service.kind)
    return {row[0]: row[1] for row in db.session.execute(query)}


def find_organizations(text: str = "", limit: int = 20, offset: int = 0) -> tuple[list[Organization], int]:
    """Some of the organizations whose name, or a service of whose, has all these words, the host first; how many."""
    wanted = []
    for word in search_words(text):
        through = db.select(Service.organization_id).where(
            Service.search_key.contains(f" {word}", autoescape=True)
        )
        wanted.append(or_(Organization.id.in_(through), Organization.slug.contains(word, autoescape=True)))
    query = db.select(Organization).where(*wanted)
    order = (Organization.is_host.desc(), Organization.name, Organization.id)
    found = list(db.session.scalars(query.order_by(*order).limit(limit).offset(offset)))
    if len(found) < limit and not offset:
        return found, len(found)
    return found, db.session.scalar(db.select(db.func.count()).select_from(Organization).where(*wanted)) or 0


def organization_meant(words: str) -> Organization | None:
    """The one organization that `words` can mean: the only one found, or the only one of this very name."""
    found, total = find_organizations(words, limit=LOOKED_AT)
    if total == 1:
        return found[0]
    exact = [each for each in found if fold(each.name) == fold(words)]
    return exact[0] if len(exact) == 1 else None
