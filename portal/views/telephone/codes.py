"""The one-time code that a call of ours says: digit by digit, twice, in the language of the page it was asked on."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import force_locale, gettext
from twilio.twiml.voice_response import VoiceResponse

from portal.citizens import codes
from portal.citizens.models import CodeCall
from portal.contacts.codes import code_calls
from portal.database import db
from portal.directory.models import Organization
from portal.lines.saying import find_line
from portal.views.context import settings
from portal.views.telephone import bp, speech
from portal.views.telephone.guard import signed


@bp.post("/voice/spoken-code")
@signed
def say_code() -> Any:
    """Picked up. Asked again, it says the same; too late, or of another telephone, it says none."""
    call = _call()
    if call is None or request.form.get("To") != call.code.identifier.value or not codes.is_live(call.code):
        twiml = _no_more(call.language if call is not None else "fr")
    else:
        code_calls.hear(call, "in-progress", request.form.get("CallSid", ""))
        twiml = _said(call)
    db.session.commit()
    return speech.answer(twiml)


@bp.post("/status/spoken-code")
@signed
def code_status() -> Any:
    """How the call goes. Told twice or late, it changes nothing."""
    call = _call()
    if call is not None:
        code_calls.hear(call, request.form.get("CallStatus", ""), request.form.get("CallSid", ""))
    db.session.commit()
    return "", 204


def _call() -> CodeCall | None:
    return code_calls.hold(request.args.get("call", 0, type=int))


def _said(call: CodeCall) -> VoiceResponse:
    digits = ", ".join(codes.digits_of(call, secret=settings().secret_key))
    twiml = VoiceResponse()
    with force_locale(call.language):
        hello = gettext("Bonjour, %(name)s vous appelle.", name=_name(call))
        here_it_is = gettext("Voici le code pour suivre votre demande.")
        for sentence in (
            f"{hello} {here_it_is}",
            f"{digits}.",
            gettext("Je répète."),
            f"{digits}.",
            gettext("Ce code est valable dix minutes. Au revoir."),
        ):
            speech.speak(twiml, sentence, call.language)
            twiml.pause(length=1)
    twiml.hangup()
    return twiml


def _name(call: CodeCall) -> str:
    line = find_line(call.sender)
    return db.session.get_one(Organization, line.organization_id).name if line is not None else ""


def _no_more(language: str) -> VoiceResponse:
    with force_locale(language):
        return speech.goodbye(gettext("Ce code n’est plus valable. Demandez-en un autre."), language)
