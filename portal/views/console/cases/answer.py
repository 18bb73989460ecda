"""An answer to the citizen of a case, as a form says it: by which way, in which words. Its exchange is the agent's."""

from __future__ import annotations

from portal.cases.changing.macros import Answer
from portal.cases.models import Case
from portal.contacts import answering
from portal.desk import taking
from portal.errors import N_, Refused
from portal.views.console.cases import page
from portal.views.console.contact import addressing, composing
from portal.views.console.door import me
from portal.views.forms import Form


def read_answer(found: Case, form: Form) -> Answer:
    """What is answered, in a contact that is held: hold the case after it, as whatever begins with a contact does.
    Refuses whatever the form could not be read of."""
    ways = {one.key: one for one in addressing.ways(found, page.contacts_of(found))}
    way = ways.get(form.choice("way", ways, required=True))
    body = form.text("body", required=True)
    form.refuse_unread()
    if way is None:
        raise Refused(N_("Choisissez une des réponses proposées."), field="way")
    contact = answering.hold_contact(way.contact.id, by=me())
    if contact.state in ("open", "waiting"):
        taking.take(contact.id, by=me())
    answering.check_held(contact, by=me())
    composing.check(contact, form, body)
    return Answer(contact, way.channel, body)
