"""What the fields of a person's file, its history and what relates two people are called on the console, in French."""

from __future__ import annotations

from typing import Any

from portal.database import db
from portal.directory.models import Commune
from portal.views.console import words

FIELDS = {
    "name": "Nom",
    "called": "Se fait appeler",
    "language": "Langue",
    "preferred_channel": "Préfère être joint par",
    "commune": "Commune",
    "know_first": "À savoir d’abord",
    "protected": "Dossier protégé",
}
RELATIONS = {
    "speaks_for": "Parle en son nom",
    "guardian": "Tuteur ou curateur",
    "relative": "Proche",
}
REASONS = {  # why two files may be one person's
    "same_name": "le même nom",
    "reversed": "le nom et le prénom inversés",
    "slip": "le même nom, à une faute de frappe près",
    "initial": "le même nom, l’un avec une initiale",
    "same_commune": "la même commune",
    "other_commune": "mais deux communes",
    "shared_phone": "le même numéro de téléphone",
    "shared_email": "la même adresse e-mail",
    "same_mailbox": "le même nom devant le @ de l’adresse",
}
EVENTS = {
    "citizen.added": "Dossier créé",
    "citizen.edited": "Dossier modifié",
    "citizen.protected": "Dossier protégé",
    "citizen.unprotected": "Dossier plus protégé",
    "citizen.linked": "Numéro ou adresse rattaché",
    "citizen.unlinked": "Numéro ou adresse détaché",
    "citizen.flagged": "À savoir avant de parler : signalé",
    "citizen.unflagged": "À savoir avant de parler : retiré",
    "citizen.flag_ended": "À savoir avant de parler : arrivé à son terme",
    "citizen.merged": "Réuni avec un autre dossier",
    "citizen.unmerged": "Séparé d’un autre dossier",
    "citizen.related": "Proche ou représentant ajouté",
    "citizen.unrelated": "Proche ou représentant retiré",
    "citizen.told_apart": "Distingué d’un autre dossier",
    "contact.handed_to": "Échange passé d’un dossier à un autre",
    "contact.handed_back": "Échange rendu à son premier dossier",
}


def say(field: str, value: Any) -> str:
    """What a field of the file says, as one reads it."""
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if field == "commune" and value:
        found = db.session.get(Commune, value)
        return found.name if found is not None else str(value)
    known = {"language": words.LANGUAGES, "preferred_channel": words.CHANNELS}.get(field, {})
    return known.get(value, str(value)) or ("Sans préférence" if field == "preferred_channel" else "Rien")
