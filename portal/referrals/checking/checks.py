"""Asking for the rules to be checked, and what the last check found. The work itself is `work/check_rules.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import func

from portal import clock, jobs
from portal.database import db
from portal.history import Actor
from portal.referrals.checking import findings as checking
from portal.referrals.checking.facts import Facts, read_facts
from portal.referrals.checking.findings import Finding
from portal.referrals.deciding.book import Book
from portal.referrals.deciding.rules import compile_version, in_force
from portal.referrals.models import ReferralRule, RuleCheck, RuleVersion
from portal.referrals.ruling.examples import examples_for, run
from portal.referrals.ruling.keeping import situation_of

GOING = ("waiting", "running")
MOST_KEPT = 1000  # findings of one kind


class Matter(NamedTuple):
    """All that a check reads: the books of every organization, the facts, and what rules are called."""

    books: dict[int, Book]
    facts: Facts
    names: dict[int, str]


def read_matter(organization_id: int, draft: RuleVersion | None = None) -> Matter:
    """What is in force everywhere; with `draft` in the place of its version in force."""
    books = {of: in_force(of) for of in with_rules()}
    if draft is not None:
        books[organization_id] = in_force(organization_id).with_rule(compile_version(draft))
    rows = db.session.execute(db.select(ReferralRule.id, ReferralRule.slug))
    return Matter(books, read_facts(books, organization_id), {row.id: row.slug for row in rows})


def with_rules() -> list[int]:
    """The organizations that have rules in force."""
    query = db.select(ReferralRule.organization_id).join(RuleVersion).where(RuleVersion.state == "published")
    return sorted(set(db.session.scalars(query.distinct())))


def findings_of_draft(draft: RuleVersion) -> list[Finding]:
    """What would be wrong with this rule, and by it, were the draft in force."""
    of = draft.rule.organization_id
    matter = read_matter(of, draft)
    return checking.check_one(matter.books, of, matter.facts, matter.names, draft.rule_id)


def failing_examples(organization_id: int) -> list[Finding]:
    """The examples that do not hold with the rules in force."""
    book = in_force(organization_id)
    return [
        Finding(
            "example",
            (came.rule_id,) if came.rule_id else (),
            situation_of(example.situation),
            f"L’exemple « {example.name} » ne donne pas ce qui est attendu.",
        )
        for example, came, right in run(examples_for(organization_id), book)
        if not right
    ]


def ask_check(organization_id: int, *, by: Actor) -> RuleCheck:
    """All the rules will be read by the worker. Asked while one waits or runs, it is the same; one that was set aside
    has failed, and another begins."""
    query = db.select(RuleCheck).filter_by(organization_id=organization_id)
    for going in db.session.scalars(query.where(RuleCheck.state.in_(GOING))):
        if not is_set_aside(going):
            return going
        going.state, going.ended_at = "failed", clock.now()
    check = RuleCheck(organization_id=organization_id, asked_by=by.id, stamp=stamp(organization_id))
    db.session.add(check)
    db.session.flush()
    jobs.enqueue("check_rules", {"check": check.id}, dedupe_key=_key(check))
    return check


def is_going(check: RuleCheck) -> bool:
    """Whether it waits or runs; what the worker gave up does neither."""
    return check.state in GOING and not is_set_aside(check)


def is_set_aside(check: RuleCheck) -> bool:
    return bool(jobs.set_aside_among([_key(check)]))


def _key(check: RuleCheck) -> str:
    return f"check-rules:{check.id}"


def last_check(organization_id: int) -> RuleCheck | None:
    query = db.select(RuleCheck).filter_by(organization_id=organization_id)
    return db.session.scalar(query.order_by(RuleCheck.id.desc()).limit(1))


def end(check: RuleCheck, findings: Iterable[Finding], names: dict[int, str]) -> None:
    """Keeps what was found, the first thousand of each kind."""
    seen: Counter[str] = Counter()
    kept: list[dict[str, Any]] = []
    for finding in findings:
        seen[finding.kind] += 1
        if seen[finding.kind] <= MOST_KEPT:
            kept.append(finding.told(names))
    check.findings, check.state, check.ended_at = kept, "done", clock.now()


def stamp(organization_id: int) -> str:
    """Tells the rules in force apart from what they were."""
    query = db.select(func.count(RuleVersion.id), func.sum(RuleVersion.id)).join(ReferralRule)
    of = query.where(RuleVersion.state == "published", ReferralRule.organization_id == organization_id)
    count, total = db.session.execute(of).one()
    return f"{count}-{total or 0}"
