"""Several questions in one contact: each with its topic, its answer, its end, and a case of its own if need be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select

from portal import history
from portal.among import among, in_order
from portal.articles.models import Topic
from portal.cases import opening
from portal.cases.models import Case, Question
from portal.contacts.models import DISPOSITIONS, Contact
from portal.database import db, hold
from portal.errors import N_, Missing, Refused
from portal.history import Person

LONGEST, MOST = 300, 12


@dataclass(frozen=True, slots=True)
class Said:
    """What the form says of a question. `answer` is for the citizen."""

    text: str
    topic_id: int | None = None
    answer: str = ""
    disposition: str = ""


def ask(contact: Contact, said: Said, *, by: Person) -> Question:
    """One more question in this contact; asked in the same words, it is the same. Hold the contact first."""
    _check(said)
    known = questions_of([contact.id])
    same = next((one for one in known if one.text == said.text.strip()), None)
    if same is not None:
        return same
    if len(known) >= MOST:
        raise Refused(N_("Douze questions au plus dans un échange."), field="question")
    question = Question(contact_id=contact.id, text=said.text.strip(), **_rest(said))
    db.session.add(question)
    history.record("question.asked", question, by=by.actor, citizen_id=contact.citizen_id)
    return question


def answer(question: Question, said: Said, *, by: Person) -> bool:
    """Its words, topic, answer and end, as they are now. False if nothing changed."""
    _check(said)
    hold(question)
    asked = {"text": said.text.strip(), **_rest(said)}
    changed = {name: value for name, value in asked.items() if getattr(question, name) != value}
    for name, value in changed.items():
        setattr(question, name, value)
    if changed:
        whose = question.contact.citizen_id
        details = {"changed": sorted(changed)}
        history.record("question.answered", question, by=by.actor, citizen_id=whose, details=details)
    return bool(changed)


def open_its_case(question: Question, *, by: Person) -> Case:
    """A case for this question alone, beside the one the contact may have."""
    hold(question)
    if question.case_id is not None:
        return db.session.get_one(Case, question.case_id)
    case = opening.open_beside(
        question.contact, subject=question.text[:200], topic_id=question.topic_id, by=by.actor
    )
    question.case_id = case.id
    return case


def find_question(contact: Contact, question_id: int) -> Question:
    """A question of this contact; another's does not exist."""
    found = db.session.get(Question, question_id)
    if found is None or found.contact_id != contact.id:
        raise Missing
    return found


def questions_of(contact_ids: Iterable[int]) -> list[Question]:
    """The questions of these contacts, in the order they were asked."""
    return list(db.session.scalars(_asked_in(), {"contacts": contact_ids}))


@cache
def _asked_in() -> Select[Question]:
    return db.select(Question).where(among(Question.contact_id, "contacts")).order_by(in_order(Question.id))


def _rest(said: Said) -> dict[str, object]:
    answer_, end = said.answer.strip(), said.disposition
    return {"topic_id": said.topic_id, "answer": answer_, "disposition": end}


def _check(said: Said) -> None:
    if not said.text.strip():
        raise Refused(N_("Écrivez la question."), field="question")
    if len(said.text) > LONGEST:
        raise Refused(
            N_("Ce texte est trop long : %(most)s caractères au plus."), field="question", most=LONGEST
        )
    if said.disposition and said.disposition not in DISPOSITIONS:
        raise Refused(N_("Choisissez une des réponses proposées."), field="disposition")
    if said.topic_id is not None and db.session.get(Topic, said.topic_id) is None:
        raise Refused(N_("Choisissez une des réponses proposées."), field="topic")
