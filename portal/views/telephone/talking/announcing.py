"""What whoever waits in line hears: their rank and wait in words, what they may do instead; and never silence."""

from __future__ import annotations

from flask_babel import force_locale, gettext
from twilio.twiml.voice_response import Gather, VoiceResponse

from portal.desk.estimating import FOR_LONG, Announcement, in_steps
from portal.desk.models import Place
from portal.desk.places import expected_wait_s, has_number, may_be_called_back
from portal.errors import N_
from portal.lines.models import Line
from portal.lines.saying import say
from portal.views.telephone import speech
from portal.views.telephone.speech import Spoken

RANKS = (
    N_("deuxième"),
    N_("troisième"),
    N_("quatrième"),
    N_("cinquième"),
    N_("sixième"),
    N_("septième"),
    N_("huitième"),
    N_("neuvième"),
    N_("dixième"),
)
WAITS = {
    60: N_("environ une minute"),
    120: N_("environ deux minutes"),
    180: N_("environ trois minutes"),
    240: N_("environ quatre minutes"),
    300: N_("environ cinq minutes"),
    480: N_("environ huit minutes"),
    600: N_("environ dix minutes"),
    900: N_("environ un quart d’heure"),
    1200: N_("environ vingt minutes"),
    FOR_LONG: N_("plus de vingt minutes"),
}


def waiting(line: Line, place: Place, told: Announcement, language: str) -> VoiceResponse:
    """Heard again about every half minute. A key works at any time of it."""
    twiml = VoiceResponse()
    gather = twiml.gather(num_digits=1, timeout=2, action=speech.at("waited", lang=language), method="POST")
    with force_locale(language):
        for sentence in (*_wait(told), *_instead(place, told.wait_s)):
            speech.speak(gather, sentence, language)
        _patience(gather, line, language, comes=told.wait_s is not None)
    return twiml


def closing(line: Line, place: Place, closed: Spoken, language: str) -> VoiceResponse:
    """The line has closed and nobody is left to answer: why, what may be done instead, and then a message is asked
    for, where the line takes them. To go on waiting would be in vain: else it is the end of the call, and who is not
    called back by their own key is proposed to be."""
    twiml, keys = VoiceResponse(), {} if line.takes_messages else {"told": "1"}
    action = speech.at("waited", lang=language, **keys)
    gather = twiml.gather(num_digits=1, timeout=4, action=action, method="POST")
    speech.speak(gather, *closed)
    with force_locale(language):
        for sentence in _instead(place, None, message=line.takes_messages):
            speech.speak(gather, sentence, language)
    if line.takes_messages:
        twiml.redirect(speech.at("waited", lang=language, key="2"), method="POST")
    else:
        twiml.hangup()
    return twiml


def soon(line: Line, language: str) -> VoiceResponse:
    """There is nothing to tell but that somebody comes."""
    twiml = VoiceResponse()
    with force_locale(language):
        _patience(twiml, line, language)
    return twiml


def will_be_called_back(place: Place, language: str) -> VoiceResponse:
    """Goodbye to someone who keeps their place: at which number, and about when."""
    number = place.contact.identifier.value if place.contact.identifier else ""
    with force_locale(language):
        values = {"digits": " ".join(number[-2:])}
        wait = in_steps(expected_wait_s(place))
        promise = gettext("C’est noté : nous rappelons le numéro qui se termine par %(digits)s.", **values)
        when = gettext("Ce sera dans %(wait)s.", wait=gettext(WAITS[wait])) if wait else ""
        kept = gettext("Vous gardez votre place. Merci, et au revoir.")
        return speech.goodbye(" ".join(filter(None, (promise, when, kept))), language)


def _wait(told: Announcement) -> list[str]:
    """The rank and the wait; that it is longer than announced, rather than a larger figure without a word."""
    sentences = [gettext("Un appel plus urgent est passé avant le vôtre.")] if told.overtaken else []
    sentences.append(_rank(told.rank))
    if told.wait_s is None:
        sentences.append(
            gettext("Personne ne peut répondre pour l’instant : nous ignorons dans combien de temps.")
        )
    elif told.longer:
        wait = gettext(WAITS[told.wait_s])
        sentences.append(gettext("L’attente est plus longue qu’annoncé : encore %(wait)s.", wait=wait))
    else:
        sentences.append(gettext("Temps d’attente : %(wait)s.", wait=gettext(WAITS[told.wait_s])))
    return sentences


def _rank(rank: int) -> str:
    if rank == 1:
        return gettext("Vous êtes la prochaine personne.")
    if rank <= len(RANKS) + 1:
        return gettext("Vous êtes la %(rank)s personne.", rank=gettext(RANKS[rank - 2]))
    return gettext("Nombre de personnes avant vous : %(count)s.", count=rank - 1)


def _instead(place: Place, wait_s: int | None, *, message: bool = True) -> list[str]:
    sentences = []
    if may_be_called_back(place, wait_s):
        sentences.append(gettext("Pour être rappelé sans perdre votre place, tapez 1."))
    elif not has_number(place.contact):
        sentences.append(gettext("Votre numéro est masqué ou lointain : nous ne pouvons pas vous rappeler."))
    if message:
        sentences.append(gettext("Pour laisser un message, tapez 2."))
    return sentences


def _patience(into: VoiceResponse | Gather, line: Line, language: str, *, comes: bool = True) -> None:
    """A sentence, then about half a minute of music: the line's, from the address configured for it, or ours. That
    somebody `comes` is not said right after that nobody can."""
    music = say(line, "hold_music", language)
    somebody = gettext("Un agent va vous répondre. Merci de rester en ligne.")
    nobody_yet = gettext("Tant que vous restez en ligne, vous gardez votre place.")
    speech.speak(into, somebody if comes else nobody_yet, language)
    into.play(music if music.startswith("https://") else speech.at("music"))
