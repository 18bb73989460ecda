"""Rules in the words of those who keep them: conditions, states and changes as French sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import bidirectional

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
        told = ((label, self._values(name, conditions)) for name, label in CONDITIONS.items())
        return [(label, values) for label, values in told if values]

    def rows(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """Two versions, line by line, as the macro `versions` takes them."""
        lines = [self._lines(before), self._lines(after)]
        labels = dict.fromkeys([*lines[0], *lines[1]])
        return [(label, lines[0].get(label, ""), lines[1].get(label, "")) for label in labels]

    def changed(self, changed: Mapping[str, list[Any]]) -> list[tuple[str, str, str]]:
        """What an event says was changed, line by line."""
        before, after = ({field: pair[n] for field, pair in changed.items()} for n in (0, 1))
        return [row for row in self.rows(before, after) if row[1] != row[2]]

    def _lines(self, fields: Mapping[str, Any]) -> dict[str, str]:
        lines = dict(self.conditions(fields.get("conditions") or {}))
        if fields.get("service_id"):
            lines["Service"] = self.services.get(fields["service_id"], "")
        if fields.get("position"):
            lines["Ordre"] = str(fields["position"])
        for language, text in (fields.get("explanations") or {}).items():
            lines[f"Explication ({LANGUAGES.get(language, language)})"] = text
        if fields.get("agent_note"):
            lines["Note pour les agents"] = fields["agent_note"]
        return lines

    def _values(self, name: str, conditions: Mapping[str, Any]) -> str:
        values = conditions.get(name) or []
        values = [] if values == "any" else [values] if isinstance(values, str) else values
        return ", ".join(apart(self.of(name, value)) for value in values)


def apart(text: str) -> str:
    """`text`, set apart from its neighbours when it is written from right to left."""
    return f"\u2068{text}\u2069" if any(bidirectional(c) in ("R", "AL") for c in text) else text


def read_names(rules: Iterable[ReferralRule]) -> Names:
    """The names that these rules need, and those of every topic and active service."""
    versions = [version for rule in rules for version in rule.versions]
    codes = {code for version in versions for code in version.conditions.get("communes", ())}
    services = {service.id: service for service in reading.active_services()}
    services |= {version.service.id: version.service for version in versions if version.service}
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
