"""Templates: texts prepared in every language, filled when they are used.

The `{placeholders}` are ours, not a template language: a text that a person wrote must not be able to do anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache

from knowledge_base.analysis import analyzer_for
from portal import history
from portal.citizens.names import name_key
from portal.contacts.models import Contact, Template
from portal.database import check_version, db, locked
from portal.errors import N_, Refused
from portal.history import Person
from portal.rights import find_own

LONGEST = 1600  # what the network takes
PURPOSES = ("reply", "notice", "appointment")
AUTOMATIC = {  # what goes out by itself takes the template of this name, when there is one
    "received": ("reference", "date"),  # the day by which it is answered
    "stop": ("organization",),
    "start": ("organization",),
    "help": ("organization", "phone"),
}
PLACEHOLDERS = (
    "reference", "organization", "phone", "service", "link", "date", "time", "place", "documents", "name",
)  # fmt: skip
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_LETTERS = re.compile(r"[^\W_]+")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """What the form says."""

    slug: str
    name: str
    purpose: str = "reply"
    topic_id: int | None = None
    asked: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    retired: bool = False


def placeholders(text: str) -> list[str]:
    """The names between braces, in the order they come, once each."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced; those that have no value stay, to be seen and filled by hand."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1]) or found[0], text)


def check_filled(text: str, *, field: str = "body") -> None:
    """Refuses a text in which a placeholder is left."""
    left = ["{" + name + "}" for name in placeholders(text) if name in PLACEHOLDERS]
    if left:
        raise Refused(N_("Remplacez %(missing)s avant d’envoyer."), field=field, missing=", ".join(left))


def in_language(template: Template, language: str) -> str:
    """The text in this language, or else in French."""
    return template.texts.get(language) or template.texts.get("fr", "")


def language_for(contact: Contact) -> str:
    """In which language this person is answered: theirs, once it is sure who they are, else that of the exchange."""
    known = contact.citizen if contact.certainty == "confirmed" else None
    return known.language if known is not None and known.language else contact.language


def automatic(contact: Contact, slug: str, values: Mapping[str, str]) -> str:
    """What the organization has written for this automatic text; empty when it wrote nothing that can be filled."""
    query = db.select(Template).filter_by(organization_id=contact.organization_id, slug=slug, retired=False)
    template = db.session.scalar(query)
    text = fill(in_language(template, contact.language), values) if template else ""
    return "" if placeholders(text) else text


def templates(organization_id: int, *, retired: bool = False) -> list[Template]:
    """The organization's templates, by name; those in use, or all."""
    query = db.select(Template).filter_by(organization_id=organization_id)
    query = query if retired else query.filter_by(retired=False)
    return list(db.session.scalars(query.order_by(Template.name)))


def offered(organization_id: int) -> list[Template]:
    """What a composer offers: not what goes out by itself."""
    return [one for one in templates(organization_id) if one.slug not in AUTOMATIC]


def search(organization_id: int, typed: str, topics: Mapping[int, str]) -> list[Template]:
    """Those that every typed word is in: in the name first, then in what people ask, the topic, or the French text.

    A word is in a text that has another ending of it (« pièce manquante », « pièces manquantes »). `topics` are their
    names: what is answered is of another room.
    """
    words = [one for one in name_key(typed).split() if one not in analyzer_for("fr").stop_words][:8]
    if not words:
        return []
    ranked = []
    for place, one in enumerate(offered(organization_id)):
        said = (one.name, one.asked, topics.get(one.topic_id or 0, ""), one.texts.get("fr", ""))
        ranks = [_rank(word, said) for word in words]
        if None not in ranks:
            ranked.append((sum(rank or 0 for rank in ranks), place, one))
    return [one for *_, one in sorted(ranked, key=lambda found: found[:2])]


def _rank(word: str, said: tuple[str, ...]) -> int | None:
    """In which of these a word begins with this one, or has its stem; None in none."""
    stems = {_stem(word), word}
    for place, text in enumerate(said):
        words = _LETTERS.findall(name_key(text))
        if any(one.startswith(word) or _stem(one) in stems for one in words):
            return place
    return None


@lru_cache(4_000)
def _stem(word: str) -> str:
    """A word without its ending."""
    return analyzer_for("fr").stem(word)


def meant(organization_id: int, typed: str, topics: Mapping[int, str]) -> Template:
    """The one that these words mean without doubt. Refuses none, and several."""
    found = search(organization_id, typed, topics)
    named = [one for one in found if name_key(one.name) == name_key(typed)]
    found = named or found
    if not found:
        raise Refused(N_("Aucune réponse préparée ne répond à ces mots."), field="template-words")
    if len(found) > 1:
        names = ", ".join(one.name for one in found[:5])
        raise Refused(N_("Laquelle : %(names)s ?"), field="template-words", names=names)
    return found[0]


def template(template_id: int, *, organization_id: int) -> Template:
    """One template of the organization."""
    return find_own(Template, template_id, organization_id)


def save(template_id: int | None, draft: TemplateDraft, *, version: int, by: Person) -> Template:
    """Keeps a template; its former words stay in its history."""
    _check(draft)
    values = asdict(draft)
    if template_id is None:
        row = Template(organization_id=by.organization_id, **values)
        _refuse_twice(row)
        db.session.add(row)
    else:
        row = template(template_id, organization_id=by.organization_id)
        row = db.session.scalars(locked(db.select(Template).filter_by(id=row.id))).one()
        check_version(row, version, values)
        for name in ("name", "purpose", "topic_id", "asked", "texts", "retired"):
            setattr(row, name, values[name])
    db.session.flush()
    details = {"texts": dict(row.texts), "retired": row.retired, "version": row.version}
    history.record("template.saved", row, by=by.actor, details=details)
    return row


def _check(draft: TemplateDraft) -> None:
    if not draft.name:
        raise Refused(N_("Donnez un nom au modèle."), field="name")
    if not _SLUG.fullmatch(draft.slug):
        raise Refused(N_("Écrivez un nom court sans accent ni espace, comme rendez-vous."), field="slug")
    if draft.purpose not in PURPOSES:
        raise Refused(N_("Choisissez une des réponses proposées."), field="purpose")
    if not draft.texts.get("fr"):
        raise Refused(N_("Écrivez au moins le texte français."), field="texts-fr")
    wanted = set(placeholders(draft.texts["fr"]))
    for language, text in draft.texts.items():
        _check_text(language, text, wanted, known=set(AUTOMATIC.get(draft.slug, PLACEHOLDERS)))


def _check_text(language: str, text: str, wanted: set[str], *, known: set[str]) -> None:
    used, where = set(placeholders(text)), f"texts-{language}"
    if len(text) > LONGEST:
        raise Refused(N_("Ce texte est trop long : %(most)s caractères au plus."), field=where, most=LONGEST)
    for name in sorted(used - known):
        raise Refused(
            N_("%(name)s n’est pas un mot que Relais sait remplacer."), field=where, name="{" + name + "}"
        )
    for name in sorted(wanted - used):
        raise Refused(
            N_("Il manque %(name)s, que le texte français emploie."), field=where, name="{" + name + "}"
        )


def _refuse_twice(row: Template) -> None:
    same = db.select(Template.id).filter_by(organization_id=row.organization_id, slug=row.slug)
    if db.session.scalar(same):
        raise Refused(N_("Ce nom court est déjà pris."), field="slug")
