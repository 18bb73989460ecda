"""Telephones that we call: who is consulted, the citizen who is called back, the service that a call is sent on to."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import force_locale, gettext
from twilio.twiml.voice_response import VoiceResponse

from portal.contacts.calls import legs
from portal.contacts.models import Leg
from portal.database import db
from portal.desk import talking
from portal.directory.models import Organization
from portal.referrals.following import by_phone
from portal.telephony import events
from portal.views.telephone import bp, speech
from portal.views.telephone.guard import signed
from portal.views.telephone.speech import Spoken, at
from portal.views.telephone.talking.ringing import must_press, press_1, told_key
from portal.views.telephone.talking.rooms import seat_of

NOT_REACHED = "Pas de réponse. La personne sera rappelée plus tard."


@bp.post("/voice/third-answers")
@signed
def third_answers() -> Any:
    """Whoever is consulted picked up: a colleague presses 1, for a machine may have; a service is heard as it is."""
    leg = _leg()
    if leg is None or leg.seat == "out":
        twiml = speech.goodbye("", "fr")
    elif leg.staff_id is not None and must_press(leg.to) and leg.answered_at is None:
        twiml = press_1("Un collègue vous consulte.", at("third_presses", leg=leg.id))
    else:
        twiml = _seated(leg)
    db.session.commit()
    return speech.answer(twiml)


@bp.post("/voice/third-presses")
@signed
def third_presses() -> Any:
    leg = _leg()
    events.note(told_key("pressed"), "pressed", request.form.to_dict())
    there = leg is not None and leg.seat != "out" and request.values.get("Digits") == "1"
    twiml = _seated(leg) if leg is not None and there else speech.goodbye("", "fr")
    db.session.commit()
    return speech.answer(twiml)


@bp.post("/voice/citizen-answers")
@signed
def citizen_answers() -> Any:
    """The citizen whom an agent calls picked up: told who is calling."""
    leg = _leg()
    twiml = VoiceResponse()
    if leg is not None:
        talking.reached(leg)
        host, language = db.session.get_one(Organization, leg.contact.organization_id), leg.contact.language
        with force_locale(language):
            text = gettext("Bonjour, %(name)s vous appelle.", name=host.name)
        speech.speak(twiml, text, language)
    db.session.commit()
    return speech.answer(twiml)


@bp.post("/voice/service-answers")
@signed
def service_answers() -> Any:
    leg = _leg()
    if leg is not None:
        talking.reached(leg)
        by_phone.heard(leg.contact_id, answered=True)
    db.session.commit()
    return speech.answer(VoiceResponse())


@bp.post("/voice/called")
@signed
def called() -> Any:
    """The `<Dial>` from an agent to a citizen is over: spoken with, moved elsewhere, or not reached."""
    new = events.note(told_key("called"), "called", request.form.to_dict())
    leg = _leg()
    twiml = VoiceResponse()
    if leg is not None:
        gone = legs.STATES.get(request.form.get("CallStatus", "")) in legs.OVER
        status = request.values.get("DialCallStatus", "")
        what = talking.call_over(leg, status, agent_gone=gone) if new else _as_before(leg, status, gone)
        if what == "seat":
            twiml = seat_of(leg)
        elif what == "not_reached":
            twiml = speech.goodbye(NOT_REACHED, "fr")
    db.session.commit()
    return speech.answer(twiml)


@bp.post("/voice/sent-on")
@signed
def sent_on() -> Any:
    """The call sent on to a service is over, or the service did not answer: said, never silence."""
    new = events.note(told_key("sent_on"), "sent_on", request.form.to_dict())
    leg = _leg()
    twiml = VoiceResponse()
    if leg is not None:
        reached = request.values.get("DialCallStatus") in ("completed", "answered")
        said = speech.talk_over if reached else _not_there
        twiml = speech.goodbye(*said(leg.contact.language))
        if new:
            if not reached:
                by_phone.heard(leg.contact_id, answered=False)
            talking.hang_up(leg.contact)
    db.session.commit()
    return speech.answer(twiml)


def _as_before(leg: Leg, status: str, gone: bool) -> str:
    """What was answered to this word when it was first told."""
    if leg.seat not in ("bridge", "out"):
        return "over" if gone else "seat"
    return "over" if status in ("completed", "answered") else "not_reached"


def _leg() -> Leg | None:
    """The leg that the address names, held; the network's id for it is written down."""
    leg = legs.hold(request.args.get("leg", 0, type=int))
    if leg is not None:
        legs.name(leg, request.form.get("CallSid", ""))
    return leg


def _seated(leg: Leg) -> VoiceResponse:
    talking.reached(leg)
    return seat_of(leg)


def _not_there(language: str) -> Spoken:
    with force_locale(language):
        text = gettext("Ce service ne répond pas pour le moment. Rappelez-nous, ou réessayez plus tard.")
    return text, language
