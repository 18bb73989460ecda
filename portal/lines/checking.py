"""What is wrong with a menu before callers hear it: errors, that keep it from being published, and warnings.

A tree names queues, topics, articles and services by their slugs. They are its foreign keys, in a place where no
column can declare them: as foreign keys to other rooms do, they are looked up by table name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from portal.config import LANGUAGES
from portal.database import db
from portal.lines import tree as steps
from portal.lines.models import Line
from portal.lines.saying import find_line
from portal.lines.tree import REFERENCE, Step

ERROR, WARNING = "error", "warning"
KINDS = ("say", "choose", "queue", "voicemail", "transfer", "article", "text")
KEYS = "0123456789*"  # the network keeps # for the end of what is typed
MOST_CHOICES, MOST_LEVELS = 4, 2  # beyond, people forget the first choice, or hang up
LONGEST_TEXT = 1000  # what is said at once; the network takes 4,096 characters
EMERGENCIES = ("15", "17", "18", "112", "114")
# France and its territories, no surcharge
DIALLED = re.compile(r"\+(33[1-79]|590|594|596|262|508|687|689|681)\d+")
SURCHARGED = re.compile(r"\+338[2-9]\d+")


class Finding(NamedTuple):
    """Something wrong at a step: `level` error or warning, the step's path, and the sentence."""

    level: str
    path: str
    sentence: str


class Known(NamedTuple):
    """What the names of a tree may stand for: slugs, and the number of each service; which numbers are our lines."""

    queues: Collection[str]
    topics: Collection[str]
    articles: Collection[str]
    services: dict[str, str]
    lines: Collection[str]


def check(tree: Step, line: Line | None = None) -> list[Finding]:
    """What is wrong with a tree, the errors first; with its line, its languages and emergency notice too."""
    if not isinstance(tree, dict) or not tree:
        return [Finding(ERROR, "", "Le menu est vide : ajoutez une première étape.")]
    found = list(_check_depth(tree, ""))
    if found:
        return found
    known = _known(tree, line)
    for path, step in steps.walk(tree):
        found += _check_step(path, step, known)
        found += _check_languages(path, step, line)
    found += [*_check_people(tree), *_check_line(tree, line)]
    return sorted(found, key=lambda finding: finding.level != ERROR)


def _check_depth(step: Any, path: str) -> Iterator[Finding]:
    if len(path) > steps.MOST_NESTED:
        yield Finding(ERROR, path[: steps.MOST_NESTED], "Trop d’étapes les unes dans les autres.")
        return
    if not isinstance(step, dict):
        yield Finding(ERROR, path, "Cette étape est illisible.")
        return
    for choice in steps.choices(step):
        if choice.get("then") is not None:
            yield from _check_depth(choice["then"], path + str(choice.get("key", "?"))[:1])
    if step.get("then") is not None:
        yield from _check_depth(step["then"], path + steps.NEXT)


def _check_step(path: str, step: Step, known: Known) -> Iterator[Finding]:
    kind = step.get("do")
    if kind not in KINDS:
        yield Finding(ERROR, path, "Cette étape ne fait rien : c’est une impasse.")
        return
    for text in [text for name in ("says", "text") for text in steps.texts(step.get(name)).values()]:
        if len(text) > LONGEST_TEXT:
            yield Finding(ERROR, path, f"Un texte dit en une fois a {LONGEST_TEXT} caractères au plus.")
    check_kind = {"choose": _check_choices, "say": _check_say}.get(kind, _check_names)
    yield from check_kind(path, step, known)


def _check_say(path: str, step: Step, _known: Known) -> Iterator[Finding]:
    if not steps.in_language(step.get("says"), REFERENCE)[0]:
        yield Finding(ERROR, path, "Cette étape ne dit rien en français.")


def _check_choices(path: str, step: Step, _known: Known) -> Iterator[Finding]:
    offered = steps.choices(step)
    keys = [str(choice.get("key", "")) for choice in offered]
    if not offered:
        yield Finding(ERROR, path, "Ce menu n’a aucun choix : c’est une impasse.")
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Finding(ERROR, path, f"La touche {key} sert deux fois dans ce menu.")
    for choice, key in zip(offered, keys, strict=True):
        if len(key) != 1 or key not in KEYS:
            yield Finding(ERROR, path, f"« {key} » n’est pas une touche du téléphone.")
        label = steps.in_language(choice.get("label"), REFERENCE)[0]
        if not label:
            yield Finding(ERROR, path, f"Le choix {key} n’a pas de texte en français.")
        elif label.endswith(".") and key not in label:
            yield Finding(WARNING, path, f"Le texte du choix {key} ne dit pas sa touche.")
        if not isinstance(choice.get("then"), dict):
            yield Finding(ERROR, path, f"Le choix {key} ne mène nulle part.")
    if len([key for key in keys if key != steps.PERSON_KEY]) > MOST_CHOICES:
        yield Finding(WARNING, path, f"Plus de {MOST_CHOICES} choix : on ne retient pas les premiers.")
    if _level(path) >= MOST_LEVELS:
        yield Finding(WARNING, path, f"Plus de {MOST_LEVELS} niveaux de menu : beaucoup raccrochent avant.")
    person = steps.choice_for(step, steps.PERSON_KEY)
    if person and not steps.leads_to_a_person(person.get("then") or {}):
        yield Finding(WARNING, path, "La touche 0 ne mène pas à une personne.")


def _level(path: str) -> int:
    return len(path.replace(steps.NEXT, ""))


def _check_names(path: str, step: Step, known: Known) -> Iterator[Finding]:
    """The names that a step of another kind bears."""
    kind = step["do"]
    if kind == "queue" and step.get("queue") not in known.queues:
        yield Finding(ERROR, path, f"La file « {step.get('queue', '')} » n’existe pas.")
    if kind == "queue" and step.get("topic") and step["topic"] not in known.topics:
        yield Finding(ERROR, path, f"Le thème « {step['topic']} » n’existe pas.")
    if (kind == "article" or step.get("article")) and step.get("article") not in known.articles:
        yield Finding(
            ERROR, path, f"La réponse « {step.get('article', '')} » n’existe pas ou n’est pas publiée."
        )
    if kind == "text" and not step.get("article") and not steps.in_language(step.get("text"), REFERENCE)[0]:
        yield Finding(ERROR, path, "Ce SMS n’a ni texte en français ni réponse à envoyer.")
    if kind == "transfer":
        yield from _check_transfer(path, str(step.get("service", "")), known)


def _check_transfer(path: str, service: str, known: Known) -> Iterator[Finding]:
    number = known.services.get(service)
    if number is None:
        yield Finding(ERROR, path, f"Le service « {service} » n’existe pas ou n’est plus actif.")
    elif not number:
        yield Finding(ERROR, path, f"Le service « {service} » n’a pas de numéro de téléphone.")
    elif not may_be_dialled(number):
        sentence = (
            f"On ne transfère pas vers le {number} : numéro court, étranger ou surtaxé. Faites-le dire."
        )
        yield Finding(ERROR, path, sentence)
    elif number in known.lines:
        sentence = f"Le {number} est une de vos lignes : qui y est transféré entendrait de nouveau un menu."
        yield Finding(ERROR, path, sentence)


def may_be_dialled(number: str) -> bool:
    """Whether a call may be transferred there: a plain number of France or its territories, at no surcharge."""
    return DIALLED.fullmatch(number) is not None


def _check_languages(path: str, step: Step, line: Line | None) -> Iterator[Finding]:
    """A text that a line's other languages lack is said in French: a warning."""
    texts = [step.get("says"), step.get("text"), *(choice.get("label") for choice in steps.choices(step))]
    for language in [language for language in (line.languages if line else ()) if language != REFERENCE]:
        if any(text.get(REFERENCE) and not text.get(language) for text in map(steps.texts, texts)):
            yield Finding(
                WARNING,
                path,
                f"Un texte n’est pas traduit en {LANGUAGES[language]} : il sera dit en français.",
            )


def _check_people(tree: Step) -> Iterator[Finding]:
    person = steps.person_near(tree)
    if person is None:
        yield Finding(WARNING, "", "Ce menu ne mène à personne : ni file d’attente, ni transfert.")
    elif tree.get("do") == "choose" and not steps.choice_for(tree, steps.PERSON_KEY):
        yield Finding(WARNING, "", "La touche 0 n’est pas proposée : elle mène toujours à une personne.")


def _check_line(tree: Step, line: Line | None) -> Iterator[Finding]:
    if line is None:
        return
    for path, step in steps.walk(tree):
        for key in line.language_keys:
            if _level(path) == 0 and steps.choice_for(step, key):
                yield Finding(ERROR, path, f"La touche {key} choisit déjà une langue.")
    notice = steps.in_language(line.texts.get("emergency_notice"), REFERENCE)[0]
    missing = [number for number in EMERGENCIES if not re.search(rf"\b{number}\b", notice)]
    if notice and missing:
        yield Finding(
            WARNING, "", f"La phrase d’urgence, dite en premier, oublie le {', le '.join(missing)}."
        )


def _known(tree: Step, line: Line | None) -> Known:
    named: dict[str, set[str]] = {"queue": set(), "topic": set(), "article": set(), "service": set()}
    for _path, step in steps.walk(tree):
        for name, names in named.items():
            if isinstance(step.get(name), str):
                names.add(step[name])
    ours: dict[str, Any] = {"organization_id": line.organization_id} if line else {}
    services = _slugs("services", named["service"], give="phone", active=True)
    return Known(
        queues=_slugs("queues", named["queue"], **ours),
        topics=_slugs("topics", named["topic"]),
        articles=_slugs("articles", named["article"], state="published"),
        services=services,
        lines={number for number in services.values() if find_line(number) is not None},
    )


def _slugs(table: str, wanted: Collection[str], give: str = "slug", **where: Any) -> dict[str, str]:
    """Which of these slugs a table has, with the column asked for."""
    if not wanted:
        return {}
    of = db.table(table, *(db.column(name) for name in {"slug", give, *where}))
    query = db.select(of.c.slug, of.c[give]).where(of.c.slug.in_(wanted))
    return dict(db.session.execute(query.filter_by(**where)).tuples().all())
