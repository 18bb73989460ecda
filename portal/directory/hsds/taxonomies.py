"""The words that services are sorted by: ours are the kinds; those of others are kept as their publishers say them."""

from __future__ import annotations

from typing import Any

from portal.database import db
from portal.directory.hsds.apart import Apart, terms_of
from portal.directory.hsds.checking import Doc
from portal.directory.hsds.ids import part_id
from portal.directory.hsds.lenses import code, text
from portal.directory.hsds.mapping import KINDS, kind_term
from portal.directory.hsds.models import ServiceTerm, Taxonomy, TaxonomyTerm
from portal.directory.models import Kind, Service
from portal.directory.names import name_key

OURS = {
    "id": part_id(KINDS),
    "name": KINDS,
    "description": "Les sortes de services de cet annuaire",
}


def keep_terms(apart: Apart, services: dict[str, Service]) -> None:
    """Keeps the taxonomies and terms of a batch, and of which terms its services are."""
    _keep(Taxonomy, apart.taxonomies, lambda _record: {})
    _keep(TaxonomyTerm, apart.terms, _links)
    wanted = {
        (row.id, term["id"])
        for identity, row in services.items()
        if identity in apart.services
        for term in terms_of(row.hsds)
    }
    ids = [row.id for identity, row in services.items() if identity in apart.services]
    rows = db.session.scalars(db.select(ServiceTerm).where(ServiceTerm.service_id.in_(ids)))
    known = {(row.service_id, row.term_id): row for row in rows}
    for pair in known.keys() - wanted:
        db.session.delete(known[pair])
    for service_id, term_id in sorted(wanted - known.keys()):
        db.session.add(ServiceTerm(service_id=service_id, term_id=term_id))


def _links(record: Doc) -> dict[str, str]:
    return {"taxonomy_id": code(record.get("taxonomy_id")), "parent_id": code(record.get("parent_id"))}


def _keep(table: Any, records: dict[str, Doc], more: Any) -> None:
    query = db.select(table).where(table.id.in_(list(records)))
    known = {row.id: row for row in db.session.scalars(query)}
    for identity, record in records.items():
        row = known.get(identity)
        kept = record if row is None else dict(row.hsds) | record
        if row is None:
            db.session.add(table(id=identity, name=text(record["name"]), hsds=kept, **more(kept)))
        elif row.hsds != kept:
            row.name, row.hsds = text(kept["name"]), kept
            for name, value in more(kept).items():
                setattr(row, name, value)


def taxonomies(search: str = "") -> list[Doc]:
    """Every taxonomy: ours first."""
    rows = db.session.scalars(db.select(Taxonomy).order_by(Taxonomy.name, Taxonomy.id).limit(1000))
    return [one for one in (OURS, *(dict(row.hsds) for row in rows)) if _fits(one, search)]


def terms(
    *, taxonomy_id: str = "", parent_id: str = "", top_only: bool = False, search: str = ""
) -> list[Doc]:
    """The terms of every taxonomy: ours first, in order of names."""
    ours = [] if parent_id or taxonomy_id not in ("", OURS["id"]) else kind_terms()
    query = db.select(TaxonomyTerm).order_by(TaxonomyTerm.name, TaxonomyTerm.id)
    if taxonomy_id:
        query = query.where(TaxonomyTerm.taxonomy_id == taxonomy_id)
    if parent_id or top_only:
        query = query.where(TaxonomyTerm.parent_id == parent_id)
    rows = db.session.scalars(query.limit(10_000))
    return [one for one in (*ours, *(dict(row.hsds) for row in rows)) if _fits(one, search)]


def kind_terms() -> list[Doc]:
    rows = db.session.scalars(db.select(Kind).order_by(Kind.code))
    return [kind_term(row.code, row.names.get("fr", "")) for row in rows]


def term(identity: str) -> Doc | None:
    """The term of this id, ours or another's."""
    row = db.session.get(TaxonomyTerm, identity)
    if row is not None:
        return dict(row.hsds)
    return next((one for one in kind_terms() if one["id"] == identity), None)


def taxonomy(identity: str) -> Doc | None:
    row = db.session.get(Taxonomy, identity)
    return dict(row.hsds) if row is not None else OURS if identity == OURS["id"] else None


def _fits(record: Doc, search: str) -> bool:
    return not search or name_key(search) in name_key(text(record.get("name")))
