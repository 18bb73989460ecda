"""The fields of the questions of a contact: what they say, and what stands in them."""

from __future__ import annotations

from typing import Any

from portal.cases import questions
from portal.cases.models import Question
from portal.cases.questions import Said
from portal.contacts.models import Contact
from portal.views.console import words
from portal.views.console.contact import composing
from portal.views.console.door import me
from portal.views.forms import Form

NEW = "question"
PARTS = ("", "-topic", "-answer", "-end")


def keep(contact: Contact, form: Form) -> None:
    """Saves what the page says of each question, and the one that was being written."""
    for one in questions.questions_of([contact.id]):
        said = _said(form, f"q{one.id}")
        if said is not None:
            questions.answer(one, said, by=me())
    new = _said(form, NEW)
    if new is not None and new.text:
        questions.ask(contact, new, by=me())


def typed(one: Question, values: dict[str, Any]) -> dict[str, Any]:
    """What stands in the fields of a question: what was typed, else what is kept."""
    name = f"q{one.id}"
    if name in values:
        return {part: values.get(f"{name}{part}", "") for part in PARTS}
    return {"": one.text, "-topic": one.topic_id or "", "-answer": one.answer, "-end": one.disposition}


def _said(form: Form, name: str) -> Said | None:
    """What is written of one question; None where the page does not show it."""
    if name not in form.values:
        return None
    topic = form.choice(f"{name}-topic", [str(topic_id) for topic_id in composing.topic_names()])
    end = form.choice(f"{name}-end", words.DISPOSITIONS)
    answer = form.text(f"{name}-answer", longest=5000)
    form.refuse_unread()
    return Said(form.text(name), topic_id=int(topic) if topic else None, answer=answer, disposition=end)
