"""How people are referred: the order of things, and the rules of a topic, drawn and told in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request
from flask_babel import gettext, ngettext

from portal.articles import shelf
from portal.database import db
from portal.directory import reading as directory
from portal.directory.models import Commune, Department, Kind
from portal.errors import N_
from portal.referrals.deciding import situations
from portal.referrals.deciding.rules import in_force
from portal.referrals.models import RuleVersion
from portal.referrals.ruling import reading
from portal.views import guards, here, language
from portal.views.paging import last_page, page_asked
from portal.views.picture import Node, Picture, draw
from portal.views.public import bp

A_PAGE = 12
MOST_SAID = 6  # values of one condition that are told
ANY = "any"  # the rules that hold whatever the topic

CHANNELS = {
    "phone": N_("Vous téléphonez"),
    "text": N_("Vous écrivez par SMS"),
    "web": N_("Vous passez par ce site"),
    "email": N_("Vous écrivez un courriel"),
    "counter": N_("Vous venez au guichet"),
    "letter": N_("Vous envoyez un courrier"),
}
OPENING = {"open": N_("Pendant nos heures d’ouverture"), "closed": N_("En dehors de nos heures d’ouverture")}
LABELS = {
    "words": N_("Vous dites : %(values)s"),
    "without": N_("Sans dire : %(values)s"),
    "communes": N_("Vous habitez : %(values)s"),
    "departments": N_("Votre département : %(values)s"),
    "articles": N_("Vous avez lu une de nos fiches sur ce sujet"),
    "ages": N_("Votre âge : %(values)s"),
    "flags": N_("Vous nous dites : %(values)s"),
    "urgencies": N_("C’est pressé : %(values)s"),
    "languages": N_("Votre langue : %(values)s"),
    "channels": "%(values)s",
    "opening": "%(values)s",
}


@dataclass(frozen=True)
class Told:
    """A rule as citizens read it: when, to whom, and why. `reason_in` is the language of the reason."""

    when: list[str]
    to: str
    reason: str
    reason_in: str


@bp.get("/<language:lang>/how-we-refer")
@guards.anyone
def how_we_refer() -> str:
    slug = request.args.get("topic", "")
    topics = [(one.slug, _in(one.names)) for one in shelf.topics()]
    name = dict(topics).get(slug) or (gettext("Quel que soit le thème") if slug == ANY else "")
    if slug and not name:
        abort(404)
    page = page_asked()
    told = {"topics": topics, "chosen": slug, "name": name, "any": ANY, "page": page}
    return render_template("public/how_we_refer.html", **told, **_drawn(slug, name, page))


def _drawn(topic: str, name: str, page: int) -> dict[str, Any]:
    """A page of the rules of the topic, and their picture."""
    versions, total = _rules_of(topic, page) if topic else ([], 0)
    rules = list(_told(versions))
    first = (page - 1) * A_PAGE + 1
    return {
        "rules": rules,
        "total": total,
        "first": first,
        "last": last_page(total, A_PAGE),
        "others": _rules_of(ANY, 1)[1] if topic not in ("", ANY) else 0,
        "picture": _picture(name, rules, first) if rules else None,
    }


def _rules_of(topic: str, page: int) -> tuple[list[RuleVersion], int]:
    """The rules of the host in force today for this topic, in the order they are looked at; a page of them."""
    day = here.today()
    ids = [
        rule.version_id
        for rule in in_force().rules
        if rule.in_time(day) and (topic in rule.topics or (topic == ANY and not rule.topics))
    ]
    shown = ids[(page - 1) * A_PAGE : page * A_PAGE]
    found = {version.id: version for version in reading.versions_of(shown)}
    return [found[n] for n in shown if n in found], len(ids)


def _told(versions: list[RuleVersion]) -> Iterator[Told]:
    lang = language.current()
    kinds = _kinds({version.kind for version in versions if version.kind})
    places = _places(versions)
    for version in versions:
        reason_in = lang if version.explanations.get(lang) else directory.REFERENCE
        to = directory.text_in(version.service, lang).name if version.service else kinds.get(version.kind, "")
        yield Told(_when(version.conditions, places), to, version.explanations.get(reason_in, ""), reason_in)


def _when(conditions: Mapping[str, Any], places: Mapping[str, str]) -> list[str]:
    """Each condition as a sentence to the reader; none is all."""
    sentences = []
    for name, label in LABELS.items():
        given = conditions.get(name) or []
        values = [given] if isinstance(given, str) and given != "any" else [] if given == "any" else given
        if values:
            more = len(values) - MOST_SAID
            said = gettext(", ").join(_apart(_value(name, value, places)) for value in values[:MOST_SAID])
            told = said + (" " + gettext("(et %(count)s autres)", count=more) if more > 0 else "")
            sentences.append(gettext(label, values=told) if "(" in label else gettext(label))
    return sentences


def _apart(value: str) -> str:
    """A value among words that are read the other way."""
    return f"\u2068{value}\u2069" if language.current() == "ar" else value


def _value(name: str, value: str, places: Mapping[str, str]) -> str:
    """One value of a condition in the reader's language."""
    if name in ("words", "without"):
        return f"« {value.replace(chr(34), '')} »" if language.current() == "fr" else f"“{value}”"
    asked = {"ages": situations.AGES, "flags": situations.FLAGS, "urgencies": situations.URGENCIES}
    if name in asked and value in asked[name]:
        return gettext(asked[name][value].asked)
    sentences = {"channels": CHANNELS, "opening": OPENING}
    if name in sentences:
        return gettext(sentences[name].get(value, value))
    return language.LANGUAGES.get(value, value) if name == "languages" else places.get(value, value)


def _places(versions: list[RuleVersion]) -> dict[str, str]:
    """The names of the communes and departments that the rules name."""
    found: dict[str, str] = {}
    for name, table in (("communes", Commune), ("departments", Department)):
        codes = {code for version in versions for code in version.conditions.get(name, ())}
        rows: Any = db.session.scalars(db.select(table).where(table.code.in_(codes))) if codes else ()
        found |= {row.code: row.name for row in rows}
    return found


def _kinds(codes: set[str]) -> dict[str, str]:
    rows = db.session.scalars(db.select(Kind).where(Kind.code.in_(codes)))
    return {kind.code: _in(kind.names) or kind.code for kind in rows}


def _in(names: Mapping[str, str]) -> str:
    return names.get(language.current()) or names.get(directory.REFERENCE, "")


def _picture(name: str, rules: list[Told], first: int) -> Picture:
    """The topic, then each rule: what it asks, and where it leads."""
    ways = [
        Node(
            rule.when[0] if rule.when else gettext("Dans tous les cas"),
            kind=ngettext("et %(num)s autre condition", "et %(num)s autres conditions", len(rule.when) - 1)
            if len(rule.when) > 1
            else "",
            by=f"{n}",
            children=[Node(rule.to, tone="end")],
        )
        for n, rule in enumerate(rules, first)
    ]
    return draw(Node(name, children=ways))
