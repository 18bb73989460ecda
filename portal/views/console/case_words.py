"""What a case says on the console, in French."""

from __future__ import annotations

from typing import Any

from portal.cases.deeds import Undone

PRIORITIES = {"low": "Basse", "normal": "Normale", "high": "Haute", "urgent": "Urgente"}
PRIORITY_TONES = {"urgent": "bad", "high": "warn"}
TONES = {"open": "info", "waiting": "warn", "closed": "good"}
CLOCKS = {
    "receipt": "Accusé de réception",
    "first_answer": "Première réponse",
    "resolution": "Affaire réglée",
    "silence": "Silence gardé",
}
MEANS = {"acceptance": "vaudra accord", "rejection": "vaudra refus"}
AFTER_ANSWER = {"wait": "La personne doit encore donner quelque chose", "close": "L’affaire est terminée"}
MOVES = {"wait": "Attendre le citoyen", "resume": "Reprendre", "close": "Clore", "reopen": "Rouvrir"}
OUTCOMES = {"solved": "Réglée", "not_solved": "Sans solution"}
LINKS = {"link": "Lier", "unlink": "Ne plus lier", "merge": "Fusionner ici"}
FIELDS = {
    "subject": "Objet",
    "nature": "Nature",
    "topic_id": "Thème",
    "owner_id": "Suivie par",
    "team_id": "Équipe",
    "priority": "Priorité",
    "tags": "Étiquettes",
}
LEFT = {  # of a deed that is undone: what it does not give back
    "messages": "un message",
    "cases": "une affaire",
    "contacts": "un échange",
    "checks": "un point de la liste",
    "promises": "une promesse",
    "notes": "une note",
    "clocks": "une échéance",
}
EVENTS = {
    "case.opened": "Affaire ouverte",
    "case.edited": "Affaire modifiée",
    "case.attributed": "Personne rattachée",
    "case.waiting": "En attente du citoyen",
    "case.resumed": "Reprise",
    "case.answered": "Première réponse donnée",
    "case.closed": "Close",
    "case.reopened": "Rouverte",
    "case.solved": "Résolue, dit la personne",
    "case.warned": "Échéance proche : la personne responsable est prévenue",
    "case.escalated": "Échéance proche : l’encadrement est prévenu",
    "case.missed": "Échéance dépassée : l’encadrement est prévenu",
    "case.noted": "Note entre collègues",
    "case.check_added": "Point ajouté à la liste",
    "case.check_done": "Point fait",
    "case.check_undone": "Point à refaire",
    "case.check_dropped": "Point retiré de la liste",
    "case.merged": "Fusion",
    "case.split": "Séparation",
    "case.linked": "Lien",
    "case.macro_run": "Macro",
    "case.changed_together": "Modification groupée",
    "case.undone": "Annulation",
}


def side_by_side(theirs: dict[str, Any], yours: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What somebody else saved and what you typed, field by field of a case."""
    return [(FIELDS.get(name, name), _said(theirs.get(name)), _said(value)) for name, value in yours.items()]


def _said(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def of_undoing(undone: Undone) -> str:
    """What came back, and what did not."""
    if not undone.left:
        return "Annulé : tout est comme avant." if undone.given_back else "C’était déjà annulé."
    what = sorted({LEFT.get(one["table"], "une donnée") for one in undone.left})
    return f"Annulé, sauf {', '.join(what)} : changé depuis, ou déjà parti. Vérifiez."
