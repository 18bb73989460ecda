"""Tables of the directory."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ForeignKey, Index
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.collections import attribute_keyed_dict

from portal import clock
from portal.database import Base, Versioned


def new_id() -> str:
    """The name of a record for other directories: it never changes."""
    return str(uuid4())


class Sourced:
    """Where a record comes from, whose it is to keep true, and when somebody last said that it is.

    `source` is here, dila, or the name of an HSDS publisher; with `source_id` it names the record there, so that a
    second import finds it. `hsds` is what an HSDS record says that our columns do not hold.
    """

    hsds_id: Mapped[str | None] = mapped_column(unique=True, default=new_id)
    changed_at: Mapped[datetime | None] = mapped_column(default=clock.now, onupdate=clock.now)
    source: Mapped[str] = mapped_column(default="here")
    source_id: Mapped[str] = mapped_column(default="")
    source_date: Mapped[date | None]  # when the source says that it changed
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str] = mapped_column(default="")  # the owner's address, or who of the staff
    hsds: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Organization(Sourced, Versioned, Base):
    __tablename__ = "organizations"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    is_host: Mapped[bool] = mapped_column(default=False)  # the one whose public pages and lines these are
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    alternate_name: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    rules_reviewed: Mapped[bool] = mapped_column(default=False)  # a second person publishes referral rules
    services: Mapped[list[Service]] = relationship(back_populates="organization")


class Service(Sourced, Versioned, Base):
    """A service; an office of the national directory is one, at one location."""

    __tablename__ = "services"
    __table_args__ = (
        Index("ix_services_source", "source", "source_id"),
        Index("ix_services_kind", "kind", "department", "commune"),
        Index("ix_services_changed_at", "changed_at"),
        Index("ix_services_search_key", "search_key", "active", "kind", "department"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(default="")  # the directory's kind: mairie, caf, prefecture…
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    deaf_relay_url: Mapped[str] = mapped_column(default="")
    # {"mon": [["08:30", "12:00"], …], …}, local time
    schedule: Mapped[dict[str, Any]] = mapped_column(default=dict)
    accessibility: Mapped[dict[str, str]] = mapped_column(default=dict)  # how to come and call, by language
    languages: Mapped[list[str]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)
    # HSDS: active, inactive, defunct, temporarily closed
    status: Mapped[str] = mapped_column(default="active")
    eligibility_description: Mapped[str] = mapped_column(default="")
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    application_process: Mapped[str] = mapped_column(default="")
    fees_description: Mapped[str] = mapped_column(default="")
    interpretation_services: Mapped[str] = mapped_column(default="")
    alert: Mapped[str] = mapped_column(default="")
    required_documents: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # [{"document", "uri"}]
    # [{"option", "amount", "currency", …}]
    cost_options: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    commune: Mapped[str] = mapped_column(default="", index=True)  # where its seat is: an INSEE code
    department: Mapped[str] = mapped_column(default="")
    search_key: Mapped[str] = mapped_column(default="")  # kept by `directory.finding.searching`
    organization: Mapped[Organization] = relationship(back_populates="services")
    texts: Mapped[dict[str, ServiceText]] = relationship(
        collection_class=attribute_keyed_dict("language"),
        cascade="all, delete-orphan",
        back_populates="service",
    )


class ServiceText(Base):
    __tablename__ = "service_texts"

    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    service: Mapped[Service] = relationship(back_populates="texts")


class Location(Sourced, Versioned, Base):
    """A place where services are given."""

    __tablename__ = "locations"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    location_type: Mapped[str] = mapped_column(default="physical")  # physical, postal, virtual
    name: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    address_1: Mapped[str] = mapped_column(default="")
    address_2: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    commune: Mapped[str] = mapped_column(default="", index=True)  # INSEE
    country: Mapped[str] = mapped_column(default="FR")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    transportation: Mapped[str] = mapped_column(default="")
    # [{"description", "details", "url"}]
    accessibility: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    schedule: Mapped[dict[str, Any]] = mapped_column(default=dict)  # empty: the service's own


class ServiceAtLocation(Base):
    __tablename__ = "service_at_locations"

    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), primary_key=True, index=True)
    hsds_id: Mapped[str | None] = mapped_column(unique=True, default=new_id)
    schedule: Mapped[dict[str, Any]] = mapped_column(default=dict)
    hsds: Mapped[dict[str, Any]] = mapped_column(default=dict)
    service: Mapped[Service] = relationship()
    location: Mapped[Location] = relationship()


class ListedPhone(Base):
    """A further number of an organization, a service or a location; the first is in the row's own `phone`."""

    __tablename__ = "listed_phones"

    id: Mapped[int] = mapped_column(primary_key=True)
    hsds_id: Mapped[str | None] = mapped_column(unique=True, default=new_id)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"), index=True)
    location_id: Mapped[int | None] = mapped_column(ForeignKey("locations.id"), index=True)
    number: Mapped[str]
    extension: Mapped[str] = mapped_column(default="")
    # HSDS: voice, text, fax, cell, video, pager, textphone
    type: Mapped[str] = mapped_column(default="voice")
    description: Mapped[str] = mapped_column(default="")
    languages: Mapped[list[str]] = mapped_column(default=list)
    hsds: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ServiceArea(Base):
    """Whom a service is for, by where they live: `level` is commune, department, region, national or other."""

    __tablename__ = "service_areas"
    __table_args__ = (Index("ix_service_areas_level_code", "level", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hsds_id: Mapped[str | None] = mapped_column(unique=True, default=new_id)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), index=True)
    level: Mapped[str]
    code: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    hsds: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Kind(Versioned, Base):
    """A kind of service (town hall, tax office…), and how the one for a commune is found.

    `level` says what an office of this kind serves unless its service areas say more: the commune, department or
    region of its seat, where it is the only one there; or none, then only areas tell. `answered_by` are the kinds
    that stand for it. Where there is no office, `national` is
    whom to ask instead (`{"title", "phone", "url", "text"}`) and `look_for` says in plain words whom to look for.
    """

    __tablename__ = "kinds"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language
    level: Mapped[str] = mapped_column(default="none")
    answered_by: Mapped[list[str]] = mapped_column(default=list)
    national: Mapped[dict[str, Any]] = mapped_column(default=dict)
    look_for: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language


class Department(Base):
    __tablename__ = "departments"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    region: Mapped[str] = mapped_column(default="")


class Commune(Base):
    __tablename__ = "communes"

    code: Mapped[str] = mapped_column(primary_key=True)  # INSEE
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)
    department: Mapped[str] = mapped_column(default="", index=True)
    type: Mapped[str] = mapped_column(default="current")  # current, delegated, associated, arrondissement
    parent: Mapped[str] = mapped_column(default="")  # of a part of a commune: the whole's code
    population: Mapped[int] = mapped_column(default=0)
    other_names: Mapped[list[str]] = mapped_column(default=list)  # of a part that has the code of the whole
    former_codes: Mapped[list[str]] = mapped_column(default=list)  # of communes that it took the place of
    served: Mapped[list[Postcode]] = relationship(cascade="all, delete-orphan", order_by="Postcode.postcode")
    postcodes: AssociationProxy[list[str]] = association_proxy(
        "served", "postcode", creator=lambda postcode: Postcode(postcode=postcode)
    )


class Postcode(Base):
    """A postcode of a commune: one may have several, and share each with others."""

    __tablename__ = "postcodes"

    postcode: Mapped[str] = mapped_column(primary_key=True)
    commune: Mapped[str] = mapped_column(ForeignKey("communes.code"), primary_key=True, index=True)


class Stamp(Base):
    """What changes, in the same transaction, with each change of what processes keep in memory."""

    __tablename__ = "stamps"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class SourceRecord(Base):
    """What an import wrote of a record: a digest for each part, to tell the source's changes from ours."""

    __tablename__ = "source_records"

    source: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(primary_key=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"), index=True)
    digests: Mapped[dict[str, str]] = mapped_column(default=dict)


class DirectoryImport(Base):
    """One import of a source: how far it is, what became of its records, and what was left out."""

    __tablename__ = "directory_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    file: Mapped[str]
    began_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # new, changed, same, kept, refused
    told: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # the first of [{"record", "why"}]


class HelpNumber(Base):
    """A national emergency or help number, shown on every page that may need it."""

    __tablename__ = "help_numbers"

    number: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    emergency: Mapped[bool] = mapped_column(default=False)
    labels: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language


class Embedder(Versioned, Base):
    """A site of others that may show our search box and finder in a frame, and where people go back to."""

    __tablename__ = "embedders"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    name: Mapped[str]
    origin: Mapped[str] = mapped_column(unique=True)  # https://www.example.fr
    active: Mapped[bool] = mapped_column(default=True)
