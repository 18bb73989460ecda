"""Rules in the words of those who keep them: conditions, states and changes as French sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.articles.models import Topic
from portal.database import db
from portal.directory import reading
from portal.directory.models import Commune
from portal.referrals.models import ReferralRule, RuleVersion

CHANNELS = {
    "phone": "Appel",
    "text": "SMS",
    "web": "Internet",
    "email": "Courriel",
    "counter": "Guichet",
    "letter": "Courrier",
}
LANGUAGES = {"fr": "Français", "en": "Anglais", "ar": "Arabe"}
OPENING = {"any": "À toute heure", "open": "Aux heures d’ouverture", "closed": "Hors des heures d’ouverture"}
STATES = {"draft": "Brouillon", "published": "En vigueur", "past": "Retirée"}
CONDITIONS = {
    "words": "Mots",
    "without": "Sans ces mots",
    "topics": "Thème",
    "communes": "Commune",
    "channels": "Canal",
    "languages": "Langue",
    "opening": "Horaires",
}
VERBS = {
    "rule.drafted": "a créé la règle en brouillon",
    "rule.revised": "a modifié le brouillon",
    "rule.published": "a publié la règle",
    "rule.rolled_back": "est revenu à la version précédente",
    "rule.retired": "a retiré la règle",
    "rule.draft_dropped": "a abandonné le brouillon",
}
FIELDS = {
    "conditions": "Conditions",
    "service_id": "Service",
    "position": "Ordre",
    "explanations": "Explication",
    "agent_note": "Note pour les agents",
}


@dataclass(frozen=True)
class Names:
    """The names of what rules point at, read once a page."""

    topics: dict[str, str]
    communes: dict[str, str]
    services: dict[int, str]

    def of(self, condition: str, value: str) -> str:
        """One value of a condition as people call it."""
        known: Mapping[str, Mapping[str, str]] = {
            "topics": self.topics,
            "communes": self.communes,
            "channels": CHANNELS,
            "languages": LANGUAGES,
            "opening": OPENING,
        }
        return known.get(condition, {}).get(value, value)

    def conditions(self, conditions: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Each condition set, with its values: (« Thème », « Logement, Santé »)."""
        told = []
        for name, label in CONDITIONS.items():
            values = conditions.get(name) or []
            values = [values] if isinstance(values, str) else values
            if values and values != ["any"]:
                told.append((label, ", ".join(self.of(name, value) for value in values)))
        return told

    def value(self, field: str, value: Any) -> str:
        """A field of a version as a line of text, for two versions side by side."""
        if field == "conditions":
            return " ; ".join(f"{label} : {values}" for label, values in self.conditions(value or {}))
        if field == "explanations":
            return " ; ".join(f"{LANGUAGES.get(of, of)} : {text}" for of, text in (value or {}).items())
        if field == "service_id":
            return self.services.get(value, "") if value else ""
        return "" if value is None else str(value)

    def rows(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """Two versions field by field, as the macro `versions` takes them."""
        fields = [field for field in FIELDS if field in before or field in after]
        return [
            (FIELDS[field], self.value(field, before.get(field)), self.value(field, after.get(field)))
            for field in fields
        ]

    def changed(self, changed: Mapping[str, list[Any]]) -> list[tuple[str, str, str]]:
        """What an event says was changed, as rows."""
        return self.rows(
            {field: pair[0] for field, pair in changed.items()},
            {field: pair[1] for field, pair in changed.items()},
        )


def read_names(rules: Iterable[ReferralRule]) -> Names:
    """The names that these rules need, and those of every topic and active service."""
    versions = [version for rule in rules for version in rule.versions]
    codes = {code for version in versions for code in version.conditions.get("communes", ())}
    services = {service.id: service for service in reading.active_services()}
    services |= {version.service_id: version.service for version in versions}
    return Names(
        topics={topic.slug: topic.names.get("fr", topic.slug) for topic in all_topics()},
        communes=commune_names(codes),
        services={n: reading.text_in(service, "fr").name for n, service in services.items()},
    )


def commune_names(codes: Iterable[str]) -> dict[str, str]:
    """« Saint-Elvin (96017) » for each code: two communes may bear one name."""
    communes = db.session.scalars(db.select(Commune).where(Commune.code.in_(set(codes))))
    return {commune.code: f"{commune.name} ({commune.code})" for commune in communes}


def all_topics() -> list[Topic]:
    return list(db.session.scalars(db.select(Topic).order_by(Topic.position, Topic.id)))


def state_of(rule: ReferralRule, shown: RuleVersion) -> str:
    """« En vigueur », « En vigueur, brouillon en cours », « Brouillon », « Retirée »."""
    drafting = any(version.state == "draft" for version in rule.versions)
    return (
        "En vigueur, brouillon en cours" if drafting and shown.state == "published" else STATES[shown.state]
    )
