"""An answer becomes an article: a draft, prefilled, from which personal data are proposed for removal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.articles.editing import Draft, Written, add_article
from portal.articles.models import Topic
from portal.articles.personal import Mark, check, personal, without
from portal.cases import keeping, questions
from portal.cases.models import Case
from portal.contacts import answering
from portal.contacts.models import Contact
from portal.database import db
from portal.directory.models import Organization, Service
from portal.staff.models import Staff
from portal.views.console.cases import page
from portal.views.console.contact import composing
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.forms import Form, new_key


@dataclass(frozen=True, slots=True)
class Source:
    """Where an article would come from: what was asked, what was answered, and whose names are in it."""

    asked: str
    answered: str
    topic_id: int | None
    names: tuple[str, ...]
    back: str


@bp.get("/contacts/<int:contact_id>/article")
@agents
def contact_article(contact_id: int) -> str:
    return _page(_of_contact(contact_id), Form())


@bp.post("/contacts/<int:contact_id>/article")
@agents
def propose_from_contact(contact_id: int) -> Any:
    return _save(_of_contact(contact_id))


@bp.get("/cases/<int:case_id>/article")
@agents
def case_article(case_id: int) -> str:
    return _page(_of_case(keeping.find_case(case_id, by=me())), Form())


@bp.post("/cases/<int:case_id>/article")
@agents
def propose_from_case(case_id: int) -> Any:
    return _save(_of_case(keeping.find_case(case_id, by=me())))


def _save(source: Source) -> Any:
    """A draft, for an editor to read: never published from here."""
    form = Form(request.form)
    title, body = form.text("title", required=True, longest=300), form.text("body", required=True)
    with refusals_shown(form):
        form.refuse_unread()
        if not form.text("as_is"):
            check("title", title, _marks(title, source))
            check("body", body, _marks(body, source))
        topic = db.session.get(Topic, form.number("topic") or 0)
        written = Written(title, body=body.replace("\r\n", "\n"), questions=(title,))
        draft = Draft(texts={"fr": written}, topic=topic.slug if topic else "")
        add_article(draft, by=me().actor, form_key=form.key())
    if not form.valid:
        return _page(source, form), 422
    db.session.commit()
    flash("Brouillon gardé : la rédaction le trouvera parmi les brouillons.")
    return redirect(source.back)


def _page(source: Source, form: Form) -> str:
    asked, answered = _marks(source.asked, source), _marks(source.answered, source)
    clean = {"title": without(source.asked, asked)[:300], "body": without(source.answered, answered)}
    return render_template(
        "console/contact/article_from.html",
        source=source,
        marked={
            "asked": list(pieces(source.asked, asked)),
            "answered": list(pieces(source.answered, answered)),
        },
        removed=[*asked, *answered],
        topics=list(composing.topic_names().items()),
        values={**clean, "topic": source.topic_id or "", **form.values},
        errors=form.errors,
        form_key=form.key() if form.data else new_key(),
    )


def pieces(text: str, marks: Iterable[Mark]) -> Iterable[tuple[str, str]]:
    """The text in pieces: the words, and what is personal in them, empty where nothing is."""
    at = 0
    for one in marks:
        yield text[at : one.start], ""
        yield one.text, one.kind
        at = one.end
    yield text[at:], ""


def _of_contact(contact_id: int) -> Source:
    contact = answering.find_contact(contact_id, by=me())
    back = url_for("console.contact", contact_id=contact.id)
    return _source([contact], contact.subject, contact.topic_id, back)


def _of_case(case: Case) -> Source:
    back = url_for("console.case", case_id=case.id)
    return _source(page.contacts_of(case), case.subject, case.topic_id, back)


def _source(contacts: list[Contact], subject: str, topic_id: int | None, back: str) -> Source:
    """The first thing asked, and the last answer that a person gave: in writing, by word of mouth, or to a question."""
    messages = sorted((one for contact in contacts for one in contact.messages), key=lambda one: one.at)
    first = next((one.body for one in messages if one.direction == "in"), "")
    written = [one.body for one in messages if one.direction == "out" and not one.automatic and one.author_id]
    said = [one.answer for one in contacts if one.answer]
    asked = [one for one in questions.questions_of([one.id for one in contacts]) if one.answer]
    answers = written or said or [one.answer for one in asked]
    question = (
        asked[0].text if asked and not written and not said else subject or " ".join(first.split())[:200]
    )
    return Source(question, answers[-1] if answers else "", topic_id, _names(contacts), back)


def _names(contacts: list[Contact]) -> tuple[str, ...]:
    """Those of the citizens and of the staff who took part."""
    citizens = {one.citizen.name for one in contacts if one.citizen is not None}
    ids = {one.agent_id for one in contacts} | {
        one.author_id for contact in contacts for one in contact.messages
    }
    staff = db.session.scalars(db.select(Staff).where(Staff.id.in_(ids)))
    return (*sorted(citizens), *sorted({one.name for one in staff}))


def _marks(text: str, source: Source) -> list[Mark]:
    """What is personal in it, but for what we publish ourselves of the services it names."""
    found = personal(text, names=source.names)
    values = {one.text for one in found} | {_number(one.text) for one in found}
    ours = set(db.session.scalars(db.select(Organization.phone).where(Organization.phone.in_(values))))
    ours |= set(db.session.scalars(db.select(Organization.email).where(Organization.email.in_(values))))
    for column in (Service.phone, Service.email, Service.address):
        ours |= set(db.session.scalars(db.select(column).where(column.in_(values))))
    return personal(text, names=source.names, ours=ours)


def _number(text: str) -> str:
    digits = "".join(c for c in text if c.isdigit())
    return "+33" + digits[-9:] if len(digits) >= 10 else text
