"""What a rule says, and what it must be before it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from portal.articles.models import Article, Topic
from portal.config import LANGUAGES
from portal.contacts.models import CHANNELS
from portal.database import db
from portal.directory.models import Commune, Department, Kind, Service
from portal.errors import N_, Refused
from portal.referrals.deciding.phrases import phrase
from portal.referrals.deciding.rule import CHOSEN as COMPARED
from portal.referrals.deciding.situations import AGES, FLAGS, URGENCIES
from portal.referrals.models import RuleVersion

CHOSEN = tuple(name for name in COMPARED if name != "opening")
OPENING = ("any", "open", "closed")
STRENGTHS = (3, 2, 1)  # must, should, may
MOST_PHRASES, LONGEST_PHRASE, LONGEST_TEXT = 300, 100, 1000
FARTHEST = 1_000_000


@dataclass(frozen=True)
class Wording:
    """What a version of a rule says; what a person types in the form. It sends to a service or to a kind."""

    service_id: int | None
    position: int = 100
    conditions: dict[str, Any] = field(default_factory=dict)
    explanations: dict[str, str] = field(default_factory=dict)
    agent_note: str = ""
    kind: str = ""
    strength: int = 2
    starts_on: date | None = None
    ends_on: date | None = None


def wording_of(version: RuleVersion) -> Wording:
    """What a version says, as a form shows it."""
    return Wording(
        service_id=version.service_id,
        position=version.position,
        conditions=dict(version.conditions),
        explanations=dict(version.explanations),
        agent_note=version.agent_note,
        kind=version.kind,
        strength=version.strength,
        starts_on=version.starts_on,
        ends_on=version.ends_on,
    )


def told(wording: Wording) -> dict[str, Any]:
    """A wording as history keeps it: days are texts."""
    days = {name: value.isoformat() for name, value in asdict(wording).items() if isinstance(value, date)}
    return {**asdict(wording), **days}


def tidy(wording: Wording) -> Wording:
    """`wording` without blanks, repeats and empty parts, checked. Raises `Refused`."""
    given = wording.conditions
    conditions: dict[str, Any] = {name: _lines(given.get(name, ())) for name in ("words", "without", *CHOSEN)}
    conditions = {
        name: values for name, values in conditions.items() if values or name in ("words", "without")
    }
    conditions["opening"] = given.get("opening") or "any"
    texts = {language: wording.explanations.get(language, "").strip() for language in LANGUAGES}
    tidied = replace(
        wording,
        service_id=wording.service_id or None,
        kind=wording.kind.strip(),
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
    _check_order(wording)
    _check_target(wording)
    if not wording.explanations.get("fr"):
        raise Refused(N_("Expliquez en français pourquoi c’est ce service."), field="explanation_fr")
    texts = {f"explanation_{of}": text for of, text in wording.explanations.items()}
    for name, text in {**texts, "agent_note": wording.agent_note}.items():
        if len(text) > LONGEST_TEXT:
            raise Refused(
                N_("Ce texte est trop long : %(most)s caractères au plus."), name, most=LONGEST_TEXT
            )


def lacking(explanations: dict[str, str]) -> list[str]:
    """The languages a rule is not explained in: there, the citizen reads French."""
    return [language for language in LANGUAGES if not explanations.get(language)]


def _check_order(wording: Wording) -> None:
    if not 0 < wording.position <= FARTHEST:
        raise Refused(N_("La place d’une règle est un nombre à partir de 1."), field="position")
    if wording.strength not in STRENGTHS:
        raise Refused(N_("Choisissez la force de la règle."), field="strength")
    if wording.starts_on and wording.ends_on and wording.ends_on < wording.starts_on:
        raise Refused(N_("La règle s’arrêterait avant de commencer."), field="ends_on")


def _check_target(wording: Wording) -> None:
    if wording.kind and wording.service_id:
        raise Refused(N_("Choisissez un service ou un genre de service, pas les deux."), field="service")
    if wording.kind:
        if db.session.scalar(db.select(Kind.id).filter_by(code=wording.kind)) is None:
            raise Refused(N_("Choisissez un genre de service qui existe."), field="kind")
        return
    service = db.session.get(Service, wording.service_id) if wording.service_id else None
    if service is None or not service.active or service.status in ("inactive", "defunct"):
        raise Refused(N_("Choisissez un service qui existe et qui est actif."), field="service")


def _check_words(conditions: dict[str, Any]) -> None:
    for name in ("words", "without"):
        texts = conditions.get(name, ())
        if len(texts) > MOST_PHRASES:
            raise Refused(N_("Une règle compte au plus %(most)s expressions."), field=name, most=MOST_PHRASES)
        for text in texts:
            if len(text) > LONGEST_PHRASE or not all(phrase(text).needs.values()):
                raise Refused(
                    N_("Cette expression ne peut pas être cherchée : « %(text)s »."),
                    field=name,
                    text=text[:LONGEST_PHRASE],
                )


def _check_choices(conditions: dict[str, Any]) -> None:
    if conditions.get("opening", "any") not in OPENING:
        raise Refused(N_("Ces horaires n’existent pas."), field="opening")
    always = conditions.get("opening", "any") == "any"
    if always and not any(conditions.get(name) for name in ("words", *CHOSEN)):
        raise Refused(
            N_("Donnez au moins une condition : sans elle, la règle vaudrait pour tous."), field="words"
        )
    for name in CHOSEN:
        values = conditions.get(name, [])
        known = _known(name, values) if values else set()
        unknown = [value for value in values if value not in known]
        if unknown:
            raise Refused(N_("Ce choix n’existe pas : %(value)s."), field=name, value=unknown[0])


def _known(name: str, values: list[str]) -> set[str]:
    """Those of `values` that the condition of this name may hold."""
    closed: dict[str, Iterable[str]] = {"channels": CHANNELS, "languages": LANGUAGES}
    closed |= {"ages": AGES, "flags": FLAGS, "urgencies": URGENCIES}
    if name in closed:
        return set(closed[name])
    rows: dict[str, Any] = {
        "topics": Topic.slug,
        "communes": Commune.code,
        "departments": Department.code,
        "articles": Article.slug,
    }
    column = rows[name]
    return set(db.session.scalars(db.select(column).where(column.in_(values))))


def _lines(values: Iterable[str]) -> list[str]:
    cleaned = (" ".join(str(value).split()) for value in values)
    return list(dict.fromkeys(value for value in cleaned if value))
