"""The form of an article: what it shows of a draft, and the draft it is read as."""

from __future__ import annotations

from typing import Any

from portal.articles.editing import Draft, Written
from portal.articles.models import STATES
from portal.views.admin.content.words import KINDS, LANGUAGES
from portal.views.choosing import read_service
from portal.views.forms import Form

LONGEST_BODY = 200_000


def values_of(draft: Draft) -> dict[str, Any]:
    """The draft, field by field of the form."""
    values: dict[str, Any] = {"kind": draft.kind, "topic": draft.topic, "state": draft.state}
    values["services"] = list(draft.services)
    for language, written in draft.texts.items():
        values |= {
            f"{language}-title": written.title,
            f"{language}-summary": written.summary,
            f"{language}-body": written.body,
            f"{language}-keywords": "\n".join(written.keywords),
            f"{language}-questions": "\n".join(written.questions),
        }
    return values


def read_draft(form: Form) -> Draft:
    """The draft that was typed. A language in which nothing is written is not there."""
    texts = {language: _read_text(form, language) for language in LANGUAGES}
    more = read_service(form, "more_service")
    return Draft(
        texts={language: text for language, text in texts.items() if text != Written("")},
        kind=form.choice("kind", KINDS, required=True),
        topic=form.text("topic"),
        state=form.choice("state", STATES, required=True),
        services=tuple(dict.fromkeys([*form.data.getlist("services"), *([more.slug] if more else [])])),
    )


def typed_values(form: Form, draft: Draft) -> dict[str, Any]:
    """What was typed, to be shown again; a service that was added is among the others."""
    added = {} if "more_service" in form.errors else {"more_service": "", "more_service-words": ""}
    return {**form.values, **added, "services": list(draft.services)}


def _read_text(form: Form, language: str) -> Written:
    return Written(
        title=form.text(f"{language}-title", longest=300),
        summary=form.text(f"{language}-summary", longest=1000),
        body=form.text(f"{language}-body", longest=LONGEST_BODY).replace("\r\n", "\n"),
        keywords=_lines(form.text(f"{language}-keywords")),
        questions=_lines(form.text(f"{language}-questions")),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
