"""Doors of the checking of all rules: asked for, followed while it runs, read; and the table of gaps."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import redirect, render_template, url_for
from flask_login import current_user

from portal.database import db
from portal.referrals.checking import checks
from portal.referrals.checking import findings as checking
from portal.referrals.models import ReferralRule, RuleCheck
from portal.views.admin import bp
from portal.views.admin.rules import words
from portal.views.admin.rules.table import administrator
from portal.views.paging import A_PAGE, last_page, page_asked

ORDER = ("example", "dead", "contradiction", "loop", "gone", "outside")


@bp.get("/rules/checks")
@administrator
def rule_checks() -> Any:
    """The last check; the page follows it while it runs."""
    found = checks.last_check(current_user.organization_id)
    return _show(found)


@bp.get("/rules/checks/now")
@administrator
def rule_check_now() -> str:
    found = checks.last_check(current_user.organization_id)
    return render_template("admin/rules/check_now.html", check=found, going=_is_going(found)) if found else ""


@bp.post("/rules/checks")
@administrator
def ask_rule_check() -> Any:
    checks.ask_check(current_user.organization_id, by=current_user.actor)
    db.session.commit()
    return redirect(url_for("admin.rule_checks"))


@bp.get("/rules/gaps")
@administrator
def rule_gaps() -> str:
    """Topics and communes nobody serves, what was really asked first."""
    found = checks.last_check(current_user.organization_id)
    gaps = [one for one in (found.findings if found else []) if one["kind"] == "gap"]
    page = page_asked()
    shown = gaps[(page - 1) * A_PAGE : page * A_PAGE]
    return render_template(
        "admin/rules/gaps.html",
        check=found,
        gaps=shown,
        total=len(gaps),
        page=page,
        last=last_page(len(gaps)),
        communes=words.commune_names(one["situation"].get("commune", "") for one in shown),
        names=words.read_names([]),
    )


def _show(found: RuleCheck | None) -> str:
    findings = found.findings if found else []
    by_kind = {
        kind: list(some)
        for kind, some in groupby(
            sorted((one for one in findings if one["kind"] in ORDER), key=_place), key=lambda one: one["kind"]
        )
    }
    slugs = {slug for one in findings for slug in one["rules"]}
    query = db.select(ReferralRule.slug, ReferralRule.id).filter_by(
        organization_id=current_user.organization_id
    )
    return render_template(
        "admin/rules/checks.html",
        check=found,
        going=_is_going(found),
        changed=found is not None and found.stamp != checks.stamp(current_user.organization_id),
        by_kind=by_kind,
        gaps=sum(one["kind"] == "gap" for one in findings),
        errors_found=sum(one["kind"] in checking.ERRORS for one in findings),
        ids={row.slug: row.id for row in db.session.execute(query.where(ReferralRule.slug.in_(slugs)))},
        words=words,
    )


def _is_going(found: RuleCheck | None) -> bool:
    return found is not None and checks.is_going(found)


def _place(finding: dict[str, Any]) -> int:
    return ORDER.index(finding["kind"])
