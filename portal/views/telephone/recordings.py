"""Conversations are not recorded, unless an administrator turned it on: said before, and refused by a key."""

from __future__ import annotations

from typing import Any

from flask import request
from twilio.twiml.voice_response import VoiceResponse

from portal import history
from portal.contacts.calls import legs, recordings
from portal.contacts.calls.calling import hold_call, leave_voicemail
from portal.database import db
from portal.errors import N_
from portal.telephony import events
from portal.views.telephone import bp, speech
from portal.views.telephone.guard import signed
from portal.views.telephone.menu.walking import Walk, resume, take

REFUSE = "9"
CHOSEN = "RecordVerb"  # how the network calls a message that the caller chose to leave
NOTICE = N_(
    "Cet appel peut être enregistré, pour en vérifier le contenu. Pour refuser, tapez 9. Pour accepter, patientez."
)
NOT_RECORDED = N_("Cet appel ne sera pas enregistré.")
WAIT_S = 4


def must_tell(walk: Walk) -> bool:
    """Whether the caller must hear of the recording before going on to an agent."""
    return walk.line.records_calls and not walk.told and not walk.trial


def tell(walk: Walk) -> VoiceResponse:
    """The notice, then the choice; silence accepts, as the notice says."""
    twiml = VoiceResponse()
    walk.tell(NOTICE)
    gather = twiml.gather(
        input="dtmf",
        num_digits=1,
        timeout=WAIT_S,
        action=walk.at("recording_choice"),
        action_on_empty_result=True,
        method="POST",
    )
    walk.speak(gather)
    return twiml


@bp.post("/voice/recording-choice")
@signed
def recording_choice() -> Any:
    """9 refuses, and the whole call goes unrecorded. The call then goes on to where it was led."""
    walk = resume()
    if walk is None:
        return speech.answer(speech.unavailable())
    walk.told, refused = True, request.form.get("Digits") == REFUSE
    contact = walk.contact()
    walk.note("recording_choice", request.form.get("Digits", ""))
    contact.records = not refused
    if refused:
        walk.tell(NOT_RECORDED)
    if refused and walk.new:
        verb = "contact.recording_refused"
        history.record(verb, contact, by=history.CITIZEN, citizen_id=contact.citizen_id)
    twiml = take(walk, walk.path)
    db.session.commit()
    return speech.answer(twiml)


@bp.post("/status/recording")
@signed
def conversation_recorded() -> Any:
    """A conversation was recorded: it is fetched, kept for six months, and then forgotten. A message that the caller
    chose to leave may be told of here before the call itself says so: it is one message."""
    sid, call = request.form.get("RecordingSid", ""), request.form.get("CallSid", "")
    seconds = request.form.get("RecordingDuration", 0, type=int)
    if request.form.get("RecordingSource") == CHOSEN:
        _left(sid, call, seconds)
    else:  # told again, it is noted again if nobody knew the call then: a sound is kept once by its own name
        events.note(f"recording:{sid}", "recording", request.form.to_dict())
        leg = legs.find(call)
        contact = leg.contact if leg is not None else hold_call(call)
        if contact is not None:
            recordings.note(contact, "conversation", sid, seconds)
    db.session.commit()
    return "", 204


def _left(sid: str, call: str, seconds: int) -> None:
    """Under a key of its own: the call's own word of it, which brings the reference, is still to come."""
    events.note(f"recording_status:{sid}", "recording", request.form.to_dict())
    contact = hold_call(call)
    if contact is not None and seconds:
        leave_voicemail(contact, sid, seconds)
