"""Lines in the words of those who keep them: fields, texts, territories, hours; what a form shows and reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal import clock
from portal.directory.hours.opening import (
    EXCEPTIONS,
    ROUND_THE_CLOCK,
    TERRITORY,
    Opening,
    read_slots,
    relay_gaps,
    slots_text,
)
from portal.errors import Refused
from portal.lines.models import Line
from portal.lines.saying import automatic_caller_of, opening_of
from portal.telephony.numbers import suits_machines
from portal.views import here
from portal.views.admin.content.words import DAYS, LANGUAGES
from portal.views.forms import Form

# what a line says: its name, when it is heard, and what is said when nothing is written here
TEXTS = {
    "emergency_notice": (
        "Urgences",
        "Dit en premier, avant tout le reste. Citez le 15, le 17, le 18, le 112 et le 114.",
    ),
    "welcome": ("Accueil", "Une phrase courte, avant les choix : « Bonjour, vous êtes à la mairie de… »."),
    "language_choice": (
        "Choix de la langue",
        "Dans chaque langue, sa propre phrase : « For English, press 5. ».",
    ),
    "wait": ("Mise en attente", "Quand un agent doit encore répondre."),
    "hold_music": (
        "Musique d’attente",
        "L’adresse d’un fichier audio, qui commence par https://. Vide : la musique de Relais.",
    ),
    "not_understood": ("Choix non compris", "Quand la touche ou les mots ne correspondent à rien."),
    "closed": (
        "Fermé à cette heure",
        "{opens} devient le jour et l’heure de réouverture. Vide : une phrase toute faite les dit.",
    ),
    "holiday": ("Jour férié", "{holiday} devient le nom du jour férié, {opens} la réouverture."),
    "exception": ("Fermeture exceptionnelle", "Pour les jours exceptionnels notés fermés dans les horaires."),
    "voicemail": (
        "Message vocal",
        "Ce qu’on demande de dire, et sous quel délai on rappelle. Une phrase qui promet un SMS n’est pas dite à "
        "qui n’en reçoit pas.",
    ),
    "voicemail_thanks": (
        "Après le message",
        "Dit une fois le message laissé, après la référence. Relais dit lui-même si elle part aussi par SMS. Une "
        "phrase qui promet un SMS n’est pas dite à qui n’en reçoit pas : numéro masqué, ligne fixe.",
    ),
    "text_received": (
        "SMS de réponse automatique",
        "Dit avant l’accusé de réception, que Relais complète. {reference} devient la référence. Évitez "
        "les accents rares : ils doublent le prix du SMS.",
    ),
}
TERRITORIES = {
    "": "France",
    "57": "Alsace et Moselle",
    "GP": "Guadeloupe",
    "MQ": "Martinique",
    "GF": "Guyane",
    "RE": "La Réunion",
    "YT": "Mayotte",
    "BL": "Saint-Barthélemy",
    "MF": "Saint-Martin",
    "PM": "Saint-Pierre-et-Miquelon",
    "NC": "Nouvelle-Calédonie",
    "PF": "Polynésie française",
    "WF": "Wallis-et-Futuna",
}
FIELDS = {
    "name": "Nom",
    "number": "Numéro d’appel",
    "text_number": "Numéro des SMS",
    "automatic_number": "Numéro des appels automatiques",
    "languages": "Langues",
    "language_keys": "Touches des langues",
    "texts": "Textes",
    "schedule": "Horaires",
    "relay_url": "Adresse du relais",
    "relay_schedule": "Horaires du relais",
    "takes_messages": "Messages quand c’est fermé",
}
VERBS = {
    "line.added": "a créé la ligne",
    "line.changed": "a modifié la ligne",
    "line.emergency_declared": "a déclenché le message d’urgence",
    "line.emergency_ended": "a arrêté le message d’urgence",
    "line.recording_on": "a mis en route l’enregistrement des conversations",
    "line.recording_off": "a arrêté l’enregistrement des conversations",
}
MORE_DAYS = 3  # empty rows for exceptional days, below those there are


def read_schedule(form: Form, name: str) -> dict[str, Any]:
    """The hours typed under this name. A day that cannot be read is refused beside its own field."""
    schedule: dict[str, Any] = {day: _slots(form, f"{name}-{day}") for day in DAYS}
    schedule[TERRITORY] = form.choice(f"{name}-territory", TERRITORIES)
    days = {}
    for n in range(1, 100):
        if f"{name}-day-{n}" not in form.values:
            break
        day = form.day(f"{name}-day-{n}")
        if day is not None:
            days[day.isoformat()] = _slots(form, f"{name}-hours-{n}")
    return {**schedule, EXCEPTIONS: days}


def schedule_values(schedule: Mapping[str, Any], name: str) -> dict[str, str]:
    """What the form shows of hours."""
    values = {f"{name}-{day}": slots_text(schedule.get(day, [])) for day in DAYS}
    values[f"{name}-territory"] = schedule.get(TERRITORY, "")
    days = schedule.get(EXCEPTIONS) or {}
    for n, (day, slots) in enumerate(sorted(days.items()), 1):
        values |= {f"{name}-day-{n}": day, f"{name}-hours-{n}": slots_text(slots)}
    return values


def day_rows(values: Mapping[str, Any], name: str) -> range:
    """The numbers of the rows of exceptional days: those filled in, and a few empty ones."""
    filled = [n for n in range(1, 100) if values.get(f"{name}-day-{n}") or values.get(f"{name}-hours-{n}")]
    return range(1, max(filled, default=0) + MORE_DAYS + 1)


def hours(schedule: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Hours as people read them: (« Lundi », « 08:30-12:00, 13:30-17:30 »)."""
    lines = [(label, slots_text(schedule[day])) for day, label in DAYS.items() if schedule.get(day)]
    if schedule.get(TERRITORY):
        lines.append(("Jours fériés de", TERRITORIES[schedule[TERRITORY]]))
    days = (schedule.get(EXCEPTIONS) or {}).items()
    return lines + [(day_name(day), slots_text(slots) or "fermé") for day, slots in sorted(days)]


def opening_now(line: Line) -> Opening:
    """Whether someone answers at this instant, else why not."""
    return opening_of(line, clock.now(), here.zone())


def gaps(line: Line) -> list[tuple[str, str]]:
    """When the line is open and its relay for deaf people is not."""
    if not line.relay_url or line.relay_schedule == line.schedule:
        return []
    always = dict.fromkeys(DAYS, ROUND_THE_CLOCK)
    found = relay_gaps(line.schedule or always, line.relay_schedule)
    return [(day_name(day), slots_text(slots)) for day, slots in found.items()]


def day_name(day: str) -> str:
    """« Lundi », « Jours fériés », « 24/12/2026 »."""
    return DAYS.get(day) or "/".join(reversed(day.split("-")))


def said(name: str, value: Any) -> str:
    """A field of a line as a person reads it."""
    if name in ("schedule", "relay_schedule"):
        return "\n".join(f"{label} : {text}" for label, text in hours(value or {})) or "toujours ouvert"
    if name == "languages":
        return ", ".join(LANGUAGES.get(one, one) for one in value)
    if name == "language_keys":
        return ", ".join(f"{key} : {LANGUAGES.get(one, one)}" for key, one in sorted(value.items()))
    if name == "texts":
        return "\n".join(
            f"{TEXTS[text][0] if text in TEXTS else text} ({language}) : {words}"
            for text, by_language in sorted(value.items())
            for language, words in (by_language.items() if isinstance(by_language, dict) else ())
        )
    return ("oui" if value else "non") if isinstance(value, bool) else str(value or "")


def rows(theirs: Mapping[str, Any], yours: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Two versions of a line, field by field."""
    both = [
        (FIELDS.get(name, name), said(name, theirs.get(name)), said(name, yours.get(name))) for name in yours
    ]
    return [row for row in both if row[1] != row[2]]


def changed(details: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What an event says was changed, field by field."""
    pairs = details.get("changed") or {}
    before, after = ({name: pair[n] for name, pair in pairs.items()} for n in (0, 1))
    return rows(before, after)


def _slots(form: Form, field: str) -> list[list[str]]:
    typed = form.text(field, longest=1000)
    if typed.lower() in ("", "fermé", "ferme"):
        return []
    try:
        return read_slots(typed)
    except Refused as refusal:
        form.refuse(field, refusal.sentence)
        return []


def unfit_for_machines(line: Line) -> str:
    """The number of this line that our machine calls from though the law barely lets it; empty where all is well."""
    number = automatic_caller_of(line.organization_id)
    ours = number in (line.number, line.automatic_number)
    return number if ours and not suits_machines(number) else ""
