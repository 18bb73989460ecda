"""Looking for an answer beside the conversation, or on a page of its own."""

from __future__ import annotations

from flask import render_template, request

from portal.contacts import answering
from portal.views.console.contact import answers
from portal.views.console.door import agents, bp, me
from portal.views.forms import Form


@bp.get("/search")
@agents
def search() -> str:
    form = Form(request.args)
    words = form.text("q", longest=answers.LONGEST_QUESTION)
    return render_template("console/finding/search.html", asked=words, found=answers.find(words, "fr"))


@bp.get("/contacts/<int:contact_id>/articles")
@agents
def articles(contact_id: int) -> str:
    """The panel of articles of a contact, asked for again while the agent types."""
    contact = answering.find_contact(contact_id, by=me())
    words = Form(request.args).text("q", longest=answers.LONGEST_QUESTION)
    found = answers.find(words, contact.language)
    return render_template(
        "console/finding/articles.html",
        contact=contact,
        asked=words,
        found=found,
        in_french=answers.in_french(found),
        inserting=True,
    )
