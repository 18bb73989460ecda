"""Looking for an answer beside the conversation, or on a page of its own.

What is typed may be somebody's matter: it is sent by POST, as who is looked for is, and stands in no address.
"""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from portal.contacts import answering
from portal.records.lookups import find_lookup, new_name
from portal.views import guards
from portal.views.console.contact import answers
from portal.views.console.door import agents, bp, me
from portal.views.console.finding.searching import lead_to_kept
from portal.views.forms import Form


@bp.get("/search")
@bp.get("/search/<name>")
@agents
def search(name: str = "") -> str:
    return _page(find_lookup(name, "q", by=me()).asked["q"] if name else "")


@bp.post("/search")
@guards.asks
@agents
def find_answer() -> Any:
    """What was typed is kept under a name that says nothing, so that its page is shown again."""
    words, name = _typed(), new_name()
    return lead_to_kept(url_for("console.search", name=name), name, {"q": words}, lambda: _page(words))


@bp.post("/articles")
@bp.post("/contacts/<int:contact_id>/articles")
@guards.asks
@agents
def articles(contact_id: int | None = None) -> str:
    """The list of articles of that page, or of a contact's, asked for again while the agent types."""
    contact = answering.find_contact(contact_id, by=me()) if contact_id is not None else None
    words = _typed()
    found = answers.find(words, contact.language if contact else "fr")
    return render_template(
        "console/finding/articles.html",
        contact=contact,
        asked=words,
        found=found,
        in_french=answers.in_french(found),
        inserting=contact is not None,
    )


def _typed() -> str:
    return Form(request.form).text("q")[: answers.LONGEST_QUESTION]


def _page(words: str) -> str:
    return render_template("console/finding/search.html", asked=words, found=answers.find(words, "fr"))
