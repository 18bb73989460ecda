"""Tables of the directory."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.collections import attribute_keyed_dict

from portal.database import Base, Versioned


class Organization(Versioned, Base):
    __tablename__ = "organizations"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    is_host: Mapped[bool] = mapped_column(default=False)  # the one whose public pages and lines these are
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    services: Mapped[list[Service]] = relationship(back_populates="organization")


class Service(Versioned, Base):
    __tablename__ = "services"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(
        default="", index=True
    )  # the directory's kind: mairie, caf, prefecture…
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    deaf_relay_url: Mapped[str] = mapped_column(default="")
    schedule: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # {"mon": [["08:30", "12:00"], …], …}, local time
    accessibility: Mapped[dict[str, str]] = mapped_column(default=dict)  # how to come and call, by language
    languages: Mapped[list[str]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)
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


class Commune(Base):
    __tablename__ = "communes"

    code: Mapped[str] = mapped_column(primary_key=True)  # INSEE
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)
    postcodes: Mapped[list[str]] = mapped_column(default=list)


class HelpNumber(Base):
    """A national emergency or help number, shown on every page that may need it."""

    __tablename__ = "help_numbers"

    number: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    emergency: Mapped[bool] = mapped_column(default=False)
    labels: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language
