"""An incoming call: welcome, language, menu, line of waiting people or a message."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import force_locale, gettext

from portal import clock
from portal.articles import library
from portal.cases.opening import open_case
from portal.cases.references import spoken
from portal.citizens.identifying import identifier, network_number
from portal.contacts.calling import hold_call, leave_voicemail, wait_in
from portal.contacts.models import Contact
from portal.contacts.recording import record_call
from portal.database import db
from portal.desk.models import Queue
from portal.history import CITIZEN
from portal.lines.models import Line, MenuChoice
from portal.lines.saying import choice_about, choice_for, find_line, is_line_open, say
from portal.telephony import events
from portal.views.context import searcher, settings
from portal.views.language import LANGUAGES
from portal.views.telephone import bp, speech
from portal.views.telephone.guard import signed
from portal.views.telephone.texting import send_reference

MOST_TRIES = 2


@bp.post("/voice")
@signed
def ring() -> Any:
    """The phone rings: one contact, however often we are told; then what the line says."""
    line = find_line(request.form.get("To", ""))
    if line is None:
        return speech.answer(speech.unavailable())
    language = speech.language()
    contact_of(line, language)
    db.session.commit()
    if not is_line_open(line, clock.now(), settings().timezone):
        return speech.answer(speech.record(line, language, before=say(line, "closed", language)))
    before = [say(line, name, language) for name in ("emergency_notice", "welcome")]
    others = [say(line, "language_choice", other) for other in line.languages if other != language]
    return speech.answer(speech.menu(line, language, before=(*before, *others)))


@bp.post("/voice/menu")
@signed
def choose() -> Any:
    """A key was pressed, a word said, or neither."""
    line, language = find_line(request.form.get("To", "")), speech.language()
    if line is None:
        return speech.answer(speech.unavailable())
    key, tries = request.form.get("Digits", ""), request.args.get("tries", 1, type=int)
    events.note(f"menu:{request.form.get('CallSid', '')}:{tries}:{key}", "menu", request.form.to_dict())
    other = line.language_keys.get(key)
    if other in LANGUAGES:
        contact_of(line, other).language = other
        db.session.commit()
        return speech.answer(speech.menu(line, other, before=(say(line, "welcome", other),)))
    choice = choice_for(line, key) or _said(line, language)
    if choice is None and tries < MOST_TRIES:
        db.session.commit()
        before = (say(line, "not_understood", language),) if key or request.form.get("SpeechResult") else ()
        return speech.answer(speech.menu(line, language, before=before, tries=tries + 1))
    return _queue(line, choice or choice_for(line, "0"), language)


@bp.post("/voice/voicemail")
@signed
def voicemail() -> Any:
    line, language = find_line(request.form.get("To", "")), speech.language()
    return speech.answer(speech.record(line, language) if line else speech.unavailable())


@bp.post("/voice/recorded")
@signed
def recorded() -> Any:
    """A message was left: one, however often told. It gets a reference, by text where the number takes texts."""
    line, language = find_line(request.form.get("To", "")), speech.language()
    if line is None:
        return speech.answer(speech.unavailable())
    contact = hold_call(contact_of(line, language).provider_ref or "")
    reference = ""
    seconds = request.form.get("RecordingDuration", 0, type=int)
    sid = request.form.get("RecordingSid") or f"RE-{request.form.get('CallSid', '')}"
    if contact is not None and seconds:
        new = events.note(f"recording:{sid}", "recording", request.form.to_dict())
        leave_voicemail(contact, sid, seconds)
        case = open_case(contact, by=CITIZEN)
        reference = spoken(case.reference)
        if new:
            send_reference(line, contact, case)
    db.session.commit()
    return speech.answer(speech.goodbye(_thanks(line, language, reference), language))


def _said(line: Line, language: str) -> MenuChoice | None:
    """The choice whose topic was said aloud instead of a key: that of the first answer to these words."""
    words = request.form.get("SpeechResult", "")
    return choice_about(line, library.topic_about(searcher(), words, language=language)) if words else None


def contact_of(line: Line, language: str) -> Contact:
    """The contact of the call that this request speaks of, begun if we never heard of it: its first word was lost."""
    number = network_number(request.form.get("From", ""))
    used = identifier("phone", number) if number else None
    call = request.form.get("CallSid", "")
    events.note(f"call:{call}", "call", request.form.to_dict())
    town = line.organization_id
    contact, _new = record_call(call, used, organization_id=town, line=line.number, language=language)
    return contact


def _queue(line: Line, choice: MenuChoice | None, language: str) -> Any:
    if choice is None:
        return speech.answer(speech.record(line, language))
    queue = db.session.get_one(Queue, choice.queue_id)
    contact = hold_call(contact_of(line, language).provider_ref or "")
    if contact is not None:
        wait_in(contact, queue.id, topic_id=choice.topic_id, step=f"En attente : {queue.name}")
    db.session.commit()
    return speech.answer(speech.enqueue(line, queue.slug, language))


def _thanks(line: Line, language: str, reference: str) -> str:
    with force_locale(language):
        thanks = say(line, "voicemail_thanks", language) or gettext("Merci. Votre message est enregistré.")
        if not reference:
            return gettext("Nous n’avons rien entendu. Rappelez-nous, ou écrivez-nous.")
        spelled = " ".join(reference.replace("-", ""))
        return f"{thanks} {gettext('Votre référence : %(reference)s.', reference=spelled)}"
