"""Scripts in the words of those who keep them: the form of a step, the tree as a picture, versions side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portal.scripts import trees
from portal.scripts.editing import NEW
from portal.scripts.models import Script
from portal.scripts.trees import Finding, Step, Tree
from portal.views.admin.trees import pointing
from portal.views.console.words import DISPOSITIONS
from portal.views.forms import Form
from portal.views.picture import Node
from portal.views.script_steps import short

STATES = {"draft": "Brouillon", "published": "Publié", "retired": "Retiré"}
FIELDS = {
    "asks": "Question",
    "says": "À dire",
    "does": "À faire",
    "article": "Article",
    "service": "Service",
    "disposition": "Fin de l’échange",
    "name": "Nom",
    "topics": "Thèmes",
    "queues": "Files",
}
VERBS = {
    "script.added": "a créé le script",
    "script.changed": "a changé le nom, les thèmes ou les files",
    "script.step_saved": "a modifié une étape",
    "script.step_added": "a ajouté une étape",
    "script.step_removed": "a retiré une étape",
    "script.published": "a publié le script",
    "script.rolled_back": "est revenu à une version précédente",
    "script.retired": "a retiré le script",
    "script.draft_dropped": "a abandonné le brouillon",
}


def read_step(form: Form) -> Step:
    """The step typed: its texts, and the answers that have words."""
    step: Step = {name: form.text(name) for name in trees.TEXTS}
    step |= {"article": pointing.read_article(form), "service": pointing.read_service_slug(form)}
    places = range(1, trees.MOST_ANSWERS + 1)
    answers = [
        {"words": form.text(f"answer-{n}", longest=120), "then": form.text(f"then-{n}", longest=12)}
        for n in places
    ]
    return {**step, "answers": answers}


def step_values(step: Step) -> dict[str, str]:
    """What the form shows of a step."""
    values = {name: step.get(name, "") for name in trees.TEXTS}
    for n, answer in enumerate(trees.answers(step), 1):
        values |= {f"answer-{n}": answer["words"], f"then-{n}": answer["then"]}
    return values


def targets(tree: Tree, key: str) -> list[tuple[str, str]]:
    """Where an answer may lead: the other steps, or one to be written."""
    steps = [
        (other, f"Étape {other} : {short(trees.title(step)) or 'encore vide'}")
        for other, step in tree["steps"].items()
        if other != key
    ]
    return [(NEW, "Une nouvelle étape"), *steps]


def by_step(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings of each step, errors first."""
    found: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: not one.error):
        found.setdefault(finding.step, []).append(finding)
    return found


def picture_of(tree: Tree, wrong: Mapping[str, Any]) -> Node:
    """The tree as boxes. A step drawn already is only named again."""
    drawn: set[str] = set()

    def node(key: str, by: str) -> Node:
        step = trees.step_at(tree, key)
        if step is None:
            return Node("Ne mène nulle part", by=by, kind="à corriger", tone="wrong")
        if key in drawn:
            return Node(f"Étape {key}, déjà dessinée", by=by, tone="again")
        drawn.add(key)
        children = [node(one["then"], one["words"]) for one in trees.answers(step)]
        error = any(finding.error for finding in wrong.get(key, ()))
        kind = f"Étape {key}" + (", à corriger" if error else "" if children else ", fin")
        tone = "wrong" if error else "" if children else "end"
        return Node(trees.title(step) or "Encore vide", kind=kind, by=by, tone=tone, children=children)

    return node(tree["first"], "")


def rows(before: Tree, after: Tree) -> list[tuple[str, str, str]]:
    """Two versions, step by step; only those that differ."""
    steps = [tree.get("steps", {}) for tree in (before, after)]
    keys = sorted({*steps[0], *steps[1]}, key=int)
    told = [(f"Étape {key}", _told(steps[0].get(key)), _told(steps[1].get(key))) for key in keys]
    firsts = [f"Étape {tree['first']}" if tree else "" for tree in (before, after)]
    return [row for row in [("Commence par", firsts[0], firsts[1]), *told] if row[1] != row[2]]


def step_rows(theirs: Step, yours: Step) -> list[tuple[str, str, str]]:
    """Two wordings of a step, line by line."""
    lines = [dict(_lines(one)) for one in (theirs, yours)]
    labels = dict.fromkeys([*lines[0], *lines[1]])
    return [(label, lines[0].get(label, ""), lines[1].get(label, "")) for label in labels]


def changed(details: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What an event says was changed in steps."""
    return [
        (f"Étape {key}", _told(before), _told(after))
        for key, (before, after) in (details.get("changed") or {}).items()
        if key.isdecimal()
    ]


def state_of(made: Script) -> str:
    """« Publié », « Publié, brouillon en cours », « Brouillon », « Retiré »."""
    states = {version.state for version in made.versions}
    if "published" in states:
        return "Publié, brouillon en cours" if "draft" in states else "Publié"
    return "Brouillon" if "draft" in states else "Retiré"


def _told(step: Step | None) -> str:
    return "\n".join(f"{label} : {text}" for label, text in _lines(step or {}))


def _lines(step: Step) -> list[tuple[str, str]]:
    values = {**step, "disposition": DISPOSITIONS.get(step.get("disposition", ""), "")}
    lines = [(FIELDS[name], str(values[name])) for name in trees.TEXTS if values.get(name)]
    return lines + [
        (f"Réponse « {one['words']} »", f"étape {one['then']}" if one["then"] else "ne mène nulle part")
        for one in trees.answers(step)
    ]
