"""What cases say to staff, in French, wherever they are shown; closed lists in the order in which they are offered."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal import clock
from portal.cases.changing.deeds import Undone

STATES = {"open": "en cours", "waiting": "en attente du citoyen", "closed": "close"}
NATURES = {
    "information": "Information",
    "request": "Demande",
    "decision": "Décision prévue par un texte",
    "complaint": "Réclamation",
    "report": "Signalement",
    "appeal": "Recours",
}
SILENCES = {  # what silence means then
    "information": "Le silence ne décide de rien.",
    "report": "Le silence ne décide de rien.",
    "request": "Deux mois de silence valent refus, comptés de notre réception.",
    "decision": "Deux mois de silence valent accord, comptés de la réception par le service compétent.",
    "complaint": "Deux mois de silence valent refus, comptés de notre réception.",
    "appeal": "Deux mois de silence valent refus, comptés de notre réception.",
}
PRIORITIES = {"low": "Basse", "normal": "Normale", "high": "Haute", "urgent": "Urgente"}
PRIORITY_TONES = {"urgent": "bad", "high": "warn"}
TONES = {"open": "info", "waiting": "warn", "closed": "good"}
CLOCKS = {
    "receipt": "Accusé de réception",
    "first_answer": "Première réponse",
    "resolution": "Réponse complète",
    "silence": "Silence gardé",
}
MEANS = {"acceptance": "vaudra accord", "rejection": "vaudra refus"}
MEANS_NOW = {"acceptance": "vaut accord", "rejection": "vaut refus"}  # its date is past
THEN = {"wait": "Attendre quelque chose de la personne", "close": "Clore l’affaire"}
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
NOT_GIVEN_BACK = {  # of a deed that is undone: what it does not give back
    "messages": "un message",
    "cases": "une affaire",
    "contacts": "un échange",
    "checks": "un point de la liste",
    "promises": "une promesse",
    "notes": "une note",
    "clocks": "une échéance",
}
RECEIPT_LEFT = (
    "L’accusé de réception était déjà parti avec la nouvelle référence : la personne est prévenue qu’elle ne sert "
    "plus, et que sa demande est suivie ici."
)
EVENTS = {
    "case.opened": "Affaire ouverte",
    "case.edited": "Affaire modifiée",
    "case.attributed": "Personne rattachée",
    "case.waiting": "En attente du citoyen",
    "case.resumed": "Reprise",
    "case.answered": "Première réponse donnée",
    "case.acknowledged": "Accusé de réception donné",
    "case.registered": "Enregistrement annoncé : l’accusé de réception complet reste dû",
    "case.closed": "Close",
    "case.reopened": "Rouverte",
    "case.solved": "Résolue, dit la personne",
    "case.warned": "Échéance proche : la personne responsable est prévenue",
    "case.escalated": "Échéance proche : l’encadrement est prévenu",
    "case.missed": "Échéance dépassée : l’encadrement est prévenu",
    "case.noted": "Note entre collègues",
    "case.check_added": "Point ajouté à la liste",
    "case.check_done": "Point fait",
    "case.check_undone": "Point à refaire",
    "case.check_dropped": "Point retiré de la liste",
    "case.check_moved": "Point déplacé dans la liste",
    "case.merged": "Fusion",
    "case.split": "Séparation",
    "case.linked": "Lien",
    "case.macro_run": "Macro",
    "case.changed_together": "Modification groupée",
    "case.undone": "Annulation",
}

# of the lists, and of what is done to many at once
WHOSE = {"mine": "Les miennes", "team": "Celles de mon équipe", "unowned": "Sans responsable"}
SOUGHT = {**{state: said.capitalize() for state, said in STATES.items()}, "any": "Toutes, closes comprises"}
DUE = {"late": "En retard", "today": "Pour aujourd’hui", "soon": "Dans les trois jours"}
BY = {"clock": "Un délai", "promise": "Une promesse"}
SORTS = {
    "due": "La plus proche échéance",
    "oldest": "La plus ancienne",
    "newest": "La plus récente",
    "activity": "La dernière activité",
}
SCOPES = {"mine": "Moi seul", "team": "Mon équipe", "organization": "Tous mes collègues"}
FILTERS = {
    "whose": "De qui",
    "state": "État",
    "nature": "Nature",
    "topic": "Thème",
    "priority": "Priorité",
    "tag": "Étiquette",
    "owner": "Suivie par",
    "team": "Équipe",
    "due": "Échéance",
    "by": "Par",
    "words": "Mots de l’objet",
}
CHANGES = {
    "owner": "Suivie par",
    "team": "Équipe",
    "priority": "Priorité",
    "tag": "Ajouter une étiquette",
    "untag": "Retirer l’étiquette",
    "wait": "Attendre le citoyen",
    "resume": "Ne plus attendre le citoyen",
    "reopen": "Rouvrir",
    "close": "Clore",
    "promise": "Promettre une suite",
    "macro": "Macro",
}
OUTCOMES_SAID = {"": "sans dire si elle est réglée", **{one: said.lower() for one, said in OUTCOMES.items()}}
WRITTEN = {  # what a change needs beside its name
    "tag": "Étiquette à ajouter",
    "wait": "Ce que la personne doit donner",
    "promise": "Ce qui est promis",
}
LEFT_OUT = {
    "same": "déjà ainsi",
    "not_yours": "vous n’y avez pas accès",
    "changed": "modifiée depuis que vous l’avez choisie",
    "closed": "close",
    "no_contact": "aucun échange dans lequel le promettre",
    "full": "sa liste est pleine",
    "macro_changed": "la macro a changé entre-temps",
    "not_given_back": "modifiée depuis : laissée comme elle est",
}
BULK_STATES = {
    "waiting": "va commencer",
    "running": "en cours",
    "done": "fait",
    "undoing": "annulation en cours",
    "undone": "annulé",
}


def of_undoing(undone: Undone, *, told: bool = False) -> str:
    """What came back, and what did not; `told`: a receipt had left, and whoever has it is told."""
    left = [one for one in undone.left if not (told and (one["table"] == "messages" or "with" in one))]
    if left:
        what = sorted({NOT_GIVEN_BACK.get(one["table"], "une donnée") for one in left})
        said = f"Annulé, sauf {', '.join(what)} : changé depuis, ou déjà parti. Vérifiez."
    else:
        said = "Annulé : tout est comme avant." if undone.given_back else "C’était déjà annulé."
    return f"{said} {RECEIPT_LEFT}" if told else said


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
