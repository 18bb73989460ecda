"""The cast: plain functions that make rows with sensible values. They flush; tests commit when a door must see them."""

from __future__ import annotations

import itertools
from typing import Any

from argon2 import PasswordHasher

from portal import clock
from portal.articles.models import Article, ArticleText, Topic
from portal.citizens.models import Citizen, Identifier, IdentifierLink
from portal.contacts.models import Contact
from portal.database import db
from portal.desk.models import Presence, Queue, Skill, queue_agents
from portal.directory.models import Organization, Service, ServiceText
from portal.lines.models import Line, MenuVersion
from portal.staff.models import Staff

PASSWORD = "une phrase de passe d’essai"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

_numbers = itertools.count(1)


def _add(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def organization(slug: str = "mairie", **values: Any) -> Organization:
    found = db.session.scalar(db.select(Organization).filter_by(slug=slug))
    values = {"name": slug.capitalize(), "is_host": slug == "mairie", **values}
    return found or _add(Organization(slug=slug, **values))


def staff(role: str = "agent", of: Organization | None = None, **values: Any) -> Staff:
    n = next(_numbers)
    defaults = {
        "email": f"{role}{n}@ville.example",
        "first_name": "Camille",
        "last_name": f"Numéro {n}",
        "password_hash": PASSWORD_HASH,
        "organization_id": (of or organization()).id,
    }
    return _add(Staff(role=role, **{**defaults, **values}))


def citizen(name: str = "Aïcha Benali", phone: str = "", email: str = "", **values: Any) -> Citizen:
    key = values.pop("name_key", name.lower())
    person = _add(Citizen(name=name, name_key=key, **values))
    for kind, value in (("phone", phone), ("email", email)):
        if value:
            link(person, identifier(kind, value))
    return person


def identifier(kind: str, value: str) -> Identifier:
    found = db.session.scalar(db.select(Identifier).filter_by(kind=kind, value=value))
    return found or _add(Identifier(kind=kind, value=value))


def link(person: Citizen, used: Identifier, certainty: str = "confirmed") -> IdentifierLink:
    return _add(IdentifierLink(citizen_id=person.id, identifier_id=used.id, certainty=certainty))


def topic(slug: str = "etat-civil", **values: Any) -> Topic:
    found = db.session.scalar(db.select(Topic).filter_by(slug=slug))
    names = {lang: slug.replace("-", " ").capitalize() for lang in ("fr", "en", "ar")}
    return found or _add(Topic(slug=slug, **{"names": names, **values}))


def article(title: str = "Refaire une carte d’identité", body: str = "", **values: Any) -> Article:
    n = next(_numbers)
    text = ArticleText(
        language="fr", title=title, summary=values.pop("summary", ""), body=body or f"## {title}\n\nTexte."
    )
    row = Article(
        slug=values.pop("slug", f"article-{n}"), source_ref=values.pop("source_ref", f"A{n}"), **values
    )
    row.texts["fr"] = text
    return _add(row)


def service(slug: str = "caf", of: Organization | None = None, **values: Any) -> Service:
    values = {"kind": slug, "phone": "+33199000050", **values}
    row = Service(slug=slug, organization_id=(of or organization(f"org-{slug}")).id, **values)
    for lang in ("fr", "en", "ar"):
        row.texts[lang] = ServiceText(language=lang, name=slug.upper(), summary="")
    return _add(row)


def queue(slug: str = "accueil", **values: Any) -> Queue:
    values = {"name": slug.capitalize(), "organization_id": organization().id, **values}
    return _add(Queue(slug=slug, **values))


def serving(*queues: Queue, state: str = "available", skills: tuple[str, ...] = (), **values: Any) -> Staff:
    """An agent on duty in these queues, with a telephone."""
    n = next(_numbers)
    person = staff(**{"phone": f"+331990{n:05d}", **values})
    for one in queues:
        db.session.execute(db.insert(queue_agents).values(queue_id=one.id, staff_id=person.id))
    for name in skills:
        _add(Skill(staff_id=person.id, name=name))
    _add(Presence(staff_id=person.id, organization_id=person.organization_id, state=state))
    return person


def line(number: str = "+33199000010", **values: Any) -> Line:
    welcome = {"fr": "Bonjour, mairie.", "en": "Hello, town hall.", "ar": "مرحبا"}
    defaults = {
        "organization_id": organization().id,
        "name": "Accueil",
        "languages": ["fr", "en", "ar"],
        "language_keys": {"5": "en", "6": "ar"},
        "texts": {"welcome": welcome},
    }
    return _add(Line(number=number, **{**defaults, **values}))


def contact(channel: str = "phone", of: Organization | None = None, **values: Any) -> Contact:
    return _add(Contact(channel=channel, organization_id=(of or organization()).id, **values))


def queue_step(slug: str = "accueil", topic: str = "") -> dict[str, Any]:
    return {"do": "queue", "queue": slug, "topic": topic, "says": {}}


def choice(key: str, then: Any, label: str = "") -> dict[str, Any]:
    names = {"fr": label or f"Choix {key}", "en": label or f"Choice {key}", "ar": label or f"خيار {key}"}
    return {"key": key, "label": names, "words": {}, "then": then}


def menu(*choices: dict[str, Any]) -> dict[str, Any]:
    """A menu of these choices, and a person at 0."""
    person = choice("0", queue_step(), "Parler à quelqu’un")
    return {"do": "choose", "says": {}, "choices": [*choices, person]}


def published(of: Line, tree: dict[str, Any], number: int = 1) -> MenuVersion:
    values = {"number": number, "state": "published", "published_at": clock.now()}
    return _add(MenuVersion(line_id=of.id, tree=tree, **values))
