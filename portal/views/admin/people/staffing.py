"""The door of staffing: how many agents each half hour needs, and what callers then meet."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

from flask import render_template, request
from flask_login import current_user

from portal.desk import estimating, planning, waiting
from portal.desk.models import Queue
from portal.desk.planning import Half, Target
from portal.views import guards, here
from portal.views.admin import bp
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
class Asked:
    """What somebody wants to know; `values` are what the form shows again."""

    queue_id: int | None
    weekday: int
    handling_s: float
    growth: float
    agents: int | None
    target: Target
    values: dict[str, Any]


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
    asked = _read(form, queues)
    calls = planning.calls_by_half_hour(
        current_user.organization_id, asked.weekday, here.zone(), queue_id=asked.queue_id
    )
    halves, tried = _reckon(asked, calls)
    page = render_template(
        "admin/staffing.html",
        queues=[(one.id, one.name) for one in queues],
        days=list(enumerate(DAYS)),
        values=asked.values,
        errors=form.errors,
        halves=halves,
        tried=tried,
        bars=_bars(halves),
        target=asked.target,
    )
    return page, 200 if form.valid else 422


def _read(form: Form, queues: list[Queue]) -> Asked:
    """What was asked, or what stands there at first."""
    queue = next((one for one in queues if str(one.id) == form.text("queue")), None)
    chosen = form.number("weekday")
    today = here.today().weekday()
    weekday = today if chosen is None else chosen % 7
    typed = {name: _number(form, name) for name in FIELDS}
    usual = estimating.handling_s(queue) if queue else max((one.handling_s for one in queues), default=300)
    handling = typed["handling_s"] or round(usual)
    shown = {
        **typed,
        **form.values,
        "handling_s": form.values.get("handling_s") or handling,
        "weekday": weekday,
    }
    patience = typed["patience_s"] or inf
    target = Target((typed["share"] or 80) / 100, typed["within_s"] or 20, patience)
    growth = (typed["growth"] or 100) / 100
    return Asked(queue.id if queue else None, weekday, handling, growth, typed["agents"], target, shown)


def _reckon(asked: Asked, calls: list[float]) -> tuple[list[Half], dict[str, Half]]:
    """What each half hour needs; and what callers meet with the number of agents asked about."""
    grown = [number * asked.growth for number in calls]
    halves = planning.plan(grown, asked.handling_s, asked.target)
    if not asked.agents:
        return halves, {}
    tried = planning.with_agents(grown, asked.handling_s, asked.target, asked.agents)
    return halves, {half.begins: half for half in tried}


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
