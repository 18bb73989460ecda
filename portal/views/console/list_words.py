"""What the lists of cases say, in French: closed lists in the order in which they are offered."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal import clock

WHOSE = {"mine": "Les miennes", "team": "Celles de mon équipe", "unowned": "Sans responsable"}
STATES = {
    "open": "En cours",
    "waiting": "En attente du citoyen",
    "closed": "Terminées",
    "any": "Toutes, terminées comprises",
}
NATURES = {
    "information": "Information",
    "request": "Demande",
    "decision": "Décision prévue par un texte",
    "complaint": "Réclamation",
    "report": "Signalement",
    "appeal": "Recours",
}
PRIORITIES = {"low": "Basse", "normal": "Normale", "high": "Haute", "urgent": "Urgente"}
PRIORITY_TONES = {"high": "warn", "urgent": "bad"}
DUE = {"late": "En retard", "today": "Pour aujourd’hui", "soon": "Dans les trois jours"}
BY = {"clock": "Un délai", "promise": "Une promesse"}
SORTS = {
    "due": "La plus proche échéance",
    "oldest": "La plus ancienne",
    "newest": "La plus récente",
    "activity": "La dernière activité",
}
SCOPES = {"mine": "Moi seul", "team": "Mon équipe", "organization": "Tous mes collègues"}
CLOCKS = {
    "receipt": "accusé de réception",
    "first_answer": "première réponse",
    "resolution": "réponse complète",
    "silence": "silence",
}
FILTERS = {
    "whose": "De qui",
    "state": "État",
    "nature": "Nature",
    "topic": "Thème",
    "priority": "Priorité",
    "tag": "Étiquette",
    "owner": "Responsable",
    "team": "Équipe",
    "due": "Échéance",
    "by": "Par",
    "words": "Mots du sujet",
}

CHANGES = {
    "owner": "Responsable",
    "team": "Équipe",
    "priority": "Priorité",
    "tag": "Ajouter une étiquette",
    "untag": "Retirer l’étiquette",
    "wait": "Attendre le citoyen",
    "resume": "Ne plus attendre le citoyen",
    "reopen": "Rouvrir",
    "close": "Terminer",
    "promise": "Promettre une suite",
}
OUTCOMES = {"": "sans dire si c’est résolu", "solved": "c’est résolu", "not_solved": "ce n’est pas résolu"}
WRITTEN = {  # what a change needs beside its name
    "tag": "Étiquette à ajouter",
    "wait": "Ce que la personne doit donner",
    "promise": "Ce qui est promis",
}
LEFT = {
    "same": "déjà ainsi",
    "not_yours": "vous n’y avez pas accès",
    "changed": "modifiée depuis que vous l’avez choisie",
    "closed": "terminée",
    "no_contact": "aucun échange dans lequel le promettre",
    "not_given_back": "modifiée depuis : laissée comme elle est",
}
BULK_STATES = {
    "waiting": "va commencer",
    "running": "en cours",
    "done": "fait",
    "undoing": "annulation en cours",
    "undone": "annulé",
}


def until(due: datetime) -> str:
    """How long until then, or since, as one says it: dans 3 j, depuis 2 h."""
    apart = due - clock.now()
    ahead = apart > timedelta(0)
    minutes = int(abs(apart).total_seconds()) // 60
    if minutes < 60:
        said = f"{max(1, minutes)} min"
    elif minutes < 48 * 60:
        said = f"{minutes // 60} h"
    else:
        said = f"{minutes // (24 * 60)} j"
    return f"dans {said}" if ahead else f"depuis {said}"
