"""The database is away: whoever calls still hears whom to call, and what the network tells is kept and done later."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from flask import abort, request
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from portal import clock
from portal.contacts.calls import legs
from portal.database import db, let_go
from portal.desk import offering
from portal.desk.waiting import queue_for_topic
from portal.lines.reaching import called
from portal.lines.saying import find_line
from portal.telephony import events
from portal.views.context import settings
from portal.views.language import phone_text
from portal.views.refusals import AWAY, database_away
from portal.views.spooling import keep_request, way
from portal.views.telephone import bp, speech
from portal.views.telephone.contact import contact_of
from portal.views.telephone.guard import is_from_the_network
from portal.views.telephone.menu.doors import SPOKEN_WITH, given
from portal.views.telephone.menu.walking import resume

IN_LINE = ("telephone.wait", "telephone.waited")  # they wait for an agent, not for the database
GOES_ON = (  # somebody else is on this call, or is about to be: the network asks the same again in a moment
    *("telephone.connect", "telephone.put_through", "telephone.seat", "telephone.alone"),
    *("telephone.agent_answers", "telephone.agent_presses", "telephone.called"),
    *("telephone.third_answers", "telephone.third_presses"),
)
KINDS = {
    "telephone.choose": "menu",
    "telephone.answered": "answered",
    "telephone.recording_choice": "recording_choice",
    "telephone.transferred": "transferred",
}
SPOKEN_TO = ("telephone.ring", *KINDS)  # they heard whom else to call, and hung up
# put through, without what they would hear
PICKED_UP = ("telephone.citizen_answers", "telephone.service_answers")
CARRIED = ("Digits", "DialCallStatus", "DialCallSid", "DialBridged")  # told once, and not when asked again
FRENCH = "fr"


def _away(error: Exception) -> Any:
    let_go()
    way().tell(error)
    if clock.is_past():
        return database_away(error)
    if request.endpoint in IN_LINE:
        return speech.answer(_in_a_moment(10, speech.at("wait", lang=speech.language())))
    if request.endpoint in GOES_ON and not _talk_is_over():
        return speech.answer(_in_a_moment(3, _asked_again()))
    kept = keep_request()
    if request.path.startswith("/telephone/voice"):
        return speech.answer(VoiceResponse() if request.endpoint in PICKED_UP else _whom_to_call(kept))
    if not kept:
        return database_away(error)
    return speech.answer(MessagingResponse()) if request.path == "/telephone/text" else ("", 204)


@bp.before_request
def remember() -> Any:
    """A call that came during the outage is recorded, to be called back: nobody is there to be answered now."""
    if not clock.is_past() or request.endpoint not in SPOKEN_TO or _was_passed_on():
        return None
    if not is_from_the_network():
        abort(403)
    line = find_line(request.form.get("To", ""))
    if line is not None and not _was_heard():
        queue = queue_for_topic(None, organization_id=line.organization_id)
        offering.miss_in_outage(contact_of(line, speech.language()), queue)
    db.session.commit()
    return "", 204


def _was_passed_on() -> bool:
    return request.endpoint == "telephone.transferred" and request.form.get("DialCallStatus") in SPOKEN_WITH


def _was_heard() -> bool:
    """Whether this was heard in time all the same, being told twice; noted as heard if not. A trial need not be."""
    call = request.form.get("CallSid", "")
    if request.endpoint == "telephone.ring":
        found = called(request.form.get("To", ""), phone=request.form.get("From", ""), call=call)
        return found is None or found.trial is not None or bool(events.told([f"call:{call}"]))
    walk = None if "trial" in request.args else resume()
    if walk is not None:
        walk.note(KINDS[str(request.endpoint)], given())
    return walk is None or not walk.new


def _talk_is_over() -> bool:
    """Whether this is the last word of a call or of a conversation: nobody has anything to wait for."""
    told = request.values
    ended = told.get("DialCallStatus") == "completed" and told.get("DialBridged") != "false"
    spoken = request.endpoint == "telephone.put_through" and ended
    return spoken or legs.STATES.get(told.get("CallStatus", "")) in legs.OVER


def _whom_to_call(kept: bool) -> VoiceResponse:
    """Says that it is not working, that the call is noted if it is, and the direct numbers."""
    noted = " Votre appel est noté : nous vous rappellerons." if kept else ""
    direct = "".join(f" {one['name']} : {phone_text(one['phone'])}." for one in _direct_numbers())
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


def _in_a_moment(seconds: int, again: str) -> VoiceResponse:
    """Keeps them where they are, and has the network ask again: it may be back."""
    twiml = VoiceResponse()
    speech.speak(twiml, "Merci de patienter, vous êtes toujours en ligne.", FRENCH)
    twiml.pause(length=seconds)
    twiml.redirect(again, method="POST")
    return twiml


def _asked_again() -> str:
    """The address that was asked, with what the network will not tell again."""
    kept = {name: request.form[name] for name in CARRIED if name in request.form}
    return f"{request.path}?{urlencode({**request.args, **kept})}"


for kind in AWAY:
    bp.register_error_handler(kind, _away)
