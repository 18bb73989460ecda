"""Reads all the rules of an organization, telling how far it is; see `referrals.checking`.

Nothing is held while it thinks: what it needs is read first, and each step it tells is a commit of its own.
"""

from __future__ import annotations

from portal import jobs
from portal.database import db
from portal.jobs import Job
from portal.referrals.checking import checks
from portal.referrals.checking import findings as checking
from portal.referrals.models import RuleCheck


def check_rules(job: Job) -> None:
    check = db.session.get_one(RuleCheck, job.payload["check"])
    check_id, organization_id = check.id, check.organization_id
    matter = checks.read_matter(organization_id)
    failing = checks.failing_examples(organization_id)
    check.state, check.stamp = "running", checks.stamp(organization_id)
    db.session.commit()

    def tell(done: int, total: int) -> None:
        running = db.update(RuleCheck).where(RuleCheck.id == check_id)
        db.session.execute(running.values(done=done, total=total))
        db.session.commit()

    found = checking.check(matter.books, organization_id, matter.facts, matter.names, tell)
    checks.end(db.session.get_one(RuleCheck, check_id), [*failing, *found], matter.names)
    jobs.finish(job)
    db.session.commit()
