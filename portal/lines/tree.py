"""A menu as a tree of steps: finding one's way in it.

A step is a mapping with what it does under `do`: say, choose, queue, voicemail, transfer, article, text. Steps are
nested in one another, so a menu cannot loop. A path is a text of marks from the root: a choice's key, or `-` for
what comes after a step.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

Step = dict[str, Any]
Texts = dict[str, str]  # by language

REFERENCE = "fr"  # the language every text exists in
NEXT = "-"
PERSON_KEY = "0"
PEOPLE = ("queue", "transfer")  # what leads to somebody
MOST_NESTED = 12

_WHOLE_SENTENCE = re.compile(r"^(?:pour |for |to )?(.*?)[,،:]?\s*(?:tapez|press|اضغطوا)\b.*$", re.IGNORECASE)


def step_at(tree: Step, path: str) -> Step | None:
    """The step that this path leads to; None when the tree has no such path."""
    step: Step | None = tree
    for mark in path:
        step = _follow(step, mark)
        if step is None:
            return None
    return step


def choices(step: Step) -> list[dict[str, Any]]:
    """What may be chosen at a step, in order."""
    offered = step.get("choices") or () if step.get("do") == "choose" else ()
    return [choice for choice in offered if isinstance(choice, dict)]


def choice_for(step: Step, key: str) -> dict[str, Any] | None:
    """What this key chooses at a step."""
    return next((choice for choice in choices(step) if key and choice.get("key") == key), None)


def walk(tree: Step, path: str = "") -> Iterator[tuple[str, Step]]:
    """Every step under a path, with its own, the nearest first. What is nested too deep is left out."""
    step = step_at(tree, path)
    if step is None or len(path) > MOST_NESTED:
        return
    yield path, step
    for choice in choices(step):
        yield from walk(tree, path + str(choice.get("key", "?"))[:1])
    if isinstance(step.get("then"), dict):
        yield from walk(tree, path + NEXT)


def person_near(tree: Step, path: str = "", people: Collection[str] = PEOPLE) -> str | None:
    """Where 0 leads from here: what the nearest menu says of 0, else the first somebody of the whole menu.

    With `people` of `queue` alone, somebody of ours: for who was not answered elsewhere.
    """
    for length in range(len(path), -1, -1):
        choice = choice_for(step_at(tree, path[:length]) or {}, PERSON_KEY)
        if choice is not None and leads_to_a_person(choice.get("then") or {}, people):
            return path[:length] + PERSON_KEY
    found = (at for kind in people for at, step in walk(tree) if step.get("do") == kind)
    return next(found, None)


def leads_to_a_person(step: Step, people: Collection[str] = PEOPLE) -> bool:
    """Whether this step, once it has said what it says, is answered by somebody."""
    while step.get("do") in ("say", "text") and isinstance(step.get("then"), dict):
        step = step["then"]
    return step.get("do") in people


def about(tree: Step, path: str, topic: str) -> str | None:
    """The path under this one to who answers on a topic, for someone who said it instead of pressing keys."""
    places = (at for at, step in walk(tree, path) if step.get("do") == "queue" and step.get("topic") == topic)
    return next(places, None) if topic else None


def texts(said: Any) -> Texts:
    """A step's text by language, whatever a tree holds in its place."""
    return {language: str(text) for language, text in said.items() if text} if isinstance(said, dict) else {}


def in_language(said: Any, language: str) -> tuple[str, str]:
    """A text in this language or else in French, and the language it is in: the voice must be that one's."""
    own = texts(said)
    return (own[language], language) if language in own else (own.get(REFERENCE, ""), REFERENCE)


def title_of(choice: dict[str, Any], language: str = REFERENCE) -> str:
    """What a choice is about, without its key: « Pour un acte, tapez 1. » is « un acte »."""
    label, _language = in_language(choice.get("label"), language)
    found = _WHOLE_SENTENCE.match(label)
    title = found[1] if found and found[1] else label.rstrip(" .")
    return title[:1].upper() + title[1:]


def titles(tree: Step, path: str, language: str = REFERENCE) -> list[str]:
    """The titles of the choices made along a path, for whoever takes the call."""
    made = (choice_for(step_at(tree, path[:n]) or {}, mark) for n, mark in enumerate(path))
    return [title_of(choice, language) for choice in made if choice]


def _follow(step: Step | None, mark: str) -> Step | None:
    if step is None:
        return None
    then = step.get("then") if mark == NEXT else (choice_for(step, mark) or {}).get("then")
    return then if isinstance(then, dict) else None
