"""How the content pages name things, in French."""

from __future__ import annotations

from typing import Any

from portal.articles import shelf
from portal.config import LANGUAGES
from portal.directory.hours.opening import slots_text

STATES = {"draft": "Brouillon", "published": "Publié", "retired": "Retiré"}
STATE_TONES = {"draft": "warn", "published": "good", "retired": ""}
KINDS = {
    "question": "Question fréquente",
    "guide": "Fiche pratique",
    "folder": "Dossier",
    "form": "Formulaire",
    "online_service": "Démarche en ligne",
    "letter": "Modèle de lettre",
    "simulator": "Simulateur",
}
FORMATS = {"pdf": "PDF", "docx": "DOCX", "odt": "ODT"}
ROLES = {
    "agent": "Agent",
    "supervisor": "Encadrement",
    "administrator": "Administration",
    "editor": "Rédaction",
}
SKILLS = {
    "language:en": "Répond en anglais",
    "language:ar": "Répond en arabe",
    "access:relay": "Répond aux appels du relais (personnes sourdes)",
}
DAYS = {
    "mon": "Lundi",
    "tue": "Mardi",
    "wed": "Mercredi",
    "thu": "Jeudi",
    "fri": "Vendredi",
    "sat": "Samedi",
    "sun": "Dimanche",
    "holidays": "Jours fériés",
}
FIELDS = {
    "kind": "Genre",
    "topic": "Thème",
    "state": "État",
    "services": "Services",
    "title": "Titre",
    "summary": "Résumé",
    "body": "Texte",
    "keywords": "Mots-clés",
    "questions": "Questions des citoyens",
    "language": "Langue",
    "name": "Nom",
    "phone": "Téléphone",
    "email": "Adresse électronique",
    "url": "Site",
    "address": "Adresse",
    "deaf_relay_url": "Relais pour personnes sourdes",
    "schedule": "Horaires",
    "active": "En service",
    "texts": "Nom et résumé",
    "names": "Nom",
    "descriptions": "Description",
    "position": "Ordre",
    "first_name": "Prénom",
    "last_name": "Nom",
    "role": "Rôle",
    "may_open_protected": "Dossiers protégés",
    "skills": "Compétences",
    "is_host": "Organisation qui héberge le portail",
    "organization_id": "Organisation",
}
VERBS = {
    "added": "a créé",
    "signed_in": "a ouvert une session",
    "signed_out": "a fermé une session",
    "saved": "a modifié",
    "changed": "a modifié",
    "confirmed": "a confirmé",
    "correction_proposed": "a proposé une correction",
    "correction_accepted": "a publié la correction",
    "correction_refused": "a écarté la correction",
    "asked_to_confirm": "a fait demander confirmation",
    "letter_refused": "courriel revenu",
    "skills_changed": "a modifié",
    "removed": "a supprimé",
    "imported": "a lu depuis la source",
    "changed_by_source": "a relu depuis la source",
    "replaced": "a remplacé le fichier",
    "format_added": "a ajouté un format",
}


def field_name(name: str) -> str:
    """`fr.title` is « Titre (français) »."""
    first, _, rest = name.partition(".")
    if rest and first in LANGUAGES:
        return f"{FIELDS.get(rest, rest)} ({LANGUAGES[first]})"
    return FIELDS.get(name, name)


def said(value: Any) -> str:
    """A value as a person reads it."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, dict):
        return "\n".join(
            f"{FIELDS.get(k, DAYS.get(k, LANGUAGES.get(k, k)))} : {said(v)}" for k, v in value.items()
        )
    if isinstance(value, list | tuple) and value and isinstance(value[0], list):
        return slots_text(list(value))
    if isinstance(value, list | tuple):
        return ", ".join(said(one) for one in value)
    return "" if value is None else STATES.get(str(value), str(value))


def rows(theirs: dict[str, Any], yours: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Two versions side by side: what the field is, what somebody else saved, what this person typed."""
    names = [name for name in {**yours, **theirs} if theirs.get(name) != yours.get(name)]
    return [(field_name(name), said(theirs.get(name)), said(yours.get(name))) for name in names]


def topic_names() -> dict[str, str]:
    """The topics in their order, by slug."""
    return {topic.slug: topic.names.get("fr", topic.slug) for topic in shelf.topics()}
