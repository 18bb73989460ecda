"""What to answer and where to send people: the articles found and the services proposed beside a conversation."""

from __future__ import annotations

import logging
import re
from typing import Any

from sqlalchemy.exc import DBAPIError

from portal import clock
from portal.articles import library
from portal.articles.models import Article, ArticleText, Topic
from portal.contacts import rereading
from portal.contacts.models import Contact
from portal.database import db
from portal.directory import reading
from portal.directory.models import Service
from portal.referrals.deciding.distress import distress
from portal.referrals.deciding.situations import AGES, FLAGS, URGENCIES, Situation, answers_at, today
from portal.referrals.deciding.suggesting import Suggestion, suggest
from portal.referrals.deciding.urgency import urgency
from portal.views import here
from portal.views.context import searcher, settings
from portal.views.forms import Form

log = logging.getLogger(__name__)

MOST_FOUND = 4  # beside a conversation; « Chercher une réponse » has them all
LONGEST_QUESTION = 300
# How to reach somebody asks nothing: « 06 39 98… » would find the article that speaks of 39 °C.
_REACHED_BY = re.compile(r"\S+@\S+|(?<!\w)(?:\+|00|0)\d(?:[ .\-]?\d){7,13}(?!\w)")
MAY_TELL = {  # what an agent may ask, as staff read it
    name: [(code, one.staff) for code, one in choices.items()]
    for name, choices in (("age", AGES), ("flags", FLAGS), ("urgency", URGENCIES))
}


def find(words: str, language: str) -> Any:
    """The answers to these words, or None where there are none to search for, or the search itself is down.

    A search that fails must not take the conversation away from who is answering it.
    """
    if not words:
        return None
    try:
        return library.find(searcher(), words, language=language, limit=MOST_FOUND)
    except DBAPIError:
        raise
    except Exception as error:  # whatever the index suffers from; its message may quote what was asked
        log.error("search failed: %s", type(error).__name__)
        return None


def in_french(found: Any) -> dict[int, str]:
    """What the articles found in another language are called in French, for the agent who sends them."""
    foreign = (
        [hit.id for hit in found.hits if hit.noun == "article" and hit.language != "fr"] if found else []
    )
    if not foreign:
        return {}
    query = db.select(ArticleText).filter_by(language="fr").where(ArticleText.article_id.in_(foreign))
    return {text.article_id: text.title for text in db.session.scalars(query)}


def question_of(contact: Contact) -> str:
    """What the person asked: the subject, else the first words they wrote. To speak to somebody, as a menu says, asks
    nothing."""
    if contact.channel == "phone" and contact.provider_ref and contact.topic_id is None:
        return ""
    ours = contact.direction == "out" and contact.channel != "phone"  # its subject says why we wrote
    said = rereading.first_words(contact) if ours or not contact.subject else contact.subject
    return " ".join(_REACHED_BY.sub(" ", said).split())[:LONGEST_QUESTION]


def said_by(contact: Contact, words: str) -> str:
    """What is looked for, and what the person wrote."""
    said = " ".join([words, *rereading.latest_words(contact)])
    return _REACHED_BY.sub(" ", said)[:2000]


def in_danger(contact: Contact, words: str) -> list[tuple[str, str]]:
    """The national numbers, and what each is for, where what was said is of distress."""
    if not distress(said_by(contact, words), contact.language):
        return []
    return [(one.number, one.labels.get("fr", "")) for one in reading.help_numbers(emergency=True)]


def told(form: Form | None) -> dict[str, Any]:
    """What the person says of themselves, as the agent ticked it: it stays in the form, and nothing of it is kept."""
    if form is None:
        return {}
    age, soon = form.values.get("age", ""), form.values.get("urgency", "")
    return {
        "age": age if age in AGES else "",
        "flags": frozenset(flag for flag in form.data.getlist("flags") if flag in FLAGS),
        "urgency": soon if soon in URGENCIES else "",
    }


def commune_of(contact: Contact) -> str:
    """Where the matter is, else where the person lives once it is sure who they are."""
    known = contact.person if contact.certainty == "confirmed" else None
    return contact.commune or (known.commune if known else "")


def suggestions(contact: Contact, words: str, found: Any, form: Form | None = None) -> list[Suggestion]:
    """The services whose matter it is, and why."""
    topic = db.session.get(Topic, contact.topic_id) if contact.topic_id else None
    said = said_by(contact, words)
    zone, of_them = here.zone(), told(form)
    situation = Situation(
        words=said,
        language=contact.language,
        topics=(topic.slug,) if topic else (),
        commune=commune_of(contact),
        channel=contact.channel,
        open=answers_at(clock.now(), zone, contact.organization_id),
        age=of_them.get("age", ""),
        flags=of_them.get("flags", frozenset()),
        urgency=of_them.get("urgency") or urgency(said, contact.language),
        at=today(zone),
        article_ids=tuple(one.article_id for one in found.candidates) if found else (),
        scores=tuple(one.score for one in found.candidates) if found else (),
    )
    return suggest(
        situation, organization_id=contact.organization_id, months=settings().stale_months, reader="fr"
    )


def is_proposed(one: Suggestion, service_id: int) -> Service | None:
    """The service, if it is the one or one of those suggested."""
    offices = one.resolution.offices if one.resolution else ()
    among = [one.service, *(office.service for office in offices)]
    return next((service for service in among if service and service.id == service_id), None)


def said_in_french(one: Suggestion) -> tuple[str, str]:
    """A service's name and why it is proposed, as the agent reads them, whatever language the citizen speaks."""
    of_kind = one.resolution.name("fr") if one.resolution else one.name
    name = reading.text_in(one.service, "fr").name if one.service else of_kind
    explained = one.rule_version.explanations.get("fr") if one.rule_version else ""
    return name, explained or one.reason


def address(noun: str, slug: str, language: str) -> str:
    """Where citizens read an article, or fetch a document."""
    return f"/{language}/{noun}s/{slug}"


def to_insert(article_id: int, language: str) -> str:
    """What is put in a reply: the article's title and its address, in the language of the person if it has it."""
    article = db.session.get(Article, article_id)
    if article is None or article.state != "published":
        return ""
    lang = language if language in article.texts else "fr"
    text = article.texts.get(lang)
    return in_reply(text.title if text else article.slug, article.slug, lang)


def in_reply(title: str, slug: str, language: str) -> str:
    """An article as a reply names it. A straight apostrophe: the other one doubles the price of a text message."""
    plain = title.replace("’", "'")
    return f"{plain} : {settings().public_base_url}{address('article', slug, language)}"
