"""What waits for a person: jobs that always failed, texts nobody knows the end of, and what must be known."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from portal import history
from portal.contacts import sweeping
from portal.database import db
from portal.reports import set_aside as set_aside_jobs
from portal.telephony import alerts
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.channels import texts_words as words

overseers = guards.staff("administrator", "supervisor")


@bp.get("/set-aside")
@overseers
def set_aside() -> str:
    return render_template(
        "admin/set_aside.html",
        jobs=set_aside_jobs.set_aside(by=current_user),
        unknown=sweeping.unknown(current_user.organization_id),
        alerts=alerts.alerts(current_user.organization_id),
        words=words,
    )


@bp.post("/set-aside/<int:job_id>/again")
@overseers
def try_again(job_id: int) -> Any:
    job = set_aside_jobs.try_again(job_id, by=current_user)
    if job is not None:
        history.record("job.tried_again", job, by=current_user.actor)
    db.session.commit()
    flash("Le travail est repris : il sera fait dans un instant.", "good")
    return redirect(url_for("admin.set_aside"))


@bp.post("/alerts/<int:alert_id>/seen")
@overseers
def see_alert(alert_id: int) -> Any:
    alerts.see(alert_id, by=current_user)
    db.session.commit()
    return redirect(url_for("admin.set_aside"))
