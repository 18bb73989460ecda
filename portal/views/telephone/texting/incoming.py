"""An incoming text: one message in one thread, and an automatic answer when it helps."""

from __future__ import annotations

from typing import Any

from flask import request
from twilio.twiml.messaging_response import MessagingResponse

from portal.cases.opening import open_case, reopen_case
from portal.citizens.identifying import identifier, network_number
from portal.contacts.codes.bridge_codes import code_in
from portal.contacts.courtesies import asks_nothing, thanks
from portal.contacts.models import DISTRESS, Contact
from portal.contacts.recording import receive_text
from portal.contacts.texts import pictures
from portal.contacts.texts.consenting import heed, settle
from portal.database import db
from portal.history import CITIZEN
from portal.lines.models import Line
from portal.lines.saying import find_line
from portal.telephony import events
from portal.views.telephone import bp, speech
from portal.views.telephone.guard import signed
from portal.views.telephone.texting.answering import (
    answer_code,
    answer_keyword,
    answer_picture,
    answer_text,
    wait_in_line,
    written_in,
)

STEPS = {
    "distress": DISTRESS,
    "answer": "Réponse automatique envoyée",
    "reference": "Attend une réponse",
    "none": "Attend une réponse",
    "code": "A donné le code du site",
}
PICTURE, EMPTY = "(photo, sans texte)", "(sans texte)"
IN_VAIN = "Veut de nouveau nos SMS, que le réseau bloque : appelez, et faites envoyer START"


@bp.post("/text")
@signed
def receive() -> Any:
    """Answers at once with nothing: what we say back leaves by the outbox, after the commit."""
    sid, number = request.form.get("MessageSid", ""), network_number(request.form.get("From", ""))
    line = find_line(request.form.get("To", ""))
    new = events.note(f"text:{sid}", "text", request.form.to_dict())
    if new and line is not None:
        named = pictures.names(request.form)
        _take(line, sid, number, request.form.get("Body", ""), named)
    db.session.commit()
    return speech.answer(MessagingResponse())


def _take(line: Line, sid: str, number: str, body: str, named: list[str]) -> None:
    """A hidden number keeps its text too: a contact that cannot be answered, and is read all the same."""
    used = identifier("phone", number) if number else None
    ours = line.text_number or line.number
    where = {"line": ours, "language": written_in(body)}
    said = body if body.strip() else PICTURE if named else EMPTY
    message, new = receive_text(sid, used, said, organization_id=line.organization_id, **where)
    if not new:
        return
    contact = message.contact
    pictures.expect(message, named)
    if code_in(body):
        contact.step = STEPS[answer_code(contact, body)]
        return
    asked = heed(message, request.form.get("OptOutType", ""), request.form.get("To", ""))
    if asked is not None:
        answer_keyword(contact, asked)
        if asked.in_vain:
            contact.step = IN_VAIN
        elif asked.asks == "help":  # somebody in trouble writes this word too: an agent reads it
            contact.step = "A écrit AIDE"
        else:
            settle(contact)
        return
    if contact.case_id is None and not named and (asks_nothing(body) or not body.strip()):
        _hear(contact, body)
        return
    # nothing asked below looks for what is not yet written: one UPDATE, not four
    with db.session.no_autoflush:
        case = open_case(contact, by=CITIZEN)
        if case.state != "open":  # they gave what was asked for, or it is not over
            reopen_case(case, by=CITIZEN)
        only_shown = named and not body.strip()
        answered = (
            answer_picture(line, contact, case) if only_shown else answer_text(line, contact, body, case)
        )
        if contact.step != DISTRESS:  # what follows a cry for help does not make it less urgent
            contact.step = STEPS[answered]


def _hear(contact: Contact, body: str) -> None:
    """It opens no matter and no deadline, and no receipt says that it did: thanks need nobody, the rest is read."""
    if thanks(body):
        settle(contact)
    else:
        wait_in_line(contact)
        contact.step = contact.step or STEPS["none"]
