"""Records become rows: told new from changed, changed from same; what was changed here since is left as it is.

A record is known by its id. A second import therefore changes nothing, and one that was cut short is simply begun
again. What a record no longer says stays, unless it says `null` or an empty list: pages of the API say less of a
record than its own door does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy.orm import selectinload

from portal import history
from portal.database import db, locked
from portal.directory.hsds.apart import Apart, contradictions
from portal.directory.hsds.checking import NOUNS, Doc, check, noun_of
from portal.directory.hsds.files import Found
from portal.directory.hsds.lenses import Lens, dicts, fill, take_in, text
from portal.directory.hsds.mapping import LOCATION, ORGANIZATION, SERVICE, dated
from portal.directory.hsds.placing import follow, join_places, line_of
from portal.directory.hsds.rows import sync_areas, sync_phones
from portal.directory.hsds.slugs import free_slug, taken_slugs
from portal.directory.hsds.taxonomies import keep_terms
from portal.directory.models import Location, Organization, Service

BATCH = 10  # records in one transaction: it must not hold the write lock for 200 ms
PARENT = "parent_organization_id"
CHANGED_HERE = "modifié ici depuis, gardé tel quel"
OF_OURS = ("here", "dila")  # what did not come from a record: a copy of it that comes back is not read
OURS = "fiche de cet annuaire : elle reste comme elle est ici"


@dataclass
class Report:
    """What an import did, and whom it tells what was wrong (`tell`: where, why, whether that kept the record out)."""

    tell: Callable[[str, str, bool], None]
    source: str = "hsds"
    # by noun, and new, changed, same, refused
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    seen: set[int] = field(default_factory=set)
    parents: dict[str, str] = field(default_factory=dict)  # of organizations, by id: not yet known ones

    def refuse(self, place: str, why: str) -> None:
        self.counts["record", "refused"] += 1
        self.tell(place, why, True)

    def tell_twice(self, noun: str, identity: str, names: list[str]) -> None:
        listed = ", ".join(names[:5])
        why = f"dit deux fois, et autrement la seconde ({listed}) : la première vaut"
        self.tell(f"{NOUNS[noun]} {identity}", why, False)

    def is_first(self, noun: str, identity: str) -> bool:
        """Whether this import sees a record for the first time."""
        key = hash((noun, identity))
        first = key not in self.seen
        self.seen.add(key)
        return first


@dataclass(frozen=True, slots=True)
class Checked:
    """A record that may come in."""

    place: str
    noun: str
    record: Doc


def batches(found: Iterable[Found], report: Report, size: int = BATCH) -> Iterator[list[Checked]]:
    """The records that may come in, a transaction's worth at a time; of the others, `report` tells why not."""
    good = (checked for one in found if (checked := _checked(one, report)) is not None)
    while batch := list(islice(good, size)):
        yield batch


def import_records(batch: Sequence[Checked], report: Report) -> None:
    """Stores one batch, and adds to `report` what became of it. The caller commits, then goes on."""
    apart = Apart()
    for one in batch:
        apart.add(one.noun, one.record)
    for noun, identity, names in apart.twice:
        report.tell_twice(noun, identity, names)
    organizations = _take_organizations(apart, report)
    locations = _take_locations(apart, organizations, report)
    services = _take_services(apart, organizations, report, _places_of(batch))
    join_places(apart, services, locations)
    keep_terms(apart, services)
    db.session.flush()


def join_parents(report: Report, size: int = 200) -> None:
    """Says of organizations which one they belong to, once all are known. The caller commits."""
    waiting = list(report.parents.items())
    for start in range(0, len(waiting), size):
        some = dict(waiting[start : start + size])
        names = {*some, *some.values()}
        known = _known(Organization, names)
        for child, parent in some.items():
            row, above = known.get(child), known.get(parent)
            if row is not None and above is not None and row is not above:
                row.parent_id = above.id


def _checked(found: Found, report: Report) -> Checked | None:
    if found.fault:
        report.refuse(found.place, found.fault)
        return None
    noun = noun_of(found.record, found.hint)
    if not noun:
        report.refuse(found.place, "ce n’est pas une fiche d’annuaire au format HSDS")
        return None
    faults = check(noun, found.record)
    name = text(found.record.get("name"))[:80]
    place = f"{found.place}, {NOUNS[noun]}" + (f" « {name} »" if name else "")
    fatal = [fault.says for fault in faults if fault.fatal]
    for fault in faults:
        if not fault.fatal:
            report.tell(place, fault.says, False)
    if fatal:
        report.refuse(place, " ; ".join(fatal))
        return None
    return Checked(place, noun, found.record)


def _places_of(batch: Sequence[Checked]) -> dict[str, str]:
    """Where each service of the batch was said."""
    places: dict[str, str] = {}
    for one in batch:
        inner = one.record.get("service") if one.noun == "service_at_location" else None
        said = inner if isinstance(inner, dict) else one.record
        places.setdefault(str(said.get("id")), one.place)
        for service in dicts(one.record.get("services")):
            places.setdefault(str(service.get("id")), one.place)
    return places


def _known(table: Any, names: Iterable[str], *options: Any) -> dict[str, Any]:
    query = db.select(table).where(table.hsds_id.in_(list(names))).options(*options)
    return {row.hsds_id: row for row in db.session.scalars(locked(query))}


def _kept(noun: str, identity: str, row: Any, record: Doc, report: Report) -> Doc:
    """All that is known of a record: what it says now comes first, then what it said."""
    before = dict(row.hsds) if row is not None else {}
    if report.is_first(noun, identity):
        return before | record
    if otherwise := contradictions(before, record):
        report.tell_twice(noun, identity, otherwise)
    return record | before


def _take_organizations(apart: Apart, report: Report) -> dict[str, Organization]:
    names = {*apart.organizations, *apart.owners.values()}
    rows: dict[str, Organization] = _known(Organization, names)
    taken = taken_slugs(Organization, apart.organizations)
    for identity, record in apart.organizations.items():
        row = rows.get(identity)
        if _is_ours("organization", row, report):
            continue
        kept = _kept("organization", identity, row, record, report)
        parent = text(kept.get(PARENT))
        if parent and (row is None or row.parent_id is None or row.hsds.get(PARENT) != parent):
            report.parents[identity] = parent
        elif not parent and row is not None and row.hsds.get(PARENT):
            row.parent_id = None
        if row is None:
            row = Organization(slug=free_slug(record, identity, taken), **_source(identity, report))
            rows[identity] = _begin(row, kept, ORGANIZATION)
            sync_phones(row, None, kept)
            _note("organization", "new", row, report)
        else:
            _renew(row, kept, ORGANIZATION, "organization", f"l’organisme « {row.name} »", report=report)
    db.session.flush()
    return rows


def _take_locations(
    apart: Apart, organizations: dict[str, Organization], report: Report
) -> dict[str, Location]:
    rows: dict[str, Location] = _known(Location, apart.locations)
    stood = {row.id: line_of(row) for row in rows.values()}
    for identity, record in apart.locations.items():
        row = rows.get(identity)
        if _is_ours("location", row, report):
            continue
        kept = _kept("location", identity, row, record, report)
        if row is None:
            row = rows[identity] = _begin(Location(**_source(identity, report)), kept, LOCATION)
            sync_phones(row, None, kept)
            _note("location", "new", row, report)
        else:
            _renew(row, kept, LOCATION, "location", f"le lieu « {row.name} »", report=report)
        keeper = organizations.get(apart.keepers.get(identity, ""))
        if row.organization_id is None and keeper is not None:
            row.organization_id = keeper.id
    db.session.flush()
    follow({row.id: stood[row.id] for row in rows.values() if stood.get(row.id) not in (None, line_of(row))})
    return rows


def _take_services(
    apart: Apart, organizations: dict[str, Organization], report: Report, places: dict[str, str]
) -> dict[str, Service]:
    """The services that the records are of, as far as they are not ours."""
    rows: dict[str, Service] = _known(Service, apart.services, selectinload(Service.texts))
    taken = taken_slugs(Service, apart.services)
    for identity, record in apart.services.items():
        row, place = rows.get(identity), places.get(identity, identity)
        if _is_ours("service", row, report):
            del rows[identity]
            continue
        owner = organizations.get(apart.owners.get(identity, ""))
        kept = _kept("service", identity, row, record, report)
        if why := _cannot_be(kept, owner or (row.organization if row is not None else None)):
            report.refuse(place, why)
            rows.pop(identity, None)
            continue
        if row is not None:
            if owner is not None and report.is_first("owner", identity):
                row.organization = owner  # whoever gives it now
            apart.services[identity] = kept
            _renew(row, kept, SERVICE, "service", place, report=report)
            row.source_date = dated(kept)
            continue
        slug = free_slug(record, identity, taken)
        row = Service(slug=slug, organization=owner, address="", **_source(identity, report))
        rows[identity] = _begin(row, kept, SERVICE)
        row.source_date = dated(kept)
        sync_phones(row, None, kept)
        sync_areas(row, None, kept)
        _note("service", "new", row, report)
    return rows


def _begin(row: Any, kept: Doc, lenses: Sequence[Lens]) -> Any:
    """A new row that says what its record does."""
    fill(row, kept, lenses)
    row.hsds = kept
    db.session.add(row)
    return row


def _renew(row: Any, kept: Doc, lenses: Sequence[Lens], noun: str, place: str, *, report: Report) -> None:
    """A known row follows its record; what was changed here stays, and is told."""
    before = dict(row.hsds)
    # hours that have begun since are read even of the same record
    stayed = take_in(row, before, kept, lenses)
    if before == kept:
        _note(noun, "same", row, report)
        return
    if sync_phones(row, before, kept):
        stayed.append("phones")
    if isinstance(row, Service) and sync_areas(row, before, kept):
        stayed.append("service_areas")
    for name in stayed:
        report.tell(place, f"« {name} » : {CHANGED_HERE}", False)
    row.hsds = kept
    _note(noun, "changed", row, report)


def _is_ours(noun: str, row: Any, report: Report) -> bool:
    """Whether a record is of this directory: a copy of it that comes back changes nothing here, and is told."""
    if row is None or row.source not in OF_OURS:
        return False
    _note(noun, "same", row, report)
    if report.is_first(noun, row.hsds_id):
        report.tell(f"{NOUNS[noun]} {row.hsds_id}", OURS, False)
    return True


def _cannot_be(record: Doc, owner: Organization | None) -> str:
    """Why a service cannot be taken in, inside another record too; empty if it can."""
    fatal = [fault.says for fault in check("service", record) if fault.fatal]
    if owner is None:
        fatal.append("son organisme (organization) manque ou n’est pas connu")
    name = text(record.get("name"))[:80]
    return (f"le service « {name} » : " if name else "un service : ") + " ; ".join(fatal) if fatal else ""


def _source(identity: str, report: Report) -> dict[str, Any]:
    return {"hsds_id": identity, "source": report.source, "source_id": identity}


def _note(noun: str, what: str, row: Any, report: Report) -> None:
    report.counts[noun, what] += 1
    if what != "same" and noun != "location":
        verb = f"{noun}.imported" if what == "new" else f"{noun}.changed_by_source"
        history.record(verb, row, by=history.SYSTEM, details={"source": report.source})
