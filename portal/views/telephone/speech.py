"""What callers hear, as TwiML. Every sentence is built by the vendor's builder, never by joining text."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask_babel import force_locale, gettext
from twilio.twiml.voice_response import VoiceResponse

from portal.lines.models import Line
from portal.lines.saying import SPOKEN, say
from portal.views.language import LANGUAGES

MENU_TIMEOUT_S = 6
LONGEST_MESSAGE_S = 120


def answer(twiml: Any) -> Response:
    return Response(str(twiml), mimetype="text/xml")


def language() -> str:
    """The language this call goes on in: our own addresses carry it."""
    wanted = request.args.get("lang", "fr")
    return wanted if wanted in LANGUAGES else "fr"


def at(endpoint: str, **values: Any) -> str:
    """The path of a telephone door; the network resolves it against the address it called."""
    return url_for(f"telephone.{endpoint}", **values)


def speak(into: Any, text: str, language: str) -> None:
    if text:
        into.say(text, language=SPOKEN.get(language, SPOKEN["fr"]))


def menu(line: Line, language: str, *, before: tuple[str, ...] = (), tries: int = 1) -> VoiceResponse:
    """Says `before`, then the choices, and waits for a key or a word. Silence goes on to `tries` + 1."""
    twiml = VoiceResponse()
    gather = twiml.gather(
        input="dtmf speech",
        num_digits=1,
        timeout=MENU_TIMEOUT_S,
        language=SPOKEN.get(language, SPOKEN["fr"]),
        action=at("choose", lang=language, tries=tries),
        action_on_empty_result=True,
        method="POST",
    )
    for text in before:
        speak(gather, text, language)
    for choice in line.choices:
        speak(gather, choice.says.get(language) or choice.says.get("fr", ""), language)
    return twiml


def enqueue(line: Line, queue: str, language: str) -> VoiceResponse:
    """In line; whoever leaves it without an agent is asked for a message."""
    twiml = VoiceResponse()
    with force_locale(language):
        wait = say(line, "wait", language) or gettext("Un agent va vous répondre. Merci de rester en ligne.")
    speak(twiml, wait, language)
    where = {"action": at("left", lang=language), "wait_url": at("wait", lang=language)}
    twiml.enqueue(queue, method="POST", wait_url_method="POST", **where)
    twiml.redirect(at("voicemail", lang=language), method="POST")
    return twiml


def waiting(language: str) -> VoiceResponse:
    """Heard again and again while in line: 1 leaves a message instead."""
    twiml = VoiceResponse()
    with force_locale(language):
        text = gettext("Vous êtes toujours en ligne. Pour laisser un message, tapez 1.")
    gather = twiml.gather(num_digits=1, timeout=10, action=at("waited", lang=language), method="POST")
    speak(gather, text, language)
    twiml.pause(length=10)
    return twiml


def record(line: Line, language: str, *, before: str = "") -> VoiceResponse:
    twiml = VoiceResponse()
    with force_locale(language):
        ask = say(line, "voicemail", language) or gettext(
            "Laissez un message après le signal, puis raccrochez."
        )
    speak(twiml, before, language)
    speak(twiml, ask, language)
    action = at("recorded", lang=language)
    twiml.record(
        action=action, method="POST", max_length=LONGEST_MESSAGE_S, play_beep=True, finish_on_key="#"
    )
    return twiml


def goodbye(text: str, language: str) -> VoiceResponse:
    twiml = VoiceResponse()
    speak(twiml, text, language)
    twiml.hangup()
    return twiml


def unavailable() -> VoiceResponse:
    """What is said when nothing else can be: no line, no database."""
    text = "Le service est momentanément indisponible. En cas d’urgence, appelez le 112."
    return goodbye(text, "fr")
