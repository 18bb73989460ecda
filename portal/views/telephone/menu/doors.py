"""The doors of a call in the menu: a key was pressed, an answer was heard, a transfer came back."""

from __future__ import annotations

from typing import Any

from flask import request
from twilio.twiml.voice_response import VoiceResponse

from portal.articles.aloud import read_aloud
from portal.contacts.calls.calling import pass_on
from portal.database import db
from portal.directory import reading
from portal.errors import N_
from portal.lines import tree as steps
from portal.lines.hearing import BY_TEXT, REPEAT, heard_after_an_answer
from portal.views.telephone import bp, speech
from portal.views.telephone.guard import signed
from portal.views.telephone.menu import bridge_code
from portal.views.telephone.menu.choosing import ask, choice_made, language_chosen
from portal.views.telephone.menu.greeting import warn
from portal.views.telephone.menu.leaving import not_reached
from portal.views.telephone.menu.reading_aloud import read, send_answer
from portal.views.telephone.menu.walking import Walk, person_near, resume, take, to_a_person

MOST_TRIES = 2
OVER = ("completed", "canceled", "failed")  # the caller hung up while it rang
SPOKEN_WITH = ("completed", "answered")


@bp.post("/voice/menu")
@signed
def choose() -> Any:
    """A key was pressed, a word said, or neither: the menu goes on."""
    walk = resume()
    if walk is None:
        return speech.answer(speech.unavailable())
    key, said = request.form.get("Digits", "")[:1], request.form.get("SpeechResult", "")
    walk.note("menu", given())
    language = language_chosen(walk, key)
    if bridge_code.asked_for(walk, key):
        twiml = bridge_code.ask_code(walk)
    else:
        twiml = _in_language(walk, language) if language else _on(walk, key, said)
    db.session.commit()
    return speech.answer(twiml)


@bp.post("/voice/answered")
@signed
def answered() -> Any:
    """An answer was read aloud: heard again, received by text, or somebody is asked for."""
    walk = resume()
    if walk is None:
        return speech.answer(speech.unavailable())
    key, said = request.form.get("Digits", "")[:1], request.form.get("SpeechResult", "")
    walk.note("answered", given())
    twiml = _after_an_answer(walk, key or heard_after_an_answer(said, walk.language))
    db.session.commit()
    return speech.answer(twiml)


@bp.post("/voice/transferred")
@signed
def transferred() -> Any:
    """A transfer is over: spoken with, or nobody there and then somebody of ours."""
    walk = resume()
    if walk is None:
        return speech.answer(speech.unavailable())
    status = request.form.get("DialCallStatus", "")
    walk.note("transferred", given())
    service = next(iter(reading.services_among([str(walk.step.get("service", ""))])), None)
    answered = status in SPOKEN_WITH
    if service is not None and walk.new:
        pass_on(walk.contact(), service.id, answered=answered)
    if request.form.get("CallStatus") in OVER:
        twiml = VoiceResponse()
    elif answered:
        twiml = speech.goodbye(*speech.talk_over(walk.language))
    else:
        twiml = not_reached(walk, service)
    db.session.commit()
    return speech.answer(twiml)


def given() -> str:
    """What tells this word of the network from another at the same step: a key, words, how a transfer ended."""
    key, said = request.form.get("Digits", "")[:1], request.form.get("SpeechResult", "")
    return key or said or request.form.get("DialCallStatus", "")


def _in_language(walk: Walk, language: str) -> VoiceResponse:
    """The same menu from now on in another language."""
    walk.language = language
    if not walk.trial:
        walk.contact().language = language
    warn(walk)
    walk.say(walk.line.texts.get("welcome"))
    return take(walk, walk.path)


def _on(walk: Walk, key: str, said: str) -> VoiceResponse:
    """Where the key or the words lead; not understood, the menu once more, then a person."""
    path = choice_made(walk, key, said)
    if path is not None:
        return _to(walk, path)
    if key or said:
        _not_understood(walk)
    if walk.step.get("do") == "choose" and walk.tries < MOST_TRIES:
        walk.tries += 1
        return ask(walk, walk.step)
    return _give_up(walk)


def _to(walk: Walk, path: str) -> VoiceResponse:
    """On to a step; one that asks again keeps what was chosen, the others keep it themselves."""
    twiml = take(walk, path)
    if walk.step.get("do") in ("choose", "say", "voicemail") and not walk.trial:
        walk.keep(f"Au menu : {walk.chosen}" if walk.chosen else "Au menu")
    return twiml


def _not_understood(walk: Walk) -> None:
    text, of = steps.in_language(walk.line.texts.get("not_understood"), walk.language)
    if text:
        walk.said.append((text, of))
    else:
        walk.tell(N_("Nous n’avons pas compris votre choix."))


def _after_an_answer(walk: Walk, key: str) -> VoiceResponse:
    if key == steps.PERSON_KEY:
        return to_a_person(walk)
    found = read_aloud(str(walk.step.get("article", "")), walk.language)
    if found is None:
        return to_a_person(walk)
    if key in (REPEAT, BY_TEXT):
        walk.tries = 1
        if key == BY_TEXT:
            send_answer(walk, found)
        return read(walk, found, again=key == REPEAT, by_text=key == REPEAT)
    if walk.tries < MOST_TRIES:
        walk.tries += 1
        return read(walk, found, again=False)
    return _give_up(walk)


def _give_up(walk: Walk) -> VoiceResponse:
    """Twice silent or not understood: somebody answers, or takes a message."""
    if person_near(walk) is not None:
        walk.tell(N_("Nous vous passons quelqu’un."))
    return to_a_person(walk)
