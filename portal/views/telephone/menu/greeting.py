"""What a caller hears first: an emergency, then why nobody answers (a holiday, a closing, the hour), else the menu."""

from __future__ import annotations

from flask_babel import force_locale, gettext
from twilio.twiml.voice_response import VoiceResponse

from portal import clock
from portal.directory.hours import calendars
from portal.directory.hours.opening import Opening
from portal.errors import N_
from portal.lines.models import Line
from portal.lines.saying import opening_of
from portal.views.hours import opens_text
from portal.views.telephone import speech
from portal.views.telephone.menu.choosing import offer_languages
from portal.views.telephone.menu.walking import Walk, take
from portal.views.telephone.speech import Spoken

IN_DANGER = N_(
    "Si une vie est en danger, raccrochez et appelez le 15, le 17, le 18 ou le 112, ou écrivez au 114 par SMS."
)
LANGUAGE_S = 3
CLOSED = {
    "holiday": N_("Nos bureaux sont fermés aujourd’hui, jour férié : %(holiday)s."),
    "exception": N_("Nos bureaux sont exceptionnellement fermés aujourd’hui."),
    "hours": N_("Nos bureaux sont fermés en ce moment."),
}


def greet(walk: Walk) -> VoiceResponse:
    """In this order: the emergency of the line, the numbers of emergencies, a closed door and why, or the menu."""
    line = walk.line
    warn(walk)
    opening = opening_of(line, clock.now(), zone_of(line))
    if not opening.open:
        return _closed(walk, opening)
    walk.say(line.texts.get("welcome"))
    offer_languages(walk)
    return take(walk, "")


def warn(walk: Walk) -> None:
    """What comes before all else: who chooses another language has not understood it yet."""
    if walk.line.emergency:
        walk.say(walk.line.texts.get("emergency"))
    _add(walk, "emergency_notice", IN_DANGER)


def zone_of(line: Line) -> str:
    """By which clocks a line is open: those of its organization."""
    return calendars.of_organization(line.organization_id).timezone


def begin_trial(walk: Walk) -> VoiceResponse:
    """An administrator calls a version before callers do: whatever the hour, and nothing is done for real."""
    number = walk.menu.number if walk.menu else 0
    walk.said.append((f"Essai de la version {number} du menu.", "fr"))
    walk.say(walk.line.texts.get("welcome"))
    offer_languages(walk)
    return take(walk, "")


def closed_in(walk: Walk, language: str | None) -> VoiceResponse:
    """A key was pressed while the line is closed: the same in the language that it stands for."""
    opening = opening_of(walk.line, clock.now(), zone_of(walk.line))
    if language:
        walk.language = walk.contact().language = language
        warn(walk)
        _say_why(walk, opening)
    return _take_message(walk, VoiceResponse())


def _closed(walk: Walk, opening: Opening) -> VoiceResponse:
    """Why nobody answers and from when somebody will; then a message, where the line takes them. Whoever reads no
    French has a moment to say so by a key."""
    _say_why(walk, opening)
    twiml = VoiceResponse()
    if not walk.line.language_keys:
        return _take_message(walk, twiml)
    offer_languages(walk)
    action = walk.at("closed")
    walk.speak(twiml.gather(input="dtmf", num_digits=1, timeout=LANGUAGE_S, action=action, method="POST"))
    return _take_message(walk, twiml)


def _take_message(walk: Walk, twiml: VoiceResponse) -> VoiceResponse:
    if walk.line.takes_messages:
        contact = walk.contact()
        return speech.record(walk.line, walk.language, before=walk.said, into=twiml, contact=contact)
    walk.speak(twiml)
    twiml.hangup()
    return twiml


def _say_why(walk: Walk, opening: Opening) -> None:
    if not opening.open:
        walk.said.append(why_closed(walk.line, opening, walk.language))


def why_closed(line: Line, opening: Opening, language: str) -> Spoken:
    """Why nobody answers, and from when somebody will: in the line's own words, else in ours."""
    with force_locale(language):
        holiday = gettext(opening.holiday) if opening.holiday else ""
    name = "closed" if opening.why == "hours" else opening.why
    text, of = speech.own(line, name, language)
    with force_locale(of if text else language):
        opens = opens_text(opening.opens_at, zone_of(line))
        text = text or f"{gettext(CLOSED[opening.why], holiday=holiday)} {{opens}}"
    return text.replace("{opens}", opens).replace("{holiday}", holiday).strip(), of


def _add(walk: Walk, name: str, default: str) -> None:
    if walk.line.texts.get(name):
        walk.say(walk.line.texts[name])
    else:
        walk.tell(default)
