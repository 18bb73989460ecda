"""Writes to the administrators what they must know: see `telephony.alerts`."""

from __future__ import annotations

from portal import jobs
from portal.database import db
from portal.jobs import Job
from portal.mail.sending import NotAccepted, send_letter
from portal.staff.models import Staff
from portal.telephony.models import Alert
from portal.work.context import settings


def tell_administrators(job: Job) -> None:
    """One letter each. Begun twice, each leaves with the same Message-ID."""
    alert = db.session.get_one(Alert, job.payload["alert"])
    query = db.select(Staff).filter_by(role="administrator", disabled_at=None)
    if alert.organization_id is not None:
        query = query.filter_by(organization_id=alert.organization_id)
    told = list(db.session.scalars(query.order_by(Staff.id)))
    db.session.commit()
    for one in told:
        try:
            send_letter(
                settings(),
                f"alert-{alert.id}-{one.id}",
                to=one.email,
                subject="Relais : à voir",
                body=f"{alert.sentence}\n\n{settings().public_base_url}/admin/set-aside",
            )
            db.session.commit()
        except NotAccepted:
            db.session.rollback()
    jobs.finish(job)
    db.session.commit()
