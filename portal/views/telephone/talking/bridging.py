"""A caller and an agent put through to each other: the agent's telephone rings, is picked up, or is not."""

from __future__ import annotations

from typing import Any

from flask import request
from twilio.twiml.voice_response import VoiceResponse

from portal.contacts.calls import legs
from portal.contacts.models import Leg
from portal.database import db
from portal.desk import offering, talking
from portal.desk.models import Offer
from portal.telephony import events
from portal.views.telephone import bp, speech
from portal.views.telephone.guard import signed
from portal.views.telephone.speech import at
from portal.views.telephone.talking.ringing import (
    announced,
    dial,
    dial_citizen,
    must_press,
    press_1,
    told_key,
    whisper,
)
from portal.views.telephone.talking.rooms import back_in_line, seat_of

LATE = "Cet appel a été repris. Merci."


@bp.post("/voice/connect")
@signed
def connect() -> Any:
    """The call was taken out of line for an offer: the agent's telephone rings, if the offer still holds."""
    new = events.note(told_key("connect"), "connect", request.form.to_dict())
    offer = offering.hold_offer(request.args.get("offer", 0, type=int))
    twiml = VoiceResponse()
    if offer is not None and offer.state == "ringing":
        twiml = dial(offer, new=new)
    elif offer is not None:  # taken away from whom it was put through to, if it was sent for twice
        twiml = _after_dial(offer, caller_gone=False, bridged=False, new=new)
    db.session.commit()
    return speech.answer(twiml)


@bp.post("/voice/agent-answers")
@signed
def agent_answers() -> Any:
    """The agent's telephone was picked up: by the agent, who presses 1 where a machine could answer as well."""
    asks = "leg" not in request.args and must_press(request.form.get("To", ""))  # and nothing is changed yet
    offer, planned = (offering.find(request.args.get("offer", 0, type=int)), None) if asks else _asked_for()
    if not _holds(offer, planned):
        twiml = speech.goodbye(LATE, "fr")
    elif planned is not None or asks:
        said = announced(offer) if offer is not None else "Votre appel est prêt."
        twiml = press_1(said, at("agent_presses", **request.args))
    else:
        twiml = _picked_up(offer, planned)
    db.session.commit()
    return speech.answer(twiml)


@bp.post("/voice/agent-presses")
@signed
def agent_presses() -> Any:
    """1: the agent is there. Anything else is no agent, and the caller goes to the next."""
    events.note(told_key("pressed"), "pressed", request.form.to_dict())
    offer, planned = _asked_for()
    if request.values.get("Digits") != "1":
        twiml = speech.goodbye("", "fr")
    elif not _holds(offer, planned):
        twiml = speech.goodbye(LATE, "fr")
    else:
        twiml = _picked_up(offer, planned)
    db.session.commit()
    return speech.answer(twiml)


@bp.post("/voice/put-through")
@signed
def put_through() -> Any:
    """The `<Dial>` towards an agent is over: spoken with, moved elsewhere, or not picked up."""
    new = events.note(told_key("put_through"), "put_through", request.form.to_dict())
    offer = offering.hold_offer(request.args.get("offer", 0, type=int))
    twiml = VoiceResponse()
    if offer is not None:
        gone = legs.STATES.get(request.form.get("CallStatus", "")) in legs.OVER
        bridged = request.values.get("DialBridged", "true") == "true"
        twiml = _after_dial(offer, caller_gone=gone, bridged=bridged, new=new)
    db.session.commit()
    return speech.answer(twiml)


def _asked_for() -> tuple[Offer | None, Leg | None]:
    """What an agent's telephone was called for: an offer, a call-back's planned leg, or both; held."""
    planned = legs.hold(request.args.get("leg", 0, type=int))
    if planned is not None:
        legs.name(planned, request.form.get("CallSid", ""))
    return offering.hold_offer(request.args.get("offer", 0, type=int)), planned


def _holds(offer: Offer | None, planned: Leg | None) -> bool:
    if offer is not None:
        return offer.state in ("ringing", "accepted")
    return planned is not None and planned.purpose == "call" and planned.seat == "bridge"


def _picked_up(offer: Offer | None, planned: Leg | None) -> VoiceResponse:
    """The agent has the call: put through to the caller; or the citizen is called for them."""
    call, to = request.form.get("CallSid", ""), request.form.get("To", "")
    if offer is None and planned is not None:
        talking.begin_call(planned)
    elif offer is None or talking.pick_up(offer, call, to) is None:
        return speech.goodbye(LATE, "fr")
    if planned is not None:
        return dial_citizen(planned)
    pressed = "Digits" in request.values
    return whisper("" if pressed or offer is None else announced(offer))


def _after_dial(offer: Offer, *, new: bool, **told: bool) -> VoiceResponse:
    """What the caller's telephone does now that the `<Dial>` towards an agent is over, as we are `told`."""
    contact, status = offer.contact, request.form.get("DialCallStatus", "")
    what = talking.dial_over(offer, status=status, **told) if new else talking.next_of(contact)
    if what == "over":
        return VoiceResponse()
    citizen = legs.one(contact.id, "citizen")
    if what == "seat" and citizen is not None:
        return seat_of(citizen)
    following = offering.dial_at_once(contact, new=new)
    if following is not None:
        return dial(following, new=new)
    return back_in_line(contact, cut=offer.state == "accepted")
