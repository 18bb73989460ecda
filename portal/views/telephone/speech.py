"""What callers hear, as TwiML. Every sentence is built by the vendor's builder, never by joining text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, request, url_for
from flask_babel import force_locale, gettext
from twilio.twiml.voice_response import VoiceResponse

from portal.contacts.models import Contact
from portal.contacts.texts.texting import why_not
from portal.lines.models import Line
from portal.lines.pronouncing import pronounced
from portal.lines.saying import HEARD, SPOKEN, without_promise
from portal.lines.tree import in_language
from portal.views.language import LANGUAGES

MENU_TIMEOUT_S = 6
LONGEST_MESSAGE_S = 120
LONGEST_SAY = 4096  # the network refuses more
LONGEST_QUEUE = 64  # letters of its name; two that begin alike may share it: the order of the line is ours

Spoken = tuple[str, str]  # a text, and the language it is in


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
        into.say(pronounced(text, language)[:LONGEST_SAY], language=SPOKEN.get(language, SPOKEN["fr"]))


def own(line: Line, name: str, language: str, default: str = "") -> Spoken:
    """What a line says under a name, in this language, else in French, else `default` (already in this language)."""
    text, of = in_language(line.texts.get(name), language)
    return (text, of) if text else (default, language)


def gather(into: VoiceResponse, language: str, action: str, *, hints: str = "") -> Any:
    """Waits for one key or a few words; silence goes to the same address."""
    more = {"hints": hints} if hints else {}
    return into.gather(
        input="dtmf speech",
        num_digits=1,
        timeout=MENU_TIMEOUT_S,
        speech_timeout="auto",
        language=HEARD.get(language, HEARD["fr"]),
        action=action,
        action_on_empty_result=True,
        method="POST",
        **more,
    )


def gather_digits(into: VoiceResponse, action: str, *, digits: int) -> Any:
    """Waits for so many keys; silence goes to the same address."""
    more = {"finish_on_key": "#", "action_on_empty_result": True, "method": "POST"}
    return into.gather(input="dtmf", num_digits=digits, timeout=MENU_TIMEOUT_S, action=action, **more)


def enqueue(line: Line, queue: str, language: str, *, before: Iterable[Spoken] = ()) -> VoiceResponse:
    """In line; whoever leaves it without an agent is asked for a message."""
    twiml = VoiceResponse()
    for text, of in before:
        speak(twiml, text, of)
    with force_locale(language):
        wait = gettext("Un agent va vous répondre. Merci de rester en ligne.")
    speak(twiml, *own(line, "wait", language, wait))
    where = {"action": at("left", lang=language), "wait_url": at("wait", lang=language)}
    twiml.enqueue(queue[:LONGEST_QUEUE], method="POST", wait_url_method="POST", **where)
    twiml.redirect(at("voicemail", lang=language), method="POST")
    return twiml


def record(
    line: Line,
    language: str,
    *,
    before: Iterable[Spoken] = (),
    ask: Spoken | None = None,
    into: VoiceResponse | None = None,
    contact: Contact | None = None,
) -> VoiceResponse:
    """Asks for a message, after what `into` does; `ask` is how, else the line's own words, without any promise of a
    text to a `contact` that none may reach."""
    twiml = VoiceResponse() if into is None else into
    for text, of in before:
        speak(twiml, text, of)
    with force_locale(language):
        ours = gettext("Laissez un message après le signal, puis raccrochez.")
    words, of = ask or own(line, "voicemail", language, ours)
    if contact is not None and why_not(contact):
        words, of = (kept, of) if (kept := without_promise(words)) else (ours, language)
    speak(twiml, words, of)
    action = at("recorded", lang=language)
    twiml.record(
        action=action, method="POST", max_length=LONGEST_MESSAGE_S, play_beep=True, finish_on_key="#"
    )
    return twiml


def goodbye(text: str, language: str) -> VoiceResponse:
    return last_words([(text, language)])


def last_words(said: Iterable[Spoken]) -> VoiceResponse:
    """Said one after the other, each by the voice of its language; then the call ends."""
    twiml = VoiceResponse()
    for text, language in said:
        speak(twiml, text, language)
    twiml.hangup()
    return twiml


def talk_over(language: str) -> Spoken:
    """Said to a citizen whom somebody else's hanging up leaves alone on the telephone."""
    with force_locale(language):
        return gettext("L’appel est terminé. Merci, et au revoir."), language


def unavailable() -> VoiceResponse:
    """What is said when nothing else can be: no line, no database."""
    text = "Le service est momentanément indisponible. En cas d’urgence, appelez le 112, ou écrivez au 114."
    return goodbye(text, "fr")
