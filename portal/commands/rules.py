"""The referral rules read together: what can never fire, contradicts, loops, leads nowhere, or is lacking."""

from __future__ import annotations

from collections import Counter

import click

from portal.database import db
from portal.directory.models import Organization
from portal.referrals.checking import checks
from portal.referrals.checking import findings as checking
from portal.referrals.checking.findings import ERRORS, Finding

SHOWN_GAPS = 20


@click.command("check-rules")
@click.option("--organization", "slug", default="", help="Only the rules of this one.")
def check_rules(slug: str) -> None:
    """Check the rules in force, and print what is wrong with them. The exit status is 1 if anything is an error."""
    errors = 0
    for organization_id in checks.with_rules():
        organization = db.session.get_one(Organization, organization_id)
        if slug in ("", organization.slug):
            click.echo(f"{organization.name} ({organization.slug})")
            errors += _check(organization_id)
    db.session.rollback()
    if errors:
        raise SystemExit(1)


def _check(organization_id: int) -> int:
    matter = checks.read_matter(organization_id)
    found = checks.failing_examples(organization_id)
    rules = len(matter.books[organization_id].rules)
    found += checking.check(matter.books, organization_id, matter.facts, matter.names, _progress)
    click.echo(err=True)
    counts = Counter(finding.kind for finding in found)
    shown: Counter[str] = Counter()
    for finding in found:
        shown[finding.kind] += 1
        if finding.kind != "gap" or shown["gap"] <= SHOWN_GAPS:
            click.echo(_line(finding, matter.names))
    of_each = ", ".join(f"{counts[kind]} {kind}" for kind in sorted(counts)) or "nothing wrong"
    click.echo(f"{rules} rules: {of_each}")
    return sum(counts[kind] for kind in ERRORS)


def _progress(done: int, total: int) -> None:
    click.echo(f"\r{done} of {total} rules", nl=False, err=True)


def _line(finding: Finding, names: dict[int, str]) -> str:
    told = finding.told(names)
    situation = ", ".join(f"{name}={value}" for name, value in told["situation"].items() if name != "at")
    rules = " ".join(told["rules"])
    asked = f" [{finding.asked} asked]" if finding.asked else ""
    return f"{finding.kind}: {rules + ': ' if rules else ''}{finding.says}{asked} ({situation})"
