"""What a caller said, as if it were a key."""

from __future__ import annotations

import re

from knowledge_base.analysis import fold
from portal.lines import tree as steps
from portal.lines.tree import Step

# figures said instead of pressed, alone or after « tapez »; and what may be said once an answer was read aloud
FIGURES = {
    "fr": "zéro un deux trois quatre cinq six sept huit neuf",
    "en": "zero one two three four five six seven eight nine",
    "ar": "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة",
}
REPEAT, BY_TEXT = "1", "2"
AFTER_AN_ANSWER = {
    "fr": {
        REPEAT: ["réentendre", "réécouter", "répéter", "répétez", "répète", "redire", "redites", "encore"],
        BY_TEXT: ["sms", "texto", "message", "envoyer", "envoyez"],
    },
    "en": {REPEAT: ["again", "repeat"], BY_TEXT: ["text", "sms", "message", "send"]},
    "ar": {
        REPEAT: ["إعادة", "أعد", "أعيدوا", "كرر", "كرروا", "مرة أخرى"],
        BY_TEXT: ["رسالة", "نصية", "أرسلوا"],
    },
}
SOMEBODY = {
    "fr": [
        *("quelqu’un", "une personne", "un humain", "standard"),
        *("agent", "agente", "conseiller", "conseillère", "opérateur", "opératrice"),
    ],
    "en": ["someone", "somebody", "a person", "agent", "adviser", "advisor", "human", "operator"],
    "ar": ["شخص", "موظف", "الموظف", "إنسان"],
}

TO_LEAVE_A_MESSAGE = {  # where nobody is there, the key of a person takes a message
    "fr": ["laisser un message", "laisse un message", "laisser message"],
    "en": ["leave a message", "leave message"],
    "ar": ["ترك رسالة", "أترك رسالة"],
}


def heard(step: Step, said: str, language: str) -> str:
    """The key that these words stand for at a step; empty when they stand for none."""
    offered = {str(choice.get("key")): _words(choice, language) for choice in steps.choices(step)}
    found = _longest(said, offered)
    return found or figure(said, language) or (steps.PERSON_KEY if says_somebody(said, language) else "")


def heard_after_an_answer(said: str, language: str) -> str:
    """As `heard`, once an answer was read aloud: somebody, again, or by text. « Envoyez-moi un conseiller » is no wish
    for a text, nor is « laisser un message »."""
    if says_somebody(said, language) or _longest(
        said, {steps.PERSON_KEY: TO_LEAVE_A_MESSAGE.get(language, [])}
    ):
        return steps.PERSON_KEY
    return _longest(said, AFTER_AN_ANSWER.get(language, {})) or figure(said, language)


def figure(said: str, language: str) -> str:
    """The key of a figure said aloud, « deux » or « 2 », if nothing else was said."""
    spoken = _plain(said).removeprefix("tapez ").removeprefix("press ").removeprefix("touche ").strip()
    names = [_plain(name) for name in FIGURES.get(language, "").split()]
    if len(spoken) == 1 and spoken.isdigit():
        return spoken
    return str(names.index(spoken)) if spoken in names else ""


def says_somebody(said: str, language: str) -> bool:
    return bool(_longest(said, {steps.PERSON_KEY: SOMEBODY.get(language, [])}))


def hints(step: Step, language: str) -> str:
    """What is likely to be said at a step: the network hears it better."""
    words = [word for choice in steps.choices(step) for word in _words(choice, language)]
    return ", ".join(dict.fromkeys(word.replace(",", " ") for word in words))[:500]


def _words(choice: Step, language: str) -> list[str]:
    given = choice.get("words")
    words = given.get(language) if isinstance(given, dict) else None
    return [str(word) for word in words] if isinstance(words, list) else []


def _longest(said: str, offered: dict[str, list[str]]) -> str:
    """The key of the longest of these words that was said: « acte de naissance » rather than « acte »."""
    heard_words = f" {_plain(said)} "
    found = [
        (len(plain), key)
        for key, words in offered.items()
        for word in words
        if (plain := _plain(word)) and f" {plain} " in heard_words
    ]
    return max(found, key=lambda one: one[0])[1] if found else ""


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))
