"""The tree of a script, and what is wrong with it.

`{"first": "1", "steps": {"1": {"asks": …, "answers": [{"words": …, "then": "2"}]}, "2": {"says": …, "does": …}}}`:
steps by key. A step may tell what to say (`says`) and to do (`does`), and name an article, a service or a
disposition; one with answers is a question, one without is where the script ends.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.contacts.models import DISPOSITIONS
from portal.errors import N_, Refused

TEXTS = ("asks", "says", "does", "article", "service", "disposition")
MOST_ANSWERS, MOST_STEPS, LONGEST_TEXT = 6, 60, 2000
LONG_WAY = 6  # questions in a row: a call is no questionnaire

Step = dict[str, Any]
Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a step; an error blocks publishing, a warning does not."""

    step: str
    sentence: str
    error: bool = True


def empty() -> dict[str, Any]:
    """A tree of one step that says nothing yet."""
    return {"first": "1", "steps": {"1": {}}}


def step_at(tree: Tree, key: str) -> Step | None:
    """The step with this key."""
    found: Step | None = tree.get("steps", {}).get(key)
    return found


def answers(step: Step) -> list[dict[str, str]]:
    """The answers of a step: none where the script ends."""
    found: list[dict[str, str]] = step.get("answers", [])
    return found


def title(step: Step) -> str:
    """What a step is called in lists: what it asks, else what it tells."""
    return next((step[name] for name in ("asks", "says", "does") if step.get(name)), "")


def digest(step: Step | None) -> str:
    """What tells one wording of a step from another."""
    return hashlib.sha256(json.dumps(step, sort_keys=True).encode()).hexdigest()[:16]


def free_key(tree: Tree) -> str:
    """A key that no step has, nor had among those that are left."""
    return str(max((int(key) for key in tree["steps"]), default=0) + 1)


def tidy(step: Step) -> Step:
    """A step without blanks and empty parts. Refuses what is too long or unknown."""
    texts = {name: str(step.get(name, "")).strip() for name in TEXTS}
    kept = [
        {"words": answer["words"].strip(), "then": answer.get("then", "")}
        for answer in step.get("answers", [])
        if answer["words"].strip()
    ]
    for name, text in texts.items():
        if len(text) > LONGEST_TEXT:
            raise Refused(
                N_("Ce texte est trop long : %(most)s caractères au plus."), field=name, most=LONGEST_TEXT
            )
    if len(kept) > MOST_ANSWERS:
        raise Refused(
            N_("Une question compte au plus %(most)s réponses."), field="answers", most=MOST_ANSWERS
        )
    if texts["disposition"] and texts["disposition"] not in DISPOSITIONS:
        raise Refused(N_("Choisissez une des réponses proposées."), field="disposition")
    tidied: Step = {name: text for name, text in texts.items() if text}
    return {**tidied, "answers": kept} if kept else tidied


def without(tree: Tree, key: str) -> dict[str, Any]:
    """The tree without a step; the answers that led to it lead nowhere, which `check` then says."""
    steps = {name: step for name, step in tree["steps"].items() if name != key}
    for name, step in steps.items():
        if any(answer["then"] == key for answer in answers(step)):
            led = [{**one, "then": "" if one["then"] == key else one["then"]} for one in answers(step)]
            steps[name] = {**step, "answers": led}
    return {"first": tree["first"], "steps": steps}


def check(tree: Tree) -> list[Finding]:
    """What is wrong with a tree, step by step: dead ends, loops, what nobody reaches; then what could be better."""
    found = [finding for key, step in tree["steps"].items() for finding in _at(key, step, tree)]
    reached = set(_reached(tree))
    found += [
        Finding(key, N_("Aucune réponse ne mène à cette étape."))
        for key in tree["steps"]
        if key not in reached
    ]
    looping = sorted(_looping(tree), key=int)
    found += [
        Finding(key, N_("Cette étape ramène à elle-même : le script tourne en rond.")) for key in looping
    ]
    if not looping and tree["first"] in tree["steps"] and _longest(tree, tree["first"]) > LONG_WAY:
        sentence = N_("Plus de six questions à la suite : un appel n’est pas un questionnaire.")
        found.append(Finding(tree["first"], sentence, error=False))
    return found


def _at(key: str, step: Step, tree: Tree) -> Iterator[Finding]:
    if step.get("asks") and not answers(step):
        yield Finding(key, N_("Cette question n’a pas de réponse."))
    if answers(step) and not step.get("asks"):
        yield Finding(key, N_("Cette étape a des réponses, mais ne pose pas de question."))
    if not answers(step) and not step.get("says") and not step.get("does"):
        yield Finding(key, N_("Le script s’arrête ici sans dire quoi dire ni quoi faire."))
    if any(answer["then"] not in tree["steps"] for answer in answers(step)):
        yield Finding(key, N_("Une réponse ne mène nulle part."))
    if len(answers(step)) == 1:
        yield Finding(key, N_("Une seule réponse possible : ce n’est pas une question."), error=False)


def _next(tree: Tree, key: str) -> list[str]:
    return [one["then"] for one in answers(tree["steps"][key]) if one["then"] in tree["steps"]]


def _reached(tree: Tree) -> Iterator[str]:
    waiting, seen = [tree["first"]], set()
    while waiting:
        key = waiting.pop()
        if key in seen or key not in tree["steps"]:
            continue
        seen.add(key)
        yield key
        waiting.extend(_next(tree, key))


def _looping(tree: Tree) -> set[str]:
    """The steps that are on a circle: one can come back to them."""
    return {
        key
        for key in tree["steps"]
        if any(key in _reached({**tree, "first": then}) for then in _next(tree, key))
    }


def _longest(tree: Tree, key: str, known: dict[str, int] | None = None) -> int:
    """How many questions the longest way from a step asks. Only for a tree that does not loop."""
    known = {} if known is None else known
    if key not in known:
        known[key] = max((1 + _longest(tree, then, known) for then in _next(tree, key)), default=0)
    return known[key]
