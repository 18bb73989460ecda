"""Situations kept with what must come of them. One that fails keeps a rule from being published."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from portal import history
from portal.database import check_version, db, locked
from portal.directory.models import Kind, Service
from portal.errors import N_, Missing, Refused
from portal.history import Actor, Person
from portal.referrals.deciding.book import Book
from portal.referrals.deciding.distress import distress
from portal.referrals.deciding.rules import compile_version, in_force
from portal.referrals.deciding.situations import Situation
from portal.referrals.deciding.suggesting import suggest
from portal.referrals.models import ReferralRule, RuleExample, RuleVersion
from portal.referrals.ruling.keeping import kept, situation_of

OUTCOMES = ("service", "kind", "emergency", "nobody")
LONGEST_NAME = 120
MOST_TOLD = 3


class Outcome(NamedTuple):
    """What comes of a situation: emergency numbers, a rule and where it sends, or nothing that a rule says."""

    emergency: bool
    rule_id: int | None
    service: str = ""  # a slug
    kind: str = ""


class Failure(NamedTuple):
    example: RuleExample
    found: Outcome


def outcome(situation: Situation, book: Book) -> Outcome:
    """What the rules of the book say, as citizens are told it."""
    emergency = bool(distress(situation.words, situation.language))
    said = suggest(replace(situation, article_ids=()), book=book, limit=1)
    if not said or said[0].rule_version is None:
        return Outcome(emergency, None)
    version, service = said[0].rule_version, said[0].service
    kind = version.kind or (service.kind if service else "")
    return Outcome(emergency, version.rule_id, service.slug if service else "", kind)


def holds(expected: dict[str, Any], found: Outcome) -> bool:
    """Whether what came is what must come."""
    if expected.get("emergency"):
        return found.emergency
    if expected.get("nobody"):
        return found.rule_id is None
    if expected.get("kind"):
        return found.kind == expected["kind"]
    return bool(found.service) and found.service == expected.get("service")


def examples_for(organization_id: int) -> list[RuleExample]:
    query = db.select(RuleExample).filter_by(organization_id=organization_id).order_by(RuleExample.name)
    return list(db.session.scalars(query))


def example_for(person: Person, example_id: int) -> RuleExample:
    """The example, if it is of this person's organization."""
    found = db.session.scalar(
        db.select(RuleExample).filter_by(id=example_id, organization_id=person.organization_id)
    )
    if found is None:
        raise Missing(N_("Cet exemple n’existe pas dans votre organisation."))
    return found


def run(examples: Iterable[RuleExample], book: Book) -> list[tuple[RuleExample, Outcome, bool]]:
    """Each example, what comes of it, and whether that is what must."""
    found = ((example, outcome(situation_of(example.situation), book)) for example in examples)
    return [(example, came, holds(example.expected, came)) for example, came in found]


def failing(draft: RuleVersion) -> list[Failure]:
    """The organization's examples that would not hold were the draft in force."""
    return _failing(draft.rule.organization_id, lambda book: book.with_rule(compile_version(draft)))


def newly_failing(rule: ReferralRule, restored: RuleVersion | None) -> list[Failure]:
    """The examples that hold now and no longer would, were the rule what it was before (or out of force: None)."""
    of = rule.organization_id
    already = {failure.example.id for failure in _failing(of, lambda book: book)}
    found = failing(restored) if restored else _failing(of, lambda book: book.without(rule.id))
    return [failure for failure in found if failure.example.id not in already]


def _failing(organization_id: int, changed: Callable[[Book], Book]) -> list[Failure]:
    examples = examples_for(organization_id)
    if not examples:
        return []
    book = changed(in_force(organization_id))
    return [Failure(example, came) for example, came, right in run(examples, book) if not right]


def refuse_failing(draft: RuleVersion) -> None:
    """Refuses to publish while an example fails, and names those that do."""
    failures = failing(draft)
    if failures:
        raise Refused(
            N_(
                "Des situations enregistrées ne donneraient plus ce qui est attendu (%(count)s) : %(names)s. "
                "Changez la règle, ou l’exemple s’il n’est plus juste."
            ),
            field="examples",
            count=len(failures),
            names=_named(failures),
        )


def warn_of_failing(rule: ReferralRule, restored: RuleVersion | None) -> None:
    """Tells whoever takes a rule back which examples would then fail: they confirm, or they do not. What is wrong in
    force must be undone at once, so that nothing of this is refused for good."""
    failures = newly_failing(rule, restored)
    if failures:
        raise Refused(
            N_(
                "Des situations enregistrées ne donneraient plus ce qui est attendu (%(count)s) : %(names)s. "
                "Confirmez si vous le voulez tout de même."
            ),
            field="knowingly",
            count=len(failures),
            names=_named(failures),
        )


def _named(failures: list[Failure]) -> str:
    return ", ".join(f"« {failure.example.name} »" for failure in failures[:MOST_TOLD])


def save_example(
    example: RuleExample | None,
    name: str,
    situation: Situation,
    expected: dict[str, Any],
    *,
    organization_id: int,
    by: Actor,
    version: int | None = None,
    form_key: str = "",
) -> RuleExample:
    """A new example (`None`), or new values of one. The same form sent twice makes one."""
    values: dict[str, Any] = {
        "name": " ".join(name.split()),
        "situation": kept(situation),
        "expected": _checked(expected),
    }
    if not 0 < len(values["name"]) <= LONGEST_NAME:
        raise Refused(N_("Donnez un nom court à cet exemple."), field="name")
    if not any(value for key, value in values["situation"].items() if key not in ("language", "channel")):
        raise Refused(N_("Décrivez la situation : des mots, un thème, une commune…"), field="words")
    if example is None:
        return _add(values, organization_id, by, form_key)
    example = db.session.scalars(locked(db.select(RuleExample).filter_by(id=example.id))).one()
    if history.came_from(example, form_key):
        return example
    if version is not None:
        check_version(example, version, values)
    before = {key: getattr(example, key) for key in values}
    for key, value in values.items():
        setattr(example, key, value)
    example.version += 1
    changed = {key: [before[key], value] for key, value in values.items() if before[key] != value}
    history.record("example.changed", example, by=by, details={"changed": changed, "form_key": form_key})
    return example


def remove_example(example: RuleExample, *, by: Actor) -> None:
    """What it said stays in the history."""
    details = {"name": example.name, "situation": example.situation, "expected": example.expected}
    history.record("example.removed", example, by=by, details=details)
    db.session.delete(example)


def _add(values: dict[str, Any], organization_id: int, by: Actor, form_key: str) -> RuleExample:
    alike = db.select(RuleExample).filter_by(organization_id=organization_id, name=values["name"])
    former = db.session.scalar(alike)
    if former:
        if history.came_from(former, form_key):
            return former
        raise Refused(N_("Un exemple porte déjà ce nom."), field="name")
    example = RuleExample(organization_id=organization_id, created_by=by.id, **values)
    db.session.add(example)
    history.record("example.added", example, by=by, details={"name": example.name, "form_key": form_key})
    return example


def _checked(expected: dict[str, Any]) -> dict[str, Any]:
    """One outcome, of a service or a kind that exists."""
    for name, table, column in (("service", Service, Service.slug), ("kind", Kind, Kind.code)):
        if name in expected:
            found = db.session.scalar(db.select(table).where(column == expected[name]))
            if found is None:
                raise Refused(N_("Choisissez ce qui doit en sortir."), field=f"expected_{name}")
            return {name: expected[name]}
    for name in ("emergency", "nobody"):
        if expected.get(name):
            return {name: True}
    raise Refused(N_("Choisissez ce qui doit en sortir."), field="outcome")
