"""Texts that we answer by ourselves: the right article when the search is sure, else a reference."""

from __future__ import annotations

from datetime import timedelta

from flask import url_for
from flask_babel import force_locale, gettext

from knowledge_base.evaluate import ANSWERING
from knowledge_base.reading.language import language_of
from portal import budgets, history
from portal.articles import library
from portal.articles.models import Topic
from portal.cases.models import Case
from portal.cases.references import spoken
from portal.contacts.answering import reply
from portal.contacts.models import Contact
from portal.database import db
from portal.desk import waiting
from portal.directory.models import Organization
from portal.lines.models import Line
from portal.lines.saying import say
from portal.referrals.distress import distress
from portal.views.context import searcher, settings
from portal.views.language import LANGUAGES

DAY = timedelta(days=1)
BUDGETS = (("number", 20), ("all", 20_000))  # automatic texts a day


def answer_text(line: Line, contact: Contact, body: str, case: Case) -> str:
    """Writes the automatic answer and says which it was: distress, answer, reference, or none.

    Words of distress are told apart whoever has the contact and whatever was spent; only the text itself is counted.
    """
    found = library.find(searcher(), body, language=contact.language, kinds=ANSWERING, limit=2)
    _queue(contact, found)
    if distress(body, contact.language):
        if _within(contact):
            _reply(contact, _in_danger(contact.language))
        return "distress"
    if contact.agent_id is not None or not _within(contact):
        return "none"
    if found.sure and found.hits:
        _reply(contact, _sure(contact, found.hits[0]))
        return "answer"
    if not any(message.automatic for message in contact.messages):
        _tell_reference(line, contact, case)
        return "reference"
    return "none"


def written_in(body: str) -> str:
    """The language of a text among ours; French when it does not show."""
    found = language_of(body, "fr")
    return found if found in LANGUAGES else "fr"


def _queue(contact: Contact, found: library.Answers) -> None:
    """Waits where its topic is answered; a topic is only as good as the first answer that names it."""
    if contact.state != "open" or contact.queue_id is not None:
        return
    topic = found.hits[0].topic if found.hits else ""
    contact.topic_id = db.session.scalar(db.select(Topic.id).filter_by(slug=topic)) if topic else None
    queue = waiting.queue_for_topic(contact.topic_id, organization_id=contact.organization_id)
    if queue is not None:
        waiting.enqueue(contact, queue)


def send_reference(line: Line, contact: Contact, case: Case) -> None:
    """A text that says: received, under this reference. None to a number that is hidden or asked for no texts."""
    if _takes_texts(contact) and _within(contact):
        _tell_reference(line, contact, case)


def _tell_reference(line: Line, contact: Contact, case: Case) -> None:
    if not _takes_texts(contact):
        return
    with force_locale(contact.language):
        ours = gettext("Bien reçu, réf. {reference}. Un agent vous répond.")
    text = say(line, "text_received", contact.language) or ours
    _reply(contact, text.replace("{reference}", spoken(case.reference)))


def _takes_texts(contact: Contact) -> bool:
    return contact.identifier is not None and contact.identifier.opted_out_at is None


def _reply(contact: Contact, text: str) -> None:
    reply(contact, text, channel="text", form_key=None, by=history.SYSTEM, automatic=True)


def _within(contact: Contact) -> bool:
    whom = {"number": str(contact.identifier_id), "all": ""}
    return all(budgets.spend(f"text:{by}", whom[by], most=most, per=DAY) for by, most in BUDGETS)


def _in_danger(language: str) -> str:
    with force_locale(language):
        return gettext(
            "En danger ? Appelez le 15, le 17, le 18 ou le 112, ou le 114 par SMS. Un agent va vous répondre."
        )


def _sure(contact: Contact, hit: library.Hit) -> str:
    host = db.session.get_one(Organization, contact.organization_id)
    link = settings().public_base_url + url_for("public.article", lang=contact.language, slug=hit.slug)
    with force_locale(contact.language):
        more = gettext("Autre question ? Répondez à ce SMS.")
    return f"{host.name} : {hit.title}. {link} {more}"
