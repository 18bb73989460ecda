"""The sites of others that may show our search box and our questions in a frame, and where their visitors return."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from portal import history
from portal.database import check_version, db, locked
from portal.directory.models import Embedder
from portal.errors import N_, Refused
from portal.history import Actor
from portal.rights import find_own

_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}(:\d{2,5})?")


def embedders(organization_id: int) -> list[Embedder]:
    """Those that this organization let in, by name."""
    query = db.select(Embedder).filter_by(organization_id=organization_id)
    return list(db.session.scalars(query.order_by(Embedder.name, Embedder.id)))


def embedder(embedder_id: int, *, organization_id: int) -> Embedder:
    """One of this organization's. Raises `Missing`."""
    return find_own(Embedder, embedder_id, organization_id)


def save_embedder(
    found: Embedder | None,
    *,
    organization_id: int,
    name: str,
    origin: str,
    active: bool,
    version: int = 0,
    by: Actor,
) -> Embedder:
    """A site that may show us (`None`: a new one). Refuses what is no site, another's site, a stale save."""
    values = {"name": name.strip(), "origin": read_origin(origin), "active": active}
    if not values["name"]:
        raise Refused(N_("Donnez un nom à ce site."), field="name")
    taken = db.session.scalar(db.select(Embedder.id).filter_by(origin=values["origin"]))
    if taken is not None and (found is None or found.id != taken):
        raise Refused(N_("Ce site est déjà dans la liste."), field="origin")
    if found is None:
        made = Embedder(organization_id=organization_id, **values)
        db.session.add(made)
        history.record("embedder.added", made, by=by, details={"origin": made.origin})
        return made
    db.session.scalar(locked(db.select(Embedder.id).filter_by(id=found.id)))
    before = {name: getattr(found, name) for name in values}
    if before == values:
        return found
    check_version(found, version, values)
    for field, value in values.items():
        setattr(found, field, value)
    changed = {field: [before[field], values[field]] for field in values if before[field] != values[field]}
    history.record("embedder.changed", found, by=by, details={"changed": changed})
    return found


def read_origin(typed: str) -> str:
    """The origin of an address as browsers write it: « https://www.ville.fr ». Refuses another scheme, or no host."""
    address = typed.strip().lower()
    parts = urlsplit(address if "//" in address else f"https://{address}")
    if parts.scheme != "https" or not _HOST.fullmatch(parts.netloc):
        raise Refused(N_("Écrivez l’adresse d’un site, comme https://www.ville.fr."), field="origin")
    return f"https://{parts.netloc.removesuffix(':443')}"
