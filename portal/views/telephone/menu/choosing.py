"""The steps that speak and ask: what is said, what may be chosen, and what a key or a word chooses."""

from __future__ import annotations

from flask_babel import force_locale, gettext
from twilio.twiml.voice_response import VoiceResponse

from portal.articles import library
from portal.articles.models import Topic
from portal.database import db
from portal.errors import N_
from portal.lines import tree as steps
from portal.lines.hearing import heard, hints
from portal.lines.tree import Step
from portal.views.context import searcher
from portal.views.language import LANGUAGES
from portal.views.telephone import speech
from portal.views.telephone.menu.walking import Walk, does, person_near, take_next
from portal.views.telephone.speech import Spoken


@does("say")
def say(walk: Walk, step: Step) -> VoiceResponse:
    walk.say(step.get("says"))
    return take_next(walk)


@does("choose")
def ask(walk: Walk, step: Step) -> VoiceResponse:
    """What was said before, then the choices; waits for a key or a word."""
    twiml = VoiceResponse()
    likely = hints(step, walk.language)
    inside = speech.gather(twiml, walk.language, walk.at("choose", tries=walk.tries), hints=likely)
    walk.say(step.get("says"))
    walk.said += [_offer(walk, choice) for choice in steps.choices(step)]
    if not steps.choice_for(step, steps.PERSON_KEY) and person_near(walk) is not None:
        walk.tell(N_("Pour parler à quelqu’un, tapez 0."))
    walk.speak(inside)
    return twiml


def choice_made(walk: Walk, key: str, said: str) -> str | None:
    """The path that a key or a few words lead to from here; None when nothing was understood."""
    key = key or (heard(walk.step, said, walk.language) if said else "")
    if steps.choice_for(walk.step, key):
        return walk.path + key
    if key == steps.PERSON_KEY:
        return person_near(walk)
    return _answered_by(walk, said) if said and not key else None


def language_chosen(walk: Walk, key: str) -> str | None:
    """The language that a key of the line stands for, unless this menu uses the key itself."""
    language = walk.line.language_keys.get(key)
    return language if language in LANGUAGES and not steps.choice_for(walk.step, key) else None


def offer_languages(walk: Walk) -> None:
    """Each other language of the line is offered in its own words and by its own voice."""
    keys = {language: key for key, language in walk.line.language_keys.items()}
    for language in walk.line.languages:
        if language != walk.language:
            text, of = steps.in_language(walk.line.texts.get("language_choice"), language)
            written = text if of == language else ""
            walk.said.append((written or _in_its_own(language, keys.get(language, "")), language))


def _in_its_own(language: str, key: str) -> str:
    with force_locale(language):
        return gettext("Pour le français, tapez %(key)s.", key=key) if key else ""


def _offer(walk: Walk, choice: Step) -> Spoken:
    """A choice and its key. A label that is a whole sentence is said as it is."""
    label, of = steps.in_language(choice.get("label"), walk.language)
    if not label or label.endswith("."):
        return label, of
    with force_locale(of):
        return gettext("%(choice)s : tapez %(key)s.", choice=label, key=choice["key"]), of


def _answered_by(walk: Walk, said: str) -> str | None:
    """The path to who answers on what was said: the topic that these words leave no doubt of."""
    topic_id = library.topic_about(searcher(), said, language=walk.language)
    topic = db.session.get(Topic, topic_id) if topic_id else None
    return steps.about(walk.tree, walk.path, topic.slug) if topic else None
