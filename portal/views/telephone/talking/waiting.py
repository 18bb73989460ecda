"""While someone waits in line, and how they leave it."""

from __future__ import annotations

from typing import Any

from flask import request
from twilio.twiml.voice_response import VoiceResponse

from portal import clock
from portal.contacts.calls.calling import end_call, hold_call
from portal.contacts.models import Contact
from portal.database import db
from portal.desk import offering, places
from portal.lines.models import Line
from portal.lines.saying import find_line, opening_of
from portal.telephony import events
from portal.views.telephone import bp, speech
from portal.views.telephone.guard import signed
from portal.views.telephone.menu.greeting import why_closed, zone_of
from portal.views.telephone.speech import Spoken
from portal.views.telephone.talking import announcing

NOT_TAKEN = ("queue-full", "error", "system-error")  # the network could not keep the caller


@bp.post("/voice/wait")
@signed
def wait() -> Any:
    """Asked for again each time it has been heard: the rank and the wait, as they are now."""
    line, language = find_line(request.form.get("To", "")), speech.language()
    place = places.of_call(request.form.get("CallSid", ""))
    if line is None:
        return speech.answer(speech.unavailable())
    if place is None or place.state != "waiting" or place.kind == "call_back":
        return speech.answer(announcing.soon(line, language))
    told = places.announce(place)
    closed = _closed(line, language) if told.wait_s is None else None
    if closed is not None:  # these read: before the commit
        answer = speech.answer(announcing.closing(line, place, closed, language))
    else:
        answer = speech.answer(announcing.waiting(line, place, told, language))
    db.session.commit()
    return answer


@bp.post("/voice/waited")
@signed
def waited() -> Any:
    """1 keeps the place and hangs up, 2 leaves the line for a message; anything else goes on waiting. Where the line
    has closed, silence is a 2; where it takes no messages, no 2 was told of."""
    call, key = request.form.get("CallSid", ""), request.form.get("Digits", request.args.get("key", ""))
    twiml = VoiceResponse()
    if key in tuple(request.args.get("told", "12")) and _leaves(hold_call(call), key):
        twiml.leave()
    else:
        twiml.redirect(speech.at("wait", lang=speech.language()), method="POST")
    db.session.commit()
    return speech.answer(twiml)


def _closed(line: Line, language: str) -> Spoken | None:
    """What is said of a line that has closed."""
    opening = opening_of(line, clock.now(), zone_of(line))
    return None if opening.open else why_closed(line, opening, language)


def _leaves(contact: Contact | None, key: str) -> bool:
    """Whether the key takes them out of the line. While an agent's telephone rings for them, it does not."""
    if contact is None:
        return key == "2"
    place = places.of(contact.id)
    if place is not None and place.state == "offered":
        return False
    if key == "1":
        return places.ask_call_back(contact) is not None
    offering.withdraw(contact, "voicemail")
    return True


@bp.post("/voice/left")
@signed
def left() -> Any:
    """The call left the network's queue: told at once when it left by itself, after the conversation when it was
    bridged there. Redirected to an agent, it goes on elsewhere and this answer is not heard."""
    call, result = request.form.get("CallSid", ""), request.form.get("QueueResult", "")
    events.note(f"queue:{call}:{result}", "queue", request.form.to_dict())
    goes_on = result in ("leave", *NOT_TAKEN)
    contact, line = hold_call(call), find_line(request.form.get("To", "")) if goes_on else None
    if contact is not None and result == "hangup":
        offering.withdraw(contact, "hung_up")
        end_call(contact, result)
    elif contact is not None and result in NOT_TAKEN:
        offering.withdraw(contact, "voicemail")
    db.session.commit()
    if line is None:
        return speech.answer(VoiceResponse())
    place = places.of(contact.id) if contact is not None else None
    if result == "leave" and place is not None and place.kind == "call_back":
        return speech.answer(announcing.will_be_called_back(place, speech.language()))
    return speech.answer(speech.record(line, speech.language(), contact=contact))
