"""Searching the services by what they are called and where they stand: tens of thousands of them, so never read whole.

Each service keeps the folded words of its name, organization, address and slug in `search_key`, in an index that
answers alone. A word typed is looked for at the beginning of these. The session writes the key itself, whoever
saves the service; what goes around the session (an import that inserts many rows at once) writes `key_of`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, event, inspect
from sqlalchemy.orm import Session, joinedload

from portal.database import db
from portal.directory.models import Organization, Service, ServiceText
from portal.directory.names import search_key, search_words

COUNTED = 1000


def find_services(
    text: str = "",
    kind: str = "",
    department: str = "",
    limit: int = 20,
    offset: int = 0,
    *,
    active: bool | None = True,
    also: Collection[ColumnElement[bool]] = (),
) -> tuple[list[Service], int]:
    """Some of the services that have all these words, by name, and how many there are. `active=None`: retired too.

    Further than `COUNTED` after the page they are not counted: that there are so many is all that is told. `also` are
    further conditions: of a few communes, of a source, stale.
    """
    wanted = [*_wanted(text, kind, department, active), *also]
    ids = db.select(Service.id).where(*wanted).order_by(Service.search_key, Service.id)
    page = list(db.session.scalars(ids.limit(limit).offset(offset)))
    whole = (joinedload(Service.organization), joinedload(Service.texts))
    rows = db.session.scalars(db.select(Service).where(Service.id.in_(page)).options(*whole)).unique()
    by_id = {service.id: service for service in rows}
    found = [by_id[n] for n in page]
    # the last page: no need to look through all of them again
    if 0 < len(page) < limit or not (page or offset):
        return found, offset + len(page)
    some = db.select(Service.id).where(*wanted).limit(offset + COUNTED + 1).subquery()
    return found, db.session.scalar(db.select(db.func.count()).select_from(some)) or 0


def key_of(name: str, organization: str, address: str, slug: str) -> str:
    """The `search_key` of a service."""
    return search_key(name, organization, address, slug)


def _wanted(text: str, kind: str, department: str, active: bool | None) -> list[ColumnElement[bool]]:
    words = [Service.search_key.contains(f" {word}", autoescape=True) for word in search_words(text)]
    if active is not None:
        words.append(Service.active.is_(active))
    if kind:
        words.append(Service.kind == kind)
    if department:
        words.append(Service.department == department)
    return words


@event.listens_for(Session, "before_flush")
def _write_keys(session: Session, *_: Any) -> None:
    """Renews the keys of the services that are about to be written, or whose texts or organization's name are."""
    services: dict[Service, None] = {}
    for row in [*session.new, *session.dirty]:
        if isinstance(row, Service):
            services[row] = None
        elif isinstance(row, ServiceText) and row.service is not None:
            services[row.service] = None
        elif isinstance(row, Organization) and row.id and inspect(row).attrs.name.history.has_changes():
            services.update(dict.fromkeys(row.services))
    with session.no_autoflush:
        for service in services:
            _write_key(session, service)


def _write_key(session: Session, service: Service) -> None:
    owner = service.organization
    if owner is None and service.organization_id:
        owner = session.get(Organization, service.organization_id)
    names = " ".join(text.name for _, text in sorted(service.texts.items(), key=lambda one: one[0] != "fr"))
    key = key_of(names, owner.name if owner else "", service.address or "", service.slug)
    if service.search_key != key:
        service.search_key = key
