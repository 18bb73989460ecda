"""The form of a rule: what was typed becomes a wording; a wording becomes what the form shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from portal.articles.models import Article
from portal.contacts.models import CHANNELS
from portal.database import db
from portal.directory.finding.communes import commune_of
from portal.directory.models import Department
from portal.directory.names import name_key
from portal.referrals.deciding.situations import AGES, FLAGS, URGENCIES, Situation
from portal.referrals.ruling.keeping import kept
from portal.referrals.ruling.wording import LANGUAGES, OPENING, Wording
from portal.views import here
from portal.views.admin.rules.words import Names
from portal.views.choosing import read_commune, read_kind, read_service
from portal.views.forms import Form

LISTS = ("topics", "channels", "languages", "ages", "flags", "urgencies")
LINES = ("communes", "departments", "articles")
_CODE = re.compile(r"\((\w{2,5})\)\s*$")


def read_wording(form: Form) -> Wording:
    """The wording typed. Places are named one a line; one that nobody could tell apart is refused in the form."""
    service, kind = read_service(form), read_kind(form)
    lists = {name: form.data.getlist(name) for name in LISTS}
    lines = {name: _lines(form, name, find) for name, find in FOUND.items()}
    return Wording(
        service_id=service.id if service else None,
        kind=kind.code if kind else "",
        strength=form.number("strength") or 0,
        position=form.number("position") or 0,
        starts_on=form.day("starts_on"),
        ends_on=form.day("ends_on"),
        conditions={
            "words": form.text("words").splitlines(),
            "without": form.text("without").splitlines(),
            **lists,
            **lines,
            "opening": form.choice("opening", OPENING) or "any",
        },
        explanations={language: form.text(f"explanation_{language}") for language in LANGUAGES},
        agent_note=form.text("agent_note"),
    )


def values_of(wording: Wording, names: Names) -> dict[str, Any]:
    """What the form shows for a wording."""
    conditions = wording.conditions
    named = {
        name: "\n".join(names.of(name, code) for code in conditions.get(name, ()))
        for name in ("communes", "departments")
    }
    return {
        "service": wording.service_id or "",
        "kind": wording.kind,
        "strength": wording.strength,
        "position": wording.position,
        "starts_on": wording.starts_on or "",
        "ends_on": wording.ends_on or "",
        "agent_note": wording.agent_note,
        **{name: list(conditions.get(name, ())) for name in LISTS},
        "words": "\n".join(conditions.get("words", ())),
        "without": "\n".join(conditions.get("without", ())),
        **named,
        "articles": "\n".join(conditions.get("articles", ())),
        "opening": conditions.get("opening") or "any",
        **{f"explanation_{language}": text for language, text in wording.explanations.items()},
    }


def typed_values(form: Form) -> dict[str, Any]:
    """What was typed, shown again as it was."""
    return {**form.values, **{name: form.data.getlist(name) for name in LISTS}}


def read_situation(form: Form) -> Situation:
    """The situation somebody typed to try a rule on, or to keep as an example."""
    topic, opening = form.text("topic"), form.choice("opening", OPENING)
    article = _article(form.text("article")) if form.text("article") else None
    if form.text("article") and article is None:
        form.refuse("article", "Aucune fiche n’a cette adresse.")
    commune, day = read_commune(form), form.day("at")
    return Situation(
        at=day or here.today(),
        words=form.text("words", longest=2000),
        language=form.choice("language", LANGUAGES) or "fr",
        topics=(topic,) if topic else (),
        commune=commune.code if commune else "",
        channel=form.choice("channel", CHANNELS) or "web",
        open={"open": True, "closed": False}.get(opening),
        age=form.choice("age", AGES),
        flags=frozenset(flag for flag in form.data.getlist("flags") if flag in FLAGS),
        urgency=form.choice("urgency", URGENCIES),
        read=(article,) if article else (),
    )


def situation_values(situation: Situation) -> dict[str, Any]:
    """What the form of a situation shows."""
    return {
        "words": situation.words,
        "topic": next(iter(situation.topics), ""),
        "commune": situation.commune,
        "channel": situation.channel,
        "language": situation.language,
        "opening": "any" if situation.open is None else "open" if situation.open else "closed",
        "age": situation.age,
        "flags": sorted(situation.flags),
        "urgency": situation.urgency,
        "article": next(iter(situation.read), ""),
        "at": kept(situation).get("at", ""),
    }


def _lines(form: Form, name: str, find: tuple[Callable[[str], str | None], str]) -> list[str]:
    """What is named one a line, by its code."""
    codes = []
    for line in form.text(name).splitlines():
        if typed := line.strip():
            code = find[0](typed)
            if code is None:
                form.refuse(name, find[1].format(typed))
            else:
                codes.append(code)
    return codes


def _commune(typed: str) -> str | None:
    """The code of the commune typed: « Saint-Elvin (96017) », its name, its code or a postcode of its own."""
    code = _CODE.search(typed)
    found = commune_of(code.group(1) if code else typed)
    return found.code if found else None


def _department(typed: str) -> str | None:
    """The code of the department typed: « Gironde (33) », its name or its code."""
    code = _CODE.search(typed)
    wanted = (code.group(1) if code else typed).upper()
    departments = list(db.session.scalars(db.select(Department)))
    found = [one.code for one in departments if one.code == wanted or name_key(one.name) == name_key(typed)]
    return found[0] if len(found) == 1 else None


def _article(typed: str) -> str | None:
    """The slug of the article whose address, or the end of it, was typed."""
    slug = typed.split("?", maxsplit=1)[0].rstrip("/").rsplit("/", 1)[-1]
    return db.session.scalar(db.select(Article.slug).filter_by(slug=slug))


FOUND: dict[str, tuple[Callable[[str], str | None], str]] = {
    "communes": (
        _commune,
        "Aucune commune, ou plusieurs, pour « {} » : écrivez son nom entier ou son code.",
    ),
    "departments": (_department, "Aucun département ne s’appelle « {} » : écrivez son nom ou son code."),
    "articles": (_article, "Aucune fiche n’a cette adresse : « {} »."),
}
