"""Records taken apart: a service holds its organization and its places, an organization its services. Each is one here.

A record said twice is one: the first sight of it speaks, a later one adds what the first did not say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeGuard

from portal.directory.hsds.checking import Doc, is_id
from portal.directory.hsds.lenses import dicts, text
from portal.directory.hsds.mapping import KINDS
from portal.directory.hsds.writing import ROW

LOCATION_TYPES = ("physical", "postal", "virtual")


@dataclass
class Apart:
    """What some records say, noun by noun, by id."""

    organizations: dict[str, Doc] = field(default_factory=dict)
    services: dict[str, Doc] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)  # of a service: its organization
    locations: dict[str, Doc] = field(default_factory=dict)
    keepers: dict[str, str] = field(default_factory=dict)  # of a location: the organization that lists it
    places: dict[tuple[str, str], Doc] = field(default_factory=dict)  # by service and location
    taxonomies: dict[str, Doc] = field(default_factory=dict)
    terms: dict[str, Doc] = field(default_factory=dict)
    # noun, id, what was said differently
    twice: list[tuple[str, str, list[str]]] = field(default_factory=list)

    def add(self, noun: str, record: Doc) -> None:
        if noun == "organization":
            self.add_organization(record)
        elif noun == "location":
            self.add_location(record)
        elif noun == "service":
            self.add_service(record, "")
        elif noun == "taxonomy":
            self.add_taxonomy(record)
        elif noun == "taxonomy_term":
            self.add_term(record)
        else:
            self._add_place_record(record)

    def add_organization(self, record: Doc) -> str:
        kept = dict(record)
        services = kept.pop("services", None)
        if isinstance(kept.get("locations"), list):
            kept["locations"] = [self._listed(one, record["id"]) for one in kept["locations"]]
        self._put("organization", self.organizations, kept)
        for one in dicts(services):
            if is_id(one.get("id")):
                self.add_service(one, record["id"])
        return str(record["id"])

    def add_service(self, record: Doc, owner: str) -> None:
        kept = dict(record)
        organization = kept.pop("organization", None)
        if can_be(organization):
            owner = self.add_organization(organization)
        owner = owner or text(record.get("organization_id"))
        if isinstance(kept.get("service_at_locations"), list):
            kept["service_at_locations"] = [
                self._placed(one, record["id"]) for one in kept["service_at_locations"]
            ]
        self._put("service", self.services, kept)
        if owner:
            self.owners.setdefault(record["id"], owner)
        for term in terms_of(record):
            self.add_term(term)

    def add_taxonomy(self, record: Doc) -> None:
        self.taxonomies[record["id"]] = record | self.taxonomies.get(record["id"], {})
        for one in dicts(record.get("taxonomy_terms")):
            if can_be(one):
                self.add_term({"taxonomy_id": record["id"], **one})

    def add_term(self, record: Doc) -> None:
        detail = record.get("taxonomy_detail")
        if can_be(detail):
            self.add_taxonomy(detail)
        self.terms[record["id"]] = record | self.terms.get(record["id"], {})

    def add_location(self, record: Doc, keeper: str = "") -> None:
        self._put("location", self.locations, dict(record))
        if keeper:
            self.keepers.setdefault(record["id"], keeper)

    def _add_place_record(self, record: Doc) -> None:
        service = record.get("service")
        if can_be(service):
            self.add_service(service, "")
            self._placed({key: value for key, value in record.items() if key != "service"}, service["id"])

    def _listed(self, one: Any, keeper: str) -> Any:
        """A location of an organization, or the reference to it where it can be a row."""
        if not is_location(one):
            return _as_said(one)
        self.add_location(one, keeper)
        return {ROW: one["id"]}

    def _placed(self, one: Any, service_id: str) -> Any:
        """A service at a location, or the reference to it where it can be a row."""
        place = one.get("location") if isinstance(one, dict) else None
        if not is_location(place) or not (isinstance(one, dict) and is_id(one.get("id"))):
            return _as_said(one)
        kept = {key: value for key, value in one.items() if key != "location"}
        known = self.places.get((service_id, place["id"]))
        if known is not None and known["id"] != one["id"]:
            return _as_said(one)  # twice at the same place: the second has no row of its own
        self.add_location(place)
        self.places[service_id, place["id"]] = kept | (known or {})
        return {ROW: one["id"]}

    def _put(self, noun: str, store: dict[str, Doc], record: Doc) -> None:
        identity = record["id"]
        before = store.get(identity, {})
        if otherwise := contradictions(before, record):
            self.twice.append((noun, identity, otherwise))
        store[identity] = record | before


def _as_said(one: Any) -> Any:
    """What has no row of its own, kept as it was said; it cannot take itself for the reference to a row."""
    return {key: value for key, value in one.items() if key != ROW} if isinstance(one, dict) else one


def contradictions(before: Doc, after: Doc) -> list[str]:
    """The fields that two sights of a record say differently."""
    return [key for key, value in after.items() if key in before and before[key] != value]


def terms_of(record: Doc) -> list[Doc]:
    """The terms that a service says it is of; our kinds are no terms of others."""
    terms = [one.get("taxonomy_term") for one in dicts(record.get("attributes"))]
    return [one for one in terms if can_be(one) and one.get("taxonomy") != KINDS]


def can_be(record: Any) -> TypeGuard[Doc]:
    """Whether something inside a record is one, with an id and a name to know it by."""
    named = isinstance(record, dict) and is_id(record.get("id"))
    return named and isinstance(record.get("name"), str) and bool(record["name"].strip())


def is_location(record: Any) -> TypeGuard[Doc]:
    return (
        isinstance(record, dict) and is_id(record.get("id")) and record.get("location_type") in LOCATION_TYPES
    )
