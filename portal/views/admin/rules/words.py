"""Rules in the words of those who keep them: conditions, states and changes as French sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from unicodedata import bidirectional

from portal import config
from portal.articles.models import Article, ArticleText
from portal.database import db
from portal.directory import reading
from portal.directory.models import Commune, Department, Kind, Service
from portal.referrals.deciding import situations
from portal.referrals.models import ReferralRule, RuleVersion
from portal.views.admin.content.words import topic_names

CHANNELS = {
    "phone": "Appel",
    "text": "SMS",
    "web": "Internet",
    "email": "Courriel",
    "counter": "Guichet",
    "letter": "Courrier",
}
LANGUAGES = {code: name.capitalize() for code, name in config.LANGUAGES.items()}
OPENING = {"any": "À toute heure", "open": "Aux heures d’ouverture", "closed": "Hors des heures d’ouverture"}
AGES, FLAGS, URGENCIES = (
    {code: f"{choice.staff[0].upper()}{choice.staff[1:]}" for code, choice in choices.items()}
    for choices in (situations.AGES, situations.FLAGS, situations.URGENCIES)
)
STRENGTHS = {3: "Doit", 2: "Devrait", 1: "Peut"}
STRENGTH_HINTS = [
    (3, "Doit", "Passe avant toutes les autres : la loi ou la sécurité l’impose."),
    (2, "Devrait", "Le cas ordinaire."),
    (1, "Peut", "À défaut d’une règle plus forte."),
]
STATES = {"draft": "Brouillon", "planned": "Prévue", "published": "En vigueur", "past": "Retirée"}
CONDITIONS = {
    "words": "Mots",
    "without": "Sans ces mots",
    "topics": "Thème",
    "articles": "Fiche lue",
    "communes": "Commune",
    "departments": "Département",
    "ages": "Âge",
    "flags": "Personne",
    "urgencies": "Urgence",
    "channels": "Canal",
    "languages": "Langue",
    "opening": "Horaires",
    "dates": "Dates",
}
VERBS = {
    "rule.drafted": "a créé la règle en brouillon",
    "rule.revised": "a modifié le brouillon",
    "rule.review_asked": "a demandé une relecture",
    "rule.sent_back": "a renvoyé le brouillon à son auteur",
    "rule.planned": "a prévu la publication",
    "rule.unplanned": "a annulé la publication prévue",
    "rule.published": "a publié la règle",
    "rule.rolled_back": "est revenu à la version précédente",
    "rule.retired": "a retiré la règle",
    "rule.draft_dropped": "a abandonné le brouillon",
}
FINDINGS = {
    "dead": "Ne décide jamais",
    "contradiction": "Se contredisent",
    "loop": "Tourne en rond",
    "gone": "Mène nulle part",
    "outside": "Hors du territoire",
    "example": "Exemple qui échoue",
    "gap": "Personne n’est prévu",
}


@dataclass(frozen=True)
class Names:
    """The names of what rules point at, read once a page."""

    topics: dict[str, str]
    communes: dict[str, str]
    services: dict[int, str]
    departments: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    articles: dict[str, str] = field(default_factory=dict)

    def of(self, condition: str, value: str) -> str:
        """One value of a condition as people call it."""
        known: Mapping[str, Mapping[str, str]] = {
            "topics": self.topics,
            "communes": self.communes,
            "departments": self.departments,
            "articles": self.articles,
            "channels": CHANNELS,
            "languages": LANGUAGES,
            "opening": OPENING,
            "ages": AGES,
            "flags": FLAGS,
            "urgencies": URGENCIES,
        }
        return known.get(condition, {}).get(value, value)

    def target(self, service_id: int | None, kind: str = "") -> str:
        """Where a rule sends: a service, or the one of a kind for the commune."""
        if service_id:
            return self.services.get(service_id, "")
        return f"{self.kinds.get(kind, kind)} (celui de la commune)" if kind else ""

    def conditions(self, conditions: Mapping[str, Any], most: int = 0) -> list[tuple[str, str]]:
        """Each condition set, with its values: (« Thème », « Logement, Santé »); at most so many, where one says."""
        told = ((label, self._values(name, conditions, most)) for name, label in CONDITIONS.items())
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
        if target := self.target(fields.get("service_id"), fields.get("kind") or ""):
            lines["Vers"] = target
        if fields.get("strength"):
            lines["Force"] = STRENGTHS[fields["strength"]]
        if fields.get("position"):
            lines["Ordre"] = str(fields["position"])
        for name, label in (("starts_on", "À partir du"), ("ends_on", "Jusqu’au")):
            if fields.get(name):
                lines[label] = day(fields[name])
        for language, text in (fields.get("explanations") or {}).items():
            lines[f"Explication ({LANGUAGES.get(language, language)})"] = text
        if fields.get("agent_note"):
            lines["Note pour les agents"] = fields["agent_note"]
        return lines

    def _values(self, name: str, conditions: Mapping[str, Any], most: int = 0) -> str:
        values = conditions.get(name) or []
        values = [] if values == "any" else [values] if isinstance(values, str) else values
        more = len(values) - most if most else 0
        said = ", ".join(apart(self.of(name, value)) for value in (values[:most] if most else values))
        return f"{said}… et {more} autres" if more > 0 else said


def day(value: date | str) -> str:
    """« 31/12/2026 », from a date or what history kept of it."""
    when = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{when:%d/%m/%Y}"


def dates(version: RuleVersion) -> str:
    """« du 01/06/2026 au 31/08/2026 », or nothing."""
    first = f"du {day(version.starts_on)}" if version.starts_on else ""
    last = f"jusqu’au {day(version.ends_on)}" if version.ends_on else ""
    return f"{first} {last.replace('jusqu’', '') if first else last}".strip()


def apart(text: str) -> str:
    """`text`, set apart from its neighbours when it is written from right to left."""
    return f"\u2068{text}\u2069" if any(bidirectional(c) in ("R", "AL") for c in text) else text


def read_names(versions: Iterable[RuleVersion]) -> Names:
    """The names that these versions need, and those of every topic."""
    return _names(
        [{"conditions": one.conditions, "service_id": one.service_id, "kind": one.kind} for one in versions]
    )


def names_of_texts(texts: Iterable[Mapping[str, Any]]) -> Names:
    """The names that versions need as history keeps them."""
    return _names(list(texts))


def rows_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Two versions, line by line, with the names they need."""
    return _names([before, after]).rows(before, after)


def _names(texts: list[Mapping[str, Any]]) -> Names:
    def named(condition: str) -> set[str]:
        return {value for text in texts for value in (text.get("conditions") or {}).get(condition, ())}

    ids = {text["service_id"] for text in texts if text.get("service_id")}
    query = db.select(Service).where(Service.id.in_(ids))
    return Names(
        topics=topic_names(),
        communes=commune_names(named("communes")),
        services={one.id: reading.text_in(one, "fr").name for one in db.session.scalars(query)},
        departments=department_names(named("departments")),
        kinds=kind_names({text["kind"] for text in texts if text.get("kind")}),
        articles=article_names(named("articles")),
    )


def situation_lines(situation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A situation as it is kept, in words: (« Commune », « Saint-Elvin (96017) »)."""
    pairs = {"topics": "topics", "read": "articles", "flags": "flags"}
    single = {"commune": "communes", "department": "departments", "age": "ages", "urgency": "urgencies"}
    single |= {"channel": "channels", "language": "languages"}
    conditions: dict[str, Any] = {one: situation[name] for name, one in pairs.items() if name in situation}
    conditions |= {one: [situation[name]] for name, one in single.items() if situation.get(name)}
    if "commune" in situation:
        conditions.pop("departments", None)
    if situation.get("open") is not None:
        conditions["opening"] = "open" if situation["open"] else "closed"
    said = [("Mots", situation["words"])] if situation.get("words") else []
    when = [("Jour", day(situation["at"]))] if situation.get("at") else []
    return [*said, *_names([{"conditions": conditions}]).conditions(conditions), *when]


def commune_names(codes: Iterable[str]) -> dict[str, str]:
    """« Saint-Elvin (96017) » for each code: two communes may bear one name."""
    communes = db.session.scalars(db.select(Commune).where(Commune.code.in_(set(codes))))
    return {commune.code: f"{commune.name} ({commune.code})" for commune in communes}


def department_names(codes: Iterable[str]) -> dict[str, str]:
    departments = db.session.scalars(db.select(Department).where(Department.code.in_(set(codes))))
    return {department.code: f"{department.name} ({department.code})" for department in departments}


def kind_names(codes: Iterable[str]) -> dict[str, str]:
    kinds = db.session.scalars(db.select(Kind).where(Kind.code.in_(set(codes))))
    return {kind.code: kind.names.get("fr", kind.code) for kind in kinds}


def article_names(slugs: Iterable[str]) -> dict[str, str]:
    query = db.select(Article.slug, ArticleText.title).join(ArticleText, ArticleText.article_id == Article.id)
    fr = query.where(ArticleText.language == "fr", Article.slug.in_(set(slugs)))
    return {row.slug: row.title for row in db.session.execute(fr)}


def state_of(rule: ReferralRule, shown: RuleVersion) -> str:
    """« En vigueur », « En vigueur, brouillon en cours », « Brouillon », « À relire », « Retirée »."""
    other = next((version for version in rule.versions if version.state in ("draft", "planned")), None)
    words = STATES[shown.state]
    if other and other.review_asked_at:
        return "À relire" if other is shown else f"{words}, changement à relire"
    if other is None or other is shown:
        return words
    return f"{words}, brouillon en cours" if other.state == "draft" else f"{words}, changement prévu"
