"""The next hours: how many calls to expect, how sure that is, and the agents they take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request

from portal.database import db
from portal.desk import overview
from portal.desk.models import Queue
from portal.directory.hours import calendars
from portal.reports import forecasting, manning, scope
from portal.reports.forecasting import Forecast
from portal.reports.scope import Scope
from portal.views import here
from portal.views.console.door import bp, me, supervisors
from portal.views.console.room import drawing, measured
from portal.views.forms import Form

HOURS, MOST_AGENTS = 4, 500
SHOWN_BEFORE = 16  # quarters of an hour of today


@bp.get("/room/forecast")
@supervisors
def forecast() -> Any:
    form, seen = Form(request.args), scope.seen(me())
    queues = _queues(seen)
    queue_id = next((one.id for one in queues if str(one.id) == form.text("queue")), None)
    on_duty = _on_duty(seen, queue_id)
    agents = _agents(form, on_duty)
    shown = _foreseen(seen, queue_id, agents)
    values = {**form.values, "agents": agents, "queue": queue_id}
    choices = {"queues": [(one.id, one.name) for one in queues], "on_duty": on_duty, "agents": agents}
    page = render_template(
        "console/room/forecast.html", **shown, **choices, values=values, errors=form.errors, measured=measured
    )
    return page, 200 if form.valid else 422


def _foreseen(seen: Scope, queue_id: int | None, agents: int) -> dict[str, Any]:
    """The calls to come, drawn, and what they meet."""
    territory = calendars.of_organization(seen.organization_id).territory
    found = forecasting.forecast(seen, here.zone(), hours=HOURS, queue_id=queue_id, territory=territory)
    handling_s, patience_s = forecasting.usual_calls(seen, queue_id)
    needs = manning.needs(found.next, handling_s, patience_s, agents)
    return {
        "found": found,
        "chart": _drawn(found),
        "hour": hour,
        "needs": needs,
        "in_all": manning.in_all(needs),
        "handling_s": handling_s,
        "patience_s": patience_s,
    }


def hour(number: int) -> str:
    """When a quarter of the day begins."""
    return f"{number // 4}:{number % 4 * 15:02}"


def _queues(seen: Scope) -> list[Queue]:
    query = db.select(Queue).filter_by(organization_id=seen.organization_id).where(seen.queues(Queue.id))
    return list(db.session.scalars(query.order_by(Queue.position, Queue.id)))


def _agents(form: Form, on_duty: int) -> int:
    asked = form.number("agents")
    if asked is not None and not 1 <= asked <= MOST_AGENTS:
        form.refuse("agents", f"Écrivez un nombre entre 1 et {MOST_AGENTS}.")
        asked = None
    return asked or on_duty or 1


def _on_duty(seen: Scope, queue_id: int | None) -> int:
    """The agents seen who are on duty, for a queue or for any."""
    if queue_id is not None:
        return overview.duty(seen.organization_id).get(queue_id, (0, 0))[0]
    return overview.on_duty(seen.organization_id, seen.staff_ids)


def _drawn(found: Forecast) -> drawing.Chart | None:
    if not found.next:
        return None
    before = found.so_far[-SHOWN_BEFORE:]
    at = found.next[0].number
    labels: Sequence[int] = [*range(at - len(before), at), *(one.number for one in found.next)]
    return drawing.course(
        "Appels par quart d’heure : reçus, puis attendus",
        [hour(n) for n in labels],
        past=before,
        line=[one.calls for one in found.next],
        low=[one.low for one in found.next],
        high=[one.high for one in found.next],
    )
