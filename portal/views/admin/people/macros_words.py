"""How the pages of macros name things, in French."""

from __future__ import annotations

from typing import Any

DOES = {
    "template_id": "répond au citoyen",
    "nature": "change la nature",
    "priority": "change la priorité",
    "owner": "dit qui suit",
    "team_id": "donne à une équipe",
    "tags_add": "ajoute des étiquettes",
    "tags_remove": "retire des étiquettes",
    "checks": "ajoute à la liste",
    "note": "écrit une note",
    "promise": "promet",
    "then": "change l’état",
}
FIELDS = {"name": "Nom", "about": "Quand s’en servir", "does": "Ce qu’elle fait", "retired": "Retirée"}


def said(does: dict[str, Any]) -> str:
    """What a macro does, in a line."""
    return ", ".join(words for name, words in DOES.items() if does.get(name))


def rows(theirs: dict[str, Any], yours: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What somebody else saved and what you typed, side by side."""
    return [(FIELDS[name], _text(theirs.get(name)), _text(yours[name])) for name in FIELDS if name in yours]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    return said(value) if isinstance(value, dict) else str(value or "")
