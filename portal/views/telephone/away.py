"""The database is away: whoever calls still hears whom to call, and what the network tells is kept and done later."""

from __future__ import annotations

import json
from typing import Any

from flask import abort, request
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from portal import clock
from portal.contacts.calling import hold_call, miss_in_outage
from portal.database import db
from portal.desk.waiting import queue_for_topic
from portal.lines.saying import find_line
from portal.views.context import settings
from portal.views.language import phone_text
from portal.views.refusals import AWAY, database_away
from portal.views.spooling import keep_request, way
from portal.views.telephone import bp, speech
from portal.views.telephone.contact import contact_of
from portal.views.telephone.guard import is_from_the_network

IN_LINE = ("telephone.wait", "telephone.waited")
SPOKEN_TO = (
    "telephone.ring",
    "telephone.choose",
    "telephone.answered",
)  # they heard whom else to call, and hung up
FRENCH = "fr"


def _away(error: Exception) -> Any:
    db.session.rollback()
    way().tell(error)
    if clock.is_past():
        return database_away(error)
    if request.endpoint in IN_LINE:  # they wait for an agent, not for the database
        return speech.answer(_still_in_line())
    kept = keep_request()
    if request.path.startswith("/telephone/voice"):
        return speech.answer(_whom_to_call(kept))
    if not kept:
        return database_away(error)
    return speech.answer(MessagingResponse()) if request.path == "/telephone/text" else ("", 204)


@bp.before_request
def remember() -> Any:
    """A call that came during the outage is recorded, to be called back: nobody is there to be answered now."""
    if not clock.is_past() or request.endpoint not in SPOKEN_TO:
        return None
    if not is_from_the_network():
        abort(403)
    line = find_line(request.form.get("To", ""))
    if line is not None:
        contact = hold_call(contact_of(line, speech.language()).provider_ref or "")
        queue = queue_for_topic(None, organization_id=line.organization_id)
        if contact is not None:
            miss_in_outage(contact, queue.id if queue else None)
    db.session.commit()
    return "", 204


def _whom_to_call(kept: bool) -> VoiceResponse:
    """Says that it is not working, that the call is noted if it is, and the direct numbers."""
    noted = " Votre appel est noté : nous vous rappellerons." if kept else ""
    direct = "".join(f" {one['name']} : {phone_text(one['phone'])}." for one in _direct_numbers())
    text = (
        f"Notre service est momentanément indisponible.{noted}{direct} "
        "En cas d’urgence, appelez le 15, le 17, le 18 ou le 112, ou envoyez un SMS au 114."
    )
    return speech.goodbye(text, FRENCH)


def _direct_numbers() -> list[dict[str, str]]:
    """As a worker last wrote them down (`work.direct_numbers`), for when nothing can be looked up."""
    try:
        told: list[dict[str, str]] = json.loads((settings().data_dir / "direct-numbers.json").read_text())
    except (OSError, ValueError):
        return []
    return told


def _still_in_line() -> VoiceResponse:
    twiml = VoiceResponse()
    speech.speak(twiml, "Merci de patienter, vous êtes toujours en ligne.", FRENCH)
    twiml.pause(length=10)
    twiml.redirect(speech.at("wait", lang=speech.language()), method="POST")
    return twiml


for kind in AWAY:
    bp.register_error_handler(kind, _away)
