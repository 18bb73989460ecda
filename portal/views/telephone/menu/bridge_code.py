"""A code of the site, keyed in the menu: what the caller read and asked comes with the call, and the menu goes on."""

from __future__ import annotations

from typing import Any

from flask import request
from twilio.twiml.voice_response import VoiceResponse

from portal.contacts.codes import bridge_codes
from portal.contacts.codes.bridge_codes import DIGITS, read_code
from portal.database import db
from portal.errors import N_, Refused
from portal.history import CITIZEN
from portal.lines import tree as steps
from portal.views.context import settings
from portal.views.telephone import bp, speech
from portal.views.telephone.guard import signed
from portal.views.telephone.menu.walking import Walk, resume, take

KEY = "*"
MOST_TRIES = 2


def asked_for(walk: Walk, key: str) -> bool:
    """Whether this key asks to give a code: it is the menu's own where a choice bears it."""
    return key == KEY and not steps.choice_for(walk.step, key)


def ask_code(walk: Walk) -> VoiceResponse:
    """Waits for the eight digits."""
    twiml = VoiceResponse()
    inside = speech.gather_digits(twiml, walk.at("give_code", tries=walk.tries), digits=DIGITS)
    walk.tell(N_("Tapez les huit chiffres du code."))
    walk.speak(inside)
    return twiml


@bp.post("/voice/code")
@signed
def give_code() -> Any:
    """The code was keyed, or nothing: asked once more where it is wrong, then the menu goes on without it."""
    walk = resume()
    if walk is None:
        return speech.answer(speech.unavailable())
    typed = request.form.get("Digits", "")[: 2 * DIGITS]
    walk.note("code", typed)
    twiml = _on(walk, typed)
    db.session.commit()
    return speech.answer(twiml)


def _on(walk: Walk, typed: str) -> VoiceResponse:
    if typed and not read_code(typed) and walk.tries < MOST_TRIES:
        walk.tries += 1
        walk.tell(N_("Ce code n’est pas juste."))
        return ask_code(walk)
    if walk.trial:
        walk.would("le code du site serait lu ici.")
    elif typed:
        walk.tell(_brought(walk, typed))
    return take(walk, walk.path)


def _brought(walk: Walk, typed: str) -> str:
    """What came of the code, as the caller hears it."""
    try:
        found = bridge_codes.bring(walk.contact(), typed, secret=settings().secret_key, by=CITIZEN)
    except Refused:
        found = None
    if found is None:
        return N_("Ce code n’est plus valable. Nous continuons sans lui.")
    return N_("Merci. L’agent verra ce que vous avez lu et cherché.")
