"""Writes to the author of a rule's draft that its reader sent it back, and why."""

from __future__ import annotations

from portal import jobs
from portal.database import db
from portal.jobs import Job
from portal.mail.sending import Later, NotAccepted, send_letter
from portal.referrals.models import ReferralRule
from portal.staff.models import Staff
from portal.work.context import settings

BODY = """Bonjour,

{reader} a relu votre brouillon de la règle « {rule} » et vous le renvoie :

« {reason} »

Le brouillon est gardé. Pour le reprendre, puis demander une autre relecture :
{address}"""


def tell_author(job: Job) -> None:
    """One letter. Begun twice, it leaves with the same Message-ID. Who has left is not written to."""
    author = db.session.get_one(Staff, job.payload["author"])
    reader = db.session.get_one(Staff, job.payload["reader"])
    rule = db.session.get_one(ReferralRule, job.payload["rule"])
    to, subject = author.email, f"Relais : votre règle « {rule.slug} » vous est renvoyée"
    body = BODY.format(
        reader=reader.name,
        rule=rule.slug,
        reason=job.payload["reason"],
        address=f"{settings().public_base_url}/admin/rules/{rule.id}",
    )
    gone = author.disabled_at is not None
    db.session.commit()
    try:
        if not gone:
            send_letter(settings(), f"rule-sent-back-{job.id}", to=to, subject=subject, body=body)
    except Later as failure:
        jobs.put_back(job, str(failure))
    except NotAccepted:
        jobs.finish(job)  # the page of the rule says it too
    else:
        jobs.finish(job)
    db.session.commit()
