"""An incoming call: who it reaches, and the message left when nobody answers."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import force_locale, gettext

from portal.cases.opening import open_case
from portal.cases.references import spoken
from portal.contacts.calls.calling import hold_call, leave_voicemail
from portal.contacts.texts.texting import was_sent
from portal.database import db
from portal.history import CITIZEN
from portal.lines.models import Line
from portal.lines.reaching import called
from portal.lines.saying import find_line, without_promise
from portal.telephony import events
from portal.views.telephone import bp, speech
from portal.views.telephone.contact import begun, contact_of
from portal.views.telephone.guard import signed
from portal.views.telephone.menu.choosing import language_chosen
from portal.views.telephone.menu.greeting import begin_trial, closed_in, greet
from portal.views.telephone.menu.walking import begin, resume
from portal.views.telephone.speech import Spoken
from portal.views.telephone.texting.answering import send_reference


@bp.post("/voice")
@signed
def ring() -> Any:
    """The phone rings: one contact, however often we are told; then what the line says."""
    call, language = request.form.get("CallSid", ""), speech.language()
    found = called(request.form.get("To", ""), phone=request.form.get("From", ""), call=call)
    if found is None:
        return speech.answer(speech.unavailable())
    walk = begin(found, language)
    if found.trial is not None:
        found.trial.call_ref = call
    else:
        _contact, walk.new = begun(found.line, language)
    twiml = begin_trial(walk) if walk.trial else greet(walk)  # a menu may begin with a line to stand in
    db.session.commit()
    return speech.answer(twiml)


@bp.post("/voice/closed")
@signed
def closed() -> Any:
    """A key while nobody answers: the rest is said in the language that it stands for."""
    walk = resume()
    if walk is None:
        return speech.answer(speech.unavailable())
    twiml = closed_in(walk, language_chosen(walk, request.form.get("Digits", "")[:1]))
    db.session.commit()
    return speech.answer(twiml)


@bp.post("/voice/voicemail")
@signed
def voicemail() -> Any:
    line, language = find_line(request.form.get("To", "")), speech.language()
    if line is None:
        return speech.answer(speech.unavailable())
    contact = hold_call(request.form.get("CallSid", ""))
    return speech.answer(speech.record(line, language, contact=contact))


@bp.post("/voice/recorded")
@signed
def recorded() -> Any:
    """A message was left: one, however often told. It gets a reference, by text where the number takes texts."""
    line, language = find_line(request.form.get("To", "")), speech.language()
    if line is None:
        return speech.answer(speech.unavailable())
    contact, said = hold_call(contact_of(line, language).provider_ref or ""), _heard_nothing(language)
    seconds = request.form.get("RecordingDuration", 0, type=int)
    sid = request.form.get("RecordingSid") or f"RE-{request.form.get('CallSid', '')}"
    if contact is not None and seconds:
        events.note(f"recording:{sid}", "recording", request.form.to_dict())
        leave_voicemail(contact, sid, seconds)
        case = open_case(contact, by=CITIZEN)
        send_reference(line, contact, case, f"voicemail:{sid}")
        said = _thanks(line, language, spoken(case.reference), by_text=was_sent(contact, "receipt"))
    db.session.commit()
    return speech.answer(speech.last_words(said))


def _heard_nothing(language: str) -> list[Spoken]:
    with force_locale(language):
        return [(gettext("Nous n’avons rien entendu. Rappelez-nous, ou écrivez-nous."), language)]


def _thanks(line: Line, language: str, reference: str, *, by_text: bool) -> list[Spoken]:
    """The reference before the thanks: who hears « au revoir » hangs up. A town's promise of a text is kept to those
    who get one; the others hear their reference twice."""
    spelled = ", ".join(reference.replace("-", ""))
    with force_locale(language):
        told = gettext("Votre référence : %(reference)s.", reference=spelled)
        again = gettext("Je répète : %(reference)s.", reference=spelled)
        told += " " + (gettext("Vous la recevez aussi par SMS.") if by_text else again)
        ours = gettext("Votre message est enregistré. Merci, et au revoir.")
    thanks, of = speech.own(line, "voicemail_thanks", language)
    kept = thanks if by_text else without_promise(thanks)
    return [(told, language), (kept, of) if kept else (ours, language)]
