"""What a rule says, and what it must be before it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from portal.articles.models import Topic
from portal.contacts.models import CHANNELS
from portal.database import db
from portal.directory.models import Commune, Service
from portal.errors import N_, Refused
from portal.referrals.phrases import phrase

LANGUAGES = ("fr", "en", "ar")
CHOSEN = ("topics", "communes", "channels", "languages")
OPENING = ("any", "open", "closed")
MOST_PHRASES, LONGEST_PHRASE, LONGEST_TEXT = 300, 100, 1000
FARTHEST = 1_000_000


@dataclass(frozen=True)
class Wording:
    """What a version of a rule says; what a person types in the form."""

    service_id: int | None
    position: int = 100
    conditions: dict[str, Any] = field(default_factory=dict)
    explanations: dict[str, str] = field(default_factory=dict)
    agent_note: str = ""


def tidy(wording: Wording) -> Wording:
    """`wording` without blanks, repeats and empty parts, checked. Raises `Refused`."""
    given = wording.conditions
    conditions: dict[str, Any] = {name: _lines(given.get(name, ())) for name in ("words", "without", *CHOSEN)}
    conditions["opening"] = given.get("opening") or "any"
    texts = {language: wording.explanations.get(language, "").strip() for language in LANGUAGES}
    tidied = replace(
        wording,
        conditions=conditions,
        explanations={language: text for language, text in texts.items() if text},
        agent_note=wording.agent_note.strip(),
    )
    check(tidied)
    return tidied


def check(wording: Wording) -> None:
    """Refuses a rule that says nothing, that cannot be told, or that sends to nowhere."""
    _check_words(wording.conditions)
    _check_choices(wording.conditions)
    if not 0 < wording.position <= FARTHEST:
        raise Refused(N_("La place d’une règle est un nombre à partir de 1."), field="position")
    service = db.session.get(Service, wording.service_id) if wording.service_id else None
    if service is None or not service.active:
        raise Refused(N_("Choisissez un service qui existe et qui est actif."), field="service_id")
    if not wording.explanations.get("fr"):
        raise Refused(N_("Expliquez en français pourquoi c’est ce service."), field="explanation_fr")
    texts = {f"explanation_{of}": text for of, text in wording.explanations.items()}
    for name, text in {**texts, "agent_note": wording.agent_note}.items():
        if len(text) > LONGEST_TEXT:
            raise Refused(
                N_("Ce texte est trop long : %(most)s caractères au plus."), name, most=LONGEST_TEXT
            )


def lacking(explanations: dict[str, str]) -> list[str]:
    """The languages a rule is not explained in: there, the citizen reads French."""
    return [language for language in LANGUAGES if not explanations.get(language)]


def _check_words(conditions: dict[str, Any]) -> None:
    for name in ("words", "without"):
        if len(conditions[name]) > MOST_PHRASES:
            raise Refused(N_("Une règle compte au plus %(most)s expressions."), field=name, most=MOST_PHRASES)
        for text in conditions[name]:
            if len(text) > LONGEST_PHRASE or not all(phrase(text).needs.values()):
                raise Refused(
                    N_("Cette expression ne peut pas être cherchée : « %(text)s »."),
                    field=name,
                    text=text[:LONGEST_PHRASE],
                )


def _check_choices(conditions: dict[str, Any]) -> None:
    if conditions["opening"] not in OPENING:
        raise Refused(N_("Ces horaires n’existent pas."), field="opening")
    if conditions["opening"] == "any" and not any(conditions[name] for name in ("words", *CHOSEN)):
        raise Refused(
            N_("Donnez au moins une condition : sans elle, la règle vaudrait pour tous."), field="words"
        )
    known = {
        "topics": set(db.session.scalars(db.select(Topic.slug).where(Topic.slug.in_(conditions["topics"])))),
        "communes": set(
            db.session.scalars(db.select(Commune.code).where(Commune.code.in_(conditions["communes"])))
        ),
        "channels": set(CHANNELS),
        "languages": set(LANGUAGES),
    }
    for name in CHOSEN:
        unknown = [value for value in conditions[name] if value not in known[name]]
        if unknown:
            raise Refused(N_("Ce choix n’existe pas : %(value)s."), field=name, value=unknown[0])


def _lines(values: Iterable[str]) -> list[str]:
    cleaned = (" ".join(str(value).split()) for value in values)
    return list(dict.fromkeys(value for value in cleaned if value))
