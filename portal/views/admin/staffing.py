"""The door of staffing: how many agents each half hour needs, and what callers then meet."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

from flask import render_template, request
from flask_login import current_user

from portal.desk import estimating, planning, waiting
from portal.desk.planning import Half, Target
from portal.views import guards
from portal.views.admin import bp
from portal.views.context import settings
from portal.views.forms import Form

DAYS = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche")
FIELDS = {  # what may be typed: its value at first, the least, the most
    "share": (80, 1, 99),
    "within_s": (20, 1, 600),
    "handling_s": (None, 10, 7200),
    "patience_s": (None, 10, 7200),
    "growth": (100, 10, 1000),
    "agents": (None, 1, 500),
}
COLUMN, TALL = 46, 180


@dataclass(frozen=True, slots=True)
class Bar:
    """A drawn half hour: where it stands, and how high it is."""

    x: int
    y: float
    height: float
    half: Half


@bp.get("/planning")
@guards.staff("supervisor", "administrator")
def staffing() -> Any:
    form = Form(request.args)
    queues = waiting.queues(current_user.organization_id)
    queue = next((one for one in queues if str(one.id) == form.text("queue")), None)
    weekday = form.number("weekday") or 0
    typed = {name: _number(form, name) for name in FIELDS}
    handling = typed["handling_s"] or round(
        estimating.handling_s(queue) if queue else max((one.handling_s for one in queues), default=300)
    )
    calls = planning.calls_by_half_hour(
        current_user.organization_id, weekday % 7, settings().timezone, queue_id=queue.id if queue else None
    )
    grown = [number * (typed["growth"] or 100) / 100 for number in calls]
    target = Target((typed["share"] or 80) / 100, typed["within_s"] or 20, typed["patience_s"] or inf)
    halves = planning.plan(grown, handling, target)
    tried = planning.with_agents(grown, handling, target, typed["agents"]) if typed["agents"] else []
    page = render_template(
        "admin/staffing.html",
        queues=[(one.id, one.name) for one in queues],
        days=list(enumerate(DAYS)),
        values={**typed, **form.values, "handling_s": handling, "weekday": weekday % 7},
        errors=form.errors,
        halves=halves,
        tried={half.begins: half for half in tried},
        bars=_bars(halves),
        target=target,
    )
    return page, 200 if form.valid else 422


def _number(form: Form, name: str) -> int | None:
    """What was typed, within reason; else what stands there at first."""
    first, least, most = FIELDS[name]
    value = form.number(name)
    if value is not None and not least <= value <= most:
        form.refuse(name, f"Écrivez un nombre entre {least} et {most}.")
        return first
    return value if value is not None else first


def _bars(halves: list[Half]) -> list[Bar]:
    """The half hours as bars, as high as the agents they need."""
    most = max((half.agents for half in halves), default=1)
    heights = [TALL * half.agents / most for half in halves]
    return [
        Bar(n * COLUMN + 8, round(TALL - height + 24, 1), round(height, 1), half)
        for n, (half, height) in enumerate(zip(halves, heights, strict=True))
    ]
