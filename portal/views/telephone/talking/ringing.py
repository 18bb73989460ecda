"""TwiML that makes telephones ring: an agent's for a caller, a citizen's for an agent, a listed service's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import request
from twilio.twiml.voice_response import Dial, VoiceResponse

from portal import clock
from portal.contacts.calls import legs
from portal.contacts.models import Contact, Leg
from portal.database import db
from portal.desk import offering
from portal.desk.models import Offer
from portal.staff.models import Staff
from portal.telephony import events
from portal.telephony.dialling import is_address
from portal.views.context import settings
from portal.views.telephone.speech import Spoken, at, goodbye, speak

LONGEST_CALL_S = 2 * 3600
RING_S = 30
PRESS_S = 8
PROGRESS = "initiated ringing answered completed"
SPOKEN_IN = {"en": ", en anglais", "ar": ", en arabe"}


def dial(offer: Offer, *, before: Iterable[Spoken] = (), new: bool = True) -> VoiceResponse:
    """Rings the agent of this offer for its caller, who hears it ring until they are put through.

    To a word told again (not `new`) this answer may go unheard: it changes nothing, so that whoever was to send for
    the caller still does.
    """
    contact, agent = offer.contact, db.session.get_one(Staff, offer.staff_id)
    ring_s = offer.place.queue.ring_s
    if new:
        events.note(f"dialled:{offer.id}", "dialled", {})
        offering.prolong(offer, clock.present() + timedelta(seconds=ring_s))
        citizen = legs.one(contact.id, "citizen")
        if citizen is not None:
            citizen.seat = "bridge"
    twiml = VoiceResponse()
    for text, of in before:
        speak(twiml, text, of)
    ringing = twiml.dial(
        action=at("put_through", offer=offer.id),
        method="POST",
        timeout=ring_s,
        answer_on_bridge=True,
        caller_id=contact.line or None,
        **recorded(contact),
    )
    ring(ringing, agent.phone, at("agent_answers", offer=offer.id))
    return twiml


def dial_citizen(agent: Leg) -> VoiceResponse:
    """An agent is on the telephone: the citizen's own number is called for them. Told twice, it is one leg."""
    contact = agent.contact
    citizen = legs.dialled_by(agent)
    if agent.state in legs.OVER or (citizen is not None and citizen.state in legs.OVER):
        return goodbye("", "fr")  # told again, when all is over
    if citizen is None:
        to = contact.identifier.value if contact.identifier is not None else ""
        values = {"to": to, "purpose": agent.purpose, "dialled_by_id": agent.id, "state": "queued"}
        citizen = Leg(contact_id=contact.id, role="citizen", **values)
        db.session.add(citizen)
        db.session.flush()
    twiml = VoiceResponse()
    where = {"action": at("called", leg=agent.id), "caller_id": contact.line or None}
    ringing = twiml.dial(method="POST", timeout=RING_S, time_limit=LONGEST_CALL_S, **where)
    ring(ringing, citizen.to, at("citizen_answers", leg=citizen.id))
    return twiml


def ring(into: Dial, phone: str, url: str) -> None:
    """Rings a telephone, at its number or its SIP address; `url` is asked once it is picked up."""
    noun = into.sip if is_address(phone) else into.number
    progress = {"status_callback": at("call"), "status_callback_event": PROGRESS}
    noun(phone, url=url, method="POST", status_callback_method="POST", **progress)


def recorded(contact: Contact) -> dict[str, Any]:
    """The attributes of a `<Dial>` that is recorded: only where the caller was told, and did not refuse."""
    if not contact.records:
        return {}
    told = {"recording_status_callback": at("conversation_recorded")}
    return {"record": "record-from-answer-dual", "recording_status_callback_method": "POST", **told}


def press_1(text: str, action: str) -> VoiceResponse:
    """A person is asked for a key: a machine that picked up has no finger."""
    twiml = VoiceResponse()
    gather = twiml.gather(input="dtmf", num_digits=1, timeout=PRESS_S, action=action, method="POST")
    speak(gather, f"{text} Appuyez sur 1.", "fr")
    twiml.hangup()
    return twiml


def whisper(text: str) -> VoiceResponse:
    """Said to whoever picked up, before the others hear them."""
    twiml = VoiceResponse()
    speak(twiml, text, "fr")
    return twiml


def announced(offer: Offer) -> str:
    """What an agent hears before the caller does: the queue, the language. Never a name: a telephone is overheard."""
    what = "Rappel" if offer.place.kind == "call_back" else "Appel"
    return f"{what}, file {offer.place.queue.name}{SPOKEN_IN.get(offer.contact.language, '')}."


def must_press(phone: str) -> bool:
    """A mobile's voicemail picks up too; a SIP address rings a telephone on a desk, without one."""
    wanted = settings().agents_press_1
    return wanted == "always" or (wanted == "numbers" and not is_address(phone))


def told_key(what: str) -> str:
    """Under which what the network tells now is kept once."""
    form, query = request.form, request.query_string.decode("latin-1")
    return f"{what}:{form.get('CallSid', '')}:{form.get('DialCallSid', '')}:{query}"
