"""How the pages of the directory name things, in French; two versions of a service told side by side."""

from __future__ import annotations

from typing import Any

from portal.views import choosing
from portal.views.admin.channels.lines_words import hours
from portal.views.admin.content import words
from portal.views.admin.content.words import LANGUAGES
from portal.views.admin.directory.services_rows import week_text
from portal.views.spoken import names_of

__all__ = ["LANGUAGES", "SOURCES", "VERBS", "field_name", "rows"]

SOURCES = {"here": "Saisi ici", "dila": "Annuaire national"}
FIELDS = {
    **words.FIELDS,
    "way": "Comment elle prend les orientations",
    "webhook_url": "Adresse de son système",
    "remind_first": "Première relance",
    "remind_second": "Seconde relance",
    "origin": "Adresse du site",
    "colour": "Couleur principale",
    "level": "Lequel est le bon",
    "answered_by": "Genres qui le remplacent",
    "national": "Contact national",
    "look_for": "Qui chercher",
    "alternate_name": "Autre nom",
    "description": "Présentation",
    "commune": "Commune",
    "department": "Département",
    "accessibility": "Accueil des personnes handicapées",
    "languages": "Langues parlées",
    "interpretation_services": "Interprètes",
    "status": "État",
    "alert": "Alerte",
    "eligibility_description": "Pour qui",
    "minimum_age": "Âge le plus petit",
    "maximum_age": "Âge le plus grand",
    "application_process": "Comment s’y prendre",
    "required_documents": "Pièces à apporter",
    "fees_description": "Ce que cela coûte",
    "cost_options": "Tarifs",
    "phones": "Autres numéros",
    "places": "Lieux",
    "areas": "Territoire",
}
VERBS = {
    **words.VERBS,
    "confirmed": "a confirmé",
    "rules_review_required": "a demandé que les règles d’orientation soient relues par une autre personne",
    "rules_review_ended": "a mis fin à la relecture des règles d’orientation",
    "key_made": "a fait une clé",
    "key_dropped": "a retiré la clé",
    "secret_made": "a fait un secret",
}
HIDDEN = ("id", "version", "schedule", "accessibility", "commune", "level", "languages")


def field_name(name: str) -> str:
    return FIELDS.get(name, name)


def rows(theirs: dict[str, Any], yours: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Two versions side by side: what the field is, what somebody else saved, what this person typed."""
    told = ((name, said(name, theirs.get(name)), said(name, yours.get(name))) for name in {**yours, **theirs})
    return [(field_name(name), before, after) for name, before, after in told if before != after]


def said(name: str, value: Any) -> str:
    """A value as a person reads it."""
    if name == "schedule":
        return "\n".join(f"{label} : {text}" for label, text in hours(value or {}))
    if name == "languages":
        return ", ".join(names_of(value or []))
    if name == "commune":
        return choosing.commune_named(value or "")
    if name in ("phones", "places", "areas", "required_documents", "cost_options"):
        return "\n".join(_row(one) for one in value or [])
    return words.said(value)


def _row(row: dict[str, Any]) -> str:
    plain = ", ".join(
        str(one) for name, one in row.items() if name not in HIDDEN and one not in (None, "", [])
    )
    return " – ".join(
        part for part in (plain, week_text(row.get("schedule") or {}).replace("\n", " ; ")) if part
    )
