"""The page of a contact, drawn again with everything typed whichever of its buttons was pressed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from flask import render_template

from portal import history
from portal.articles.models import Topic
from portal.cases import questions
from portal.cases.models import Case, Promise
from portal.citizens import identifying, relations
from portal.citizens.models import Citizen
from portal.contacts import answering, noting, representing
from portal.contacts.models import Contact, Message
from portal.contacts.texts import delivery
from portal.database import db
from portal.desk import offering, waiting
from portal.desk.models import Queue
from portal.referrals.following import referring
from portal.views import kept, moments
from portal.views.choosing import fill_in
from portal.views.console.contact import answers, composing, visits
from portal.views.console.contact.addressing import channels
from portal.views.console.contact.questions_form import typed
from portal.views.console.door import may_read, me, name_of, note_reading
from portal.views.console.finding import typed as finding
from portal.views.console.people import briefing
from portal.views.forms import Form, new_key


@dataclass(frozen=True, slots=True)
class Who:
    """Whose contact it is. `kind`: known, likely, guessed, several, unknown, hidden or nobody (no way to tell)."""

    kind: str
    people: tuple[Citizen, ...] = ()
    evidence: str = field(default="")


def who(contact: Contact) -> Who:
    """What may be said of who this is: a name once confirmed or likely, names alone while several are possible."""
    if contact.person is not None and contact.certainty == "confirmed":
        return Who("known", (contact.person,))
    if contact.identifier is None:
        return Who("hidden" if contact.channel == "phone" and contact.direction == "in" else "nobody")
    found = identifying.identify(contact.identifier)
    if contact.certainty == "denied":  # of a shared number, it may still be one of the others
        return Who("several", found.citizens) if found.match == "several" else Who("unknown")
    if found.match == "unknown" and contact.person is not None:
        return Who("guessed", (contact.person,))
    kinds = {"one": "likely", "probable": "guessed"}
    return Who(kinds.get(found.match, found.match), found.citizens, _evidence(contact, found))


def _evidence(contact: Contact, found: identifying.Identity) -> str:
    if found.match != "probable" or contact.identifier is None:
        return ""
    return next((link.evidence for link in contact.identifier.links), "")


def topic(form: Form) -> int | None:
    """The topic chosen, if there is such a one."""
    topic_id = form.number("topic")
    if topic_id is not None and db.session.get(Topic, topic_id) is None:
        form.refuse("topic", "Choisissez une des réponses proposées.")
    return topic_id


def jot(contact: Contact, form: Form) -> None:
    """Keeps the note and the topic typed so far, if this is still going on."""
    if contact.state == "in_progress" and "note" in form.values:
        answering.jot(contact, note=form.text("note"), topic_id=topic(form), by=me().actor)


def half_written(form: Form) -> bool:
    """Whether something is begun that is kept nowhere else: the page then comes back with it as it was."""
    return any(
        form.text(name) for name in ("body", "answer", "disposition", "promise", "due", "service-words")
    )


def used_articles(form: Form) -> list[int]:
    """The articles whose words or address were put in the answer."""
    return [int(one) for one in form.data.getlist("articles") if one.isascii() and one.isdigit()][:20]


def insert_article(contact: Contact, form: Form) -> None:
    """Puts an article's title and address in the reply being written, and remembers that it was used."""
    article_id = form.number("insert")
    text = answers.to_insert(article_id, contact.language) if article_id is not None else ""
    if text:
        form.values["body"] = f"{form.text('body')}\n{text}".strip()
        form.data.add("articles", str(article_id))


def choose_service(contact: Contact, form: Form) -> None:
    """Fills the referral with a service that was proposed, and why it was."""
    chosen = form.number("suggest")
    if chosen is None:
        return
    asked = form.text("q") or answers.question_of(contact)
    for one in answers.suggestions(contact, asked, answers.find(asked, contact.language), form):
        if service := answers.is_proposed(one, chosen):
            rule = str(one.rule_version.id) if one.rule_version else ""
            fill_in(form, service)
            form.values.update(reason=answers.said_in_french(one)[1], rule=rule, disposition="referred")


def show(contact: Contact, form: Form | None = None, sought: str = "") -> str:
    """The page, with what was typed and who was looked for. What it shows of somebody's file is a reading of it."""
    found = who(contact)
    brief = brief_of(contact, found)
    page = render_template(
        "console/contact/contact.html",
        contact=contact,
        who=found,
        brief=brief,
        sought=finding.find(sought) if sought else None,
        values=form.values if form and form.data else _kept(contact),
        errors=form.errors if form else {},
        error_ids={"": "contenu", "name": "new_name"},
        form_key=new_key(),
        articles=used_articles(form) if form else [],
        **_around(contact, form),
    )
    if brief is not None:
        note_reading(brief.citizen.id)
    return page


def brief_of(contact: Contact, found: Who) -> briefing.Brief | None:
    """What to know first of the person, once it is one person and the reader may know it."""
    known = found.people[0] if found.kind in ("known", "likely") else None
    return briefing.brief(known, beside=contact) if known and may_read(known) else None


def _kept(contact: Contact) -> dict[str, Any]:
    fields = ("note", "answer", "disposition")
    return {"topic": contact.topic_id, "remember": "1", **{name: getattr(contact, name) for name in fields}}


def _around(contact: Contact, form: Form | None) -> dict[str, Any]:
    """What stands around the conversation."""
    spoken = said(contact)
    promises = db.select(Promise).filter_by(contact_id=contact.id).order_by(Promise.due_at)
    events = history.of(contact)[::-1]
    later = noting.notes_of([contact.id])
    authors = {one.author_id for one in spoken["latest"]} | history.actors(events)
    authors = authors | {one.author_id for one in later}
    mine = contact.state == "in_progress" and contact.agent_id == me().id
    seen = visits.visited([contact.id])
    return {
        **where(contact, authors),
        **_proposed(contact, form, seen.question),
        **spoken,
        "typed_of": typed,
        "questions": questions.questions_of([contact.id]),
        "speakers": speakers(contact),
        "spoke": representing.who_spoke(contact),
        "promises": list(db.session.scalars(promises)),
        "referrals": referring.referrals_of([contact.id]),
        "topics": kept.topics(),
        "queues": [(one.id, one.name) for one in waiting.queues(contact.organization_id)],
        "reply_by": list(channels(contact).items()),
        "composer": composing.as_typed(contact, form),
        "mine": mine,
        "later_notes": later,
        "may_note": not mine and noting.may_note(contact, me()),
        "visited": seen,
        "events": events,
    }


def said(contact: Contact) -> dict[str, Any]:
    """The latest messages of an exchange, or the page of them that is asked for."""
    page = moments.page_of(moments.messages(Message.contact_id == contact.id))
    latest = list(page.messages().values())
    return {
        "latest": latest,
        "page": page,
        "set_aside": delivery.set_aside(latest),
        "explained": composing.explained,
    }


def _proposed(contact: Contact, form: Form | None, brought: str) -> dict[str, Any]:
    """What may answer them: articles and services, by what the agent looks for, else by what they asked, else by the
    question that their code `brought`."""
    asked = (form.text("q") if form else "") or answers.question_of(contact) or brought
    found = answers.find(asked, contact.language)
    return {
        "asked": asked,
        "found": found,
        "in_french": answers.in_french(found),
        "suggestions": answers.suggestions(contact, asked, found, form),
        "of_them": answers.told(form),
        "may_tell": answers.MAY_TELL,
        "commune": answers.commune_of(contact),
        "in_danger": answers.in_danger(contact, asked),
    }


def where(contact: Contact, authors: Collection[int | None] = ()) -> dict[str, Any]:
    """Where the contact has got to: who has it or at whom it rings, in which queue, about which matter; and the names
    of these and of `authors`."""
    offer = offering.ringing(contact.id) if contact.channel == "phone" else None
    names = kept.names_of({*authors, contact.agent_id, offer.staff_id if offer else None})
    return {
        "case": db.session.get(Case, contact.case_id) if contact.case_id else None,
        "queue": db.session.get(Queue, contact.queue_id) if contact.queue_id else None,
        "ringing_at": names[offer.staff_id] if offer else "",
        "names": names,
    }


def speakers(contact: Contact) -> list[tuple[int, str]]:
    """Those who may speak for the citizen, by the names the reader may know."""
    if contact.person is None or contact.certainty != "confirmed":
        return []
    around = [(one, relations.other_of(one)) for one in relations.around(contact.person)]
    said = [(one, name_of(other) if other else one.name) for one, other in around]
    return [(one.id, name) for one, name in said if one.kind in relations.REPRESENTS]


def now(contact: Contact, said: str = "", *, refused: bool = False) -> str:
    """The part of the page that says where the contact has got to, and `said`, what came of a button of it."""
    return render_template(
        "console/contact/contact_now.html", contact=contact, said=said, refused=refused, **where(contact)
    )
