"""The desk: who waits, what I have begun, what was promised for today."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for

from portal.cases import opening
from portal.cases.due import escalating
from portal.contacts.letters import apart
from portal.database import db
from portal.desk import overview, taking, waiting
from portal.desk.models import Queue
from portal.errors import Refused
from portal.staff.managing import names_of
from portal.views.console.cases import rows
from portal.views.console.desk import shared
from portal.views.console.door import agents, bp, me, over_at, today

MOST_ROWS, LEAST_ROWS = 24, 2  # on one desk, and of one queue of it
BESIDE = 8  # of each list beside them, unless all is asked for


@dataclass
class Line:
    """Those who wait for the same, and how many of them the desk shows: the oldest."""

    name: str
    waits: list[waiting.Waiting]
    key: int | None = None  # of its queue; 0 for those in none
    shown: list[waiting.Waiting] = field(default_factory=list)

    @property
    def more(self) -> int:
        return len(self.waits) - len(self.shown)


@bp.get("/")
@agents
def desk() -> str:
    only = _queue_asked()
    return render_template("console/desk/desk.html", **_waiting(only), **_mine(), only=only)


@bp.get("/waiting")
@agents
def waiting_now() -> Any:
    """Who waits, which the desk asks for again when there is news. A tab that asks by itself is no sign of life."""
    only = _queue_asked()

    def draw() -> str:
        return render_template("console/desk/waiting.html", **_waiting(only), only=only)

    return again(shared.drawn_once("waiting", draw, me().may_open_protected, only))


@bp.get("/mine")
@agents
def mine_now() -> Any:
    """What this agent has begun, asked for again likewise."""
    return again(render_template("console/desk/mine.html", **_mine()))


def again(part: str) -> Any:
    """A part of a page that asks for it by itself, which is no sign of life; unchanged, it is not sent again."""
    g.pop("staff_session", None)
    answer = make_response(part)
    answer.add_etag()
    return answer.make_conditional(request)


@bp.post("/contacts/<int:contact_id>/take")
@agents
def take(contact_id: int) -> Any:
    try:
        taking.take(contact_id, by=me())
    except Refused as refusal:
        if refusal.status != Refused.status:
            raise
        db.session.rollback()
        flash(refusal.sentence, "warning")  # a sentence of ours: nobody is named in it
        return redirect(url_for("console.desk"))
    db.session.commit()
    return redirect(url_for("console.contact", contact_id=contact_id))


@bp.post("/promises/<int:promise_id>/keep")
@agents
def keep_promise(promise_id: int) -> Any:
    made = opening.find_promise(promise_id, by=me())
    opening.keep_promise(made, by=me().actor)
    db.session.commit()
    flash("Promesse tenue.")
    return redirect(url_for("console.contact", contact_id=made.contact_id))


def _queue_asked() -> int | None:
    """The one queue that is asked for, if it is one of here."""
    asked = request.args.get("queue", type=int)
    query = db.select(Queue.id).filter_by(id=asked, organization_id=me().organization_id)
    return db.session.scalar(query) if asked else None


def _waiting(only: int | None) -> dict[str, Any]:
    """Those who wait: the same for all of the organization who may read the same names."""
    organization_id = me().organization_id
    found = waiting.waiting(organization_id)
    ringing = overview.ringing_at(organization_id)
    at_once = [one for one in found if one.at_once]
    lines = [Line("À prendre maintenant", at_once)] if at_once else []
    lines += [one for one in _by_queue([one for one in found if not one.at_once]) if only in (None, one.key)]
    return {
        "at_once": at_once,
        "lines": _shared_out(lines),
        "waiting_count": len(found),
        "most_shown": waiting.MOST_SHOWN,
        "queues_now": overview.queues_now(organization_id),
        "ringing": ringing,
        "agents": names_of(set(ringing.values())),
        "letters_apart": apart.count_to_see(organization_id),
    }


def _mine() -> dict[str, Any]:
    others = waiting.in_other_hands(me()) if me().role == "supervisor" else []
    near = escalating.near_of(me())
    promises = waiting.due_promises(me(), over_at(today()))
    return {
        "mine": waiting.in_progress(me()),
        "near": near,
        "hidden": rows.shown_of([one.case for one in near])["hidden"],
        "others": others,
        "names": names_of({one.contact.agent_id for one in others}),
        "promises": promises,
        "unread": rows.unread(promises),
        "promisers": names_of({one.owner_id for one in promises}),
        "most": waiting.MOST_SHOWN if "all" in request.args else BESIDE,
    }


def _by_queue(found: list[waiting.Waiting]) -> list[Line]:
    """Queue by queue in the queues' order; what is in none comes last, each oldest first."""
    queues: dict[int, tuple[Queue | None, list[waiting.Waiting]]] = {}
    for one in found:
        queues.setdefault(one.queue.id if one.queue else 0, (one.queue, []))[1].append(one)
    ordered = sorted(queues.values(), key=lambda pair: (pair[0] is None, pair[0].position if pair[0] else 0))
    return [
        Line(queue.name if queue else "Sans file", waits, queue.id if queue else 0)
        for queue, waits in ordered
    ]


def _shared_out(lines: list[Line]) -> list[Line]:
    """The rows of the desk, shared between the lines: none takes the place of another."""
    room = MOST_ROWS
    for nth, line in enumerate(sorted(lines, key=lambda one: len(one.waits))):
        line.shown = line.waits[: max(room // (len(lines) - nth), LEAST_ROWS)]
        room -= len(line.shown)
    return lines
