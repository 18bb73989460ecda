"""Menus in the words of those who keep them: the outline of a tree, its picture, the form of a step, two versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from portal.lines import tree as steps
from portal.lines.checking import ERROR, Finding
from portal.lines.tree import NEXT, Step
from portal.views.admin.content.words import LANGUAGES
from portal.views.admin.rules.words import apart
from portal.views.admin.trees import pointing
from portal.views.forms import Form
from portal.views.picture import Node
from portal.views.script_steps import short

KINDS = {
    "choose": "Proposer un choix",
    "say": "Dire un texte",
    "queue": "Mettre en attente d’un agent",
    "article": "Lire une réponse à voix haute",
    "text": "Envoyer un SMS",
    "transfer": "Transférer à un service",
    "voicemail": "Prendre un message",
}
ABOUT = {
    "choose": "La personne tape une touche, ou dit un mot.",
    "say": "Puis la suite, ou l’appel se termine.",
    "queue": "Les agents de la file sont appelés, la plus longue attente d’abord.",
    "article": "Puis 1 pour réentendre, 2 pour recevoir par SMS, 0 pour une personne.",
    "text": "Un lien ou un texte part au numéro qui appelle.",
    "transfer": "Au numéro que donne l’annuaire, et à aucun autre.",
    "voicemail": "La personne est rappelée.",
}
STATES = {"draft": "Brouillon", "published": "En service", "retired": "Ancienne"}
VERBS = {
    "menu.drafted": "a modifié le brouillon",
    "menu.published": "a mis la version en service",
    "menu.rolled_back": "est revenu à la version",
    "menu.trial_begun": "a essayé la version",
    "menu.draft_dropped": "a abandonné le brouillon",
}
LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Names:
    """The names of what a menu points at, by slug."""

    queues: Mapping[str, str]
    topics: Mapping[str, str]
    services: Mapping[str, str]
    articles: Mapping[str, str]

    def of(self, step: Step) -> str:
        """What a step leads to: the queue, the service, the answer."""
        known = {"queue": self.queues, "transfer": self.services}.get(step.get("do", ""), self.articles)
        slug = step.get({"queue": "queue", "transfer": "service"}.get(step.get("do", ""), "article"), "")
        name = known.get(slug, slug)
        topic = self.topics.get(step.get("topic", ""))
        return f"{name} ({topic})" if name and topic and topic != name else name


@dataclass(frozen=True, slots=True)
class Branch:
    """A step of the outline, what is wrong with it, and what comes after."""

    path: str
    step: Step
    said: str
    language: str  # in which it is said: French where there is no other
    target: str
    findings: Sequence[Finding]
    choices: Sequence[tuple[Step, str, Branch | None]]
    then: Branch | None

    @property
    def kind(self) -> str:
        return KINDS.get(self.step.get("do", ""), "Ne fait rien encore")

    @property
    def goes_on(self) -> bool:
        return self.step.get("do") in ("say", "text")


def outline(
    tree: Step, findings: Iterable[Finding], names: Names, language: str, path: str = ""
) -> Branch | None:
    """The tree in words, from this path on."""
    step = steps.step_at(tree, path)
    if not step:
        return None
    found = list(findings)
    said, of = steps.in_language(step.get("says"), language)
    below = [
        (
            choice,
            apart(steps.title_of(choice, language)),
            outline(tree, found, names, language, path + choice.get("key", "?")),
        )
        for choice in steps.choices(step)
    ]
    return Branch(
        path=path,
        step=step,
        said=said,
        language=of,
        target=names.of(step),
        findings=[one for one in found if one.path == path],
        choices=below,
        then=outline(tree, found, names, language, path + NEXT),
    )


def picture_of(branch: Branch | None, by: str = "") -> Node:
    """The outline as boxes."""
    if branch is None:
        return Node("Ne mène nulle part", kind="à corriger", by=by, tone="wrong")
    children = [
        picture_of(below, f"{choice.get('key', '?')} · {title}") for choice, title, below in branch.choices
    ]
    if branch.goes_on:
        after = (
            [picture_of(branch.then, "puis")]
            if branch.then
            else [Node("L’appel se termine", tone="again", by="puis")]
        )
        children += after
    error = any(one.level == ERROR for one in branch.findings)
    people = branch.step.get("do") in steps.PEOPLE
    return Node(
        branch.target or branch.said or (f"{len(children)} choix" if branch.choices else branch.kind),
        kind=branch.kind + (", à corriger" if error else ""),
        by=by,
        tone="wrong" if error else "end" if people else "",
        children=children,
    )


def read_step(form: Form, kind: str, languages: Sequence[str]) -> Step:
    """The step typed, with what its kind needs and nothing else."""
    says = _texts(form, "says", languages)
    needed: dict[str, Step] = {
        "queue": {"queue": form.text("queue"), "topic": form.text("topic"), "says": says},
        "transfer": {
            "service": pointing.read_service_slug(form) if kind == "transfer" else "",
            "says": says,
        },
        "article": {"article": pointing.read_article(form)},
        "text": {
            "says": says,
            "article": pointing.read_article(form),
            "text": _texts(form, "text", languages),
        },
    }
    return {"do": kind, **needed.get(kind, {"says": says})}


def step_values(step: Step) -> dict[str, str]:
    """What the form shows of a step."""
    values = {name: str(step.get(name) or "") for name in ("queue", "topic", "service", "article")}
    for name in ("says", "text"):
        values |= {f"{name}_{of}": text for of, text in steps.texts(step.get(name)).items()}
    return values


def read_choice(form: Form, languages: Sequence[str]) -> Step:
    """The choice typed: its key, what announces it, and the words that mean it when they are said."""
    said = {of: form.text(f"words_{of}", longest=300).split(",") for of in languages}
    words = {of: [word.strip() for word in given if word.strip()] for of, given in said.items()}
    return {
        "key": form.text("key", longest=1),
        "label": _texts(form, "label", languages),
        "words": {of: given for of, given in words.items() if given},
    }


def choice_values(choice: Step) -> dict[str, str]:
    """What the form shows of a choice."""
    values = {f"label_{of}": text for of, text in steps.texts(choice.get("label")).items()}
    words = choice.get("words") or {}
    values |= {f"words_{of}": ", ".join(given) for of, given in words.items()}
    return {"key": choice.get("key", ""), **values}


def rows(before: Step, after: Step, names: Names) -> list[tuple[str, str, str]]:
    """Two trees, step by step; only those that differ."""
    told = [{path: tell(step, names) for path, step in steps.walk(tree)} for tree in (before, after)]
    paths = dict.fromkeys([*told[0], *told[1]])
    both = [(place(path), told[0].get(path, ""), told[1].get(path, "")) for path in paths]
    return [row for row in both if row[1] != row[2]]


def tell(step: Step, names: Names) -> str:
    """A step, or a choice, in lines."""
    lines = [KINDS.get(step.get("do", ""), "")]
    lines.append(names.of(step) if "do" in step else f"Touche {step.get('key', '')}")
    for name in ("says", "text", "label"):
        lines += [f"{LANGUAGES.get(of, of)} : {text}" for of, text in steps.texts(step.get(name)).items()]
    for of, given in (step.get("words") or {}).items():
        lines.append(f"mots en {LANGUAGES.get(of, of)} : {', '.join(given)}")
    for choice in steps.choices(step):
        lines.append(f"{choice.get('key', '?')} : {steps.title_of(choice)}")
    return "\n".join(line for line in lines if line)


def place(path: str) -> str:
    """Where a step is, in words: « Début », « Touche 1, puis la suite »."""
    marks = ["la suite" if mark == NEXT else f"touche {mark}" for mark in path]
    return ", puis ".join(marks).capitalize() if marks else "Début"


def spoken_place(tree: Step, path: str) -> str:
    """Where a step is, by the titles of the choices that lead to it."""
    titles = steps.titles(tree, path)
    return " › ".join(short(title) for title in titles) if titles else place(path)


def _texts(form: Form, name: str, languages: Sequence[str]) -> dict[str, str]:
    typed = {of: form.text(f"{name}_{of}", longest=LONGEST_TEXT) for of in languages}
    return {of: text for of, text in typed.items() if text}
