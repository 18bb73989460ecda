"""What a telephone of a call does where it is wanted: in a room with the others, apart with music, in line, elsewhere.

`seat` is asked whenever a telephone was sent for, or left where it was: it answers by where that leg is wanted at this
instant (see `contacts.calls.bridging`).
"""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_babel import force_locale, gettext
from twilio.twiml.voice_response import Say, VoiceResponse

from portal.contacts.calls import legs
from portal.contacts.calls.bridging import room_of
from portal.contacts.models import Contact, Leg
from portal.database import db
from portal.desk import offering
from portal.desk.models import Queue
from portal.lines.saying import SPOKEN, find_line
from portal.telephony import events
from portal.telephony.music import sound
from portal.views.guards import anyone
from portal.views.telephone import bp, speech
from portal.views.telephone.guard import signed
from portal.views.telephone.speech import Spoken, at
from portal.views.telephone.talking.ringing import LONGEST_CALL_S, RING_S, dial, ring, told_key

MOMENT_S = 2
SAME_WORD = "I-Twilio-Idempotency-Token"  # the network's own mark of a request that it makes again


@bp.post("/voice/seat")
@signed
def seat() -> Any:
    """What this telephone must do now. It says itself what it is called, if we did not know yet."""
    leg = legs.hold(request.args.get("leg", 0, type=int))
    if leg is None:
        return speech.answer(VoiceResponse())
    legs.name(leg, request.form.get("CallSid", ""))
    gone = legs.STATES.get(request.form.get("CallStatus", "")) in legs.OVER
    new = events.note(told_key(f"seat:{request.headers.get(SAME_WORD, '')}"), "seat", request.form.to_dict())
    twiml = VoiceResponse() if gone else seat_of(leg, new=new)
    db.session.commit()
    return speech.answer(twiml)


@bp.post("/voice/apart")
@signed
def apart() -> Any:
    """Heard again and again by whoever is on hold: a sentence in their language, then music."""
    language = speech.language()
    return speech.answer(_music(*_be_patient(language), at("apart", lang=language)))


@bp.post("/voice/alone")
@signed
def alone() -> Any:
    """Heard in the room without the others. First a moment's quiet: they come, or hung up and the call is being ended;
    what is told meanwhile would be wrong."""
    leg_id = request.args.get("leg", 0, type=int)
    again, twiml = at("alone", leg=leg_id, again=1), VoiceResponse()
    leg = db.session.get(Leg, leg_id) if "again" in request.args else None
    if leg is not None and not leg.contact.ended_at:
        return speech.answer(_music(*_meanwhile(leg), again))
    if leg is not None:  # and the network was not reached yet to let them go
        speech.speak(twiml, *_last_words(leg))
    twiml.pause(length=MOMENT_S)
    twiml.redirect(again, method="POST")
    return speech.answer(twiml)


def seat_of(leg: Leg, *, new: bool = True) -> VoiceResponse:
    """What a telephone does at its seat; `new` unless the network asks for the same again."""
    contact = leg.contact
    if leg.seat in ("room", "hold"):
        return _sit(leg, contact)
    # asked again, after it was told so
    rings = leg.seat == "bridge" and offering.ringing(contact.id) is not None
    if leg.seat == "line" or rings:
        offer = offering.dial_at_once(contact, new=new)
        return dial(offer, new=new) if offer is not None else back_in_line(contact, cut=True)
    if leg.seat == "away":
        return _away(leg, contact)
    return _out(leg)


def back_in_line(contact: Contact, *, cut: bool = False) -> VoiceResponse:
    """Waits again, at the place that was kept; told so where a conversation was cut."""
    line, queue = find_line(contact.line), db.session.get(Queue, contact.queue_id or 0)
    if line is None or queue is None:
        return speech.unavailable()
    twiml = speech.enqueue(line, queue.slug, contact.language)
    if cut:
        with force_locale(contact.language):
            text = gettext("Vous êtes de nouveau en attente, à votre place.")
        twiml.verbs.insert(0, Say(text, language=SPOKEN.get(contact.language, SPOKEN["fr"])))
    return twiml


def _sit(leg: Leg, contact: Contact) -> VoiceResponse:
    """With the others of the call, or apart. The room begins with any of them, and ends with none."""
    twiml = VoiceResponse()
    sitting = twiml.dial(action=at("seat", leg=leg.id), method="POST")
    heard = at("apart", lang=contact.language) if leg.seat == "hold" else at("alone", leg=leg.id)
    sitting.conference(
        room_of(contact.id, leg.seat),
        beep=False,
        start_conference_on_enter=leg.seat == "room",
        end_conference_on_exit=False,
        wait_url=heard,
        wait_method="POST",
    )
    return twiml


def _away(leg: Leg, contact: Contact) -> VoiceResponse:
    """Put through to the listed number of a service of the directory."""
    service = legs.one(contact.id, "third")
    if service is None:
        return _out(leg)
    with force_locale(contact.language):
        text = gettext("Nous vous mettons en relation avec %(service)s.", service=service.label)
    twiml = VoiceResponse()
    speech.speak(twiml, text, contact.language)
    where = {"action": at("sent_on", leg=leg.id), "caller_id": contact.line or None}
    ringing = twiml.dial(method="POST", timeout=RING_S, time_limit=LONGEST_CALL_S, **where)
    ring(ringing, service.to, at("service_answers", leg=service.id))
    return twiml


def _out(leg: Leg) -> VoiceResponse:
    """The call is over for this one, who is told so."""
    return speech.goodbye(*_last_words(leg))


def _last_words(leg: Leg) -> Spoken:
    if leg.role == "citizen":
        return speech.talk_over(leg.contact.language)
    return "La personne a raccroché." if leg.contact.ended_at else "", "fr"


def _meanwhile(leg: Leg) -> Spoken:
    return (
        _be_patient(leg.contact.language) if leg.role == "citizen" else ("La personne est en attente.", "fr")
    )


def _be_patient(language: str) -> Spoken:
    with force_locale(language):
        return gettext("Merci de patienter, nous revenons vers vous."), language


def _music(text: str, language: str, again: str) -> VoiceResponse:
    twiml = VoiceResponse()
    speech.speak(twiml, text, language)
    twiml.play(at("music"))
    twiml.redirect(again, method="POST")
    return twiml


@bp.get("/music.wav")
@anyone
def music() -> Any:
    """What is played on hold; the network keeps it."""
    return Response(sound(), mimetype="audio/wav", headers={"Cache-Control": "public, max-age=604800"})
