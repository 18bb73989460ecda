"""Tables of the words that others sort their services by."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class Taxonomy(Base):
    """A list of words that others sort their services by, as its publisher says it. Ours are the kinds."""

    __tablename__ = "taxonomies"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    hsds: Mapped[dict[str, Any]] = mapped_column(default=dict)


class TaxonomyTerm(Base):
    __tablename__ = "taxonomy_terms"

    id: Mapped[str] = mapped_column(primary_key=True)
    taxonomy_id: Mapped[str] = mapped_column(default="", index=True)
    parent_id: Mapped[str] = mapped_column(default="", index=True)
    name: Mapped[str]
    hsds: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ServiceTerm(Base):
    """That a service says it is of a term, to find it by."""

    __tablename__ = "service_terms"

    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), primary_key=True)
    term_id: Mapped[str] = mapped_column(primary_key=True, index=True)
