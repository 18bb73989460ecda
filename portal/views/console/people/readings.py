"""Why protected files were opened, for supervisors to read."""

from __future__ import annotations

from flask import render_template

from portal.citizens.models import Citizen
from portal.database import db
from portal.history import Reading
from portal.staff.models import Staff
from portal.staff.teams import seen_by
from portal.views.console.door import bp, me, supervisors

MOST_SHOWN = 200


@bp.get("/readings")
@supervisors
def readings() -> str:
    query = db.select(Reading, Staff, Citizen).join(Staff, Staff.id == Reading.staff_id)
    query = query.join(Citizen, Citizen.id == Reading.citizen_id)
    query = query.where(Staff.id.in_(seen_by(me())), Reading.reason != "")
    rows = db.session.execute(query.order_by(Reading.id.desc()).limit(MOST_SHOWN))
    return render_template("console/people/readings.html", rows=list(rows))
