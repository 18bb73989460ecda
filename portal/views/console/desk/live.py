"""What stands on top of every page of the console: presence, what rings here, the wrap-up's clock, the network.

Drawn with the page, then asked for again by itself whenever this agent has news. Its buttons act in place where there
is JavaScript, so that nothing typed behind them is lost, and lead back to the page where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask, current_app, g, redirect, render_template, request
from flask_login import current_user

from portal import clock
from portal.contacts.models import Contact, Leg
from portal.database import db, reads_only
from portal.desk import offering, presence, standing, waiting
from portal.desk.models import Offer
from portal.desk.standing import Standing
from portal.errors import Refused
from portal.lines.models import Line
from portal.staff import sessions
from portal.staff.models import Staff
from portal.views import guards, marks, news
from portal.views.console.contact import page as contact_page
from portal.views.console.door import agents, bp, may_read, me, note_reading
from portal.views.console.people import briefing
from portal.views.forms import Form

IDLE_SOON = timedelta(minutes=15)
MOST_BEGUN = 9
# How often news are asked for: twice a second where something may ring, less where only a call may end, or nothing.
ASK_MS = {"available": 500, "busy": 1000, "wrap_up": 1000, "break": 2000, "away": 2000}


@dataclass(frozen=True, slots=True)
class Ringing:
    """What is offered to this agent, and what may be said of who it is: nothing of a household's matters."""

    offer: Offer
    who: contact_page.Who
    brief: briefing.Brief | None
    line: Line | None

    @property
    def contact(self) -> Contact:
        return self.offer.contact


@dataclass(frozen=True, slots=True)
class Rung:
    """Their telephone rings for something else than an offer: a colleague's question, or a call they asked for."""

    contact: Contact
    who: contact_page.Who
    asked_by: str  # the colleague; nobody for a call of their own


@dataclass(frozen=True, slots=True)
class Live:
    presence: Standing
    left_s: int
    sent_away: str  # by calls that were not picked up: why
    ringing: Ringing | None
    rung: Rung | None
    contact: Contact | None  # the one they speak in, or write up
    with_whom: contact_page.Who | None
    begun: list[waiting.Begun]  # contacts this agent has taken and not wrapped up
    idle_min: int | None  # after so many minutes without a sign of life, nothing rings here any more
    numbers: str
    ticket: str
    ask_ms: int


@bp.before_request
def note_numbers() -> None:
    """Which news a page has seen: those told before anything it shows was read."""
    if current_user.is_authenticated:
        g.numbers = news.numbers_now(me())


@bp.after_request
def note_shown(response: Any) -> Any:
    """Whose file the strip showed the beginning of: left once the answer is sent, for a call on the screen waits for no
    write."""
    shown = g.pop("shown_citizen", None)
    if shown is not None and response.status_code < 500:
        response.call_on_close(partial(_note, current_app._get_current_object(), me().id, shown))  # type: ignore[attr-defined]  # the proxy's type does not know it
    return response


def _note(app: Flask, staff_id: int, citizen_id: int) -> None:
    token = reads_only.set(True)  # whether it is known already is asked without the write lock
    try:
        with app.app_context():
            note_reading(citizen_id, staff_id)
    finally:
        reads_only.reset(token)


@bp.get("/now")
@agents
def now() -> str:
    """The strip alone. A tab that asks by itself is no sign of life."""
    g.asked_session = g.pop("staff_session", None)
    return render_template("console/desk/now.html")


@bp.post("/presence")
@agents
def choose_presence() -> Any:
    """Available, on a break, away. Whoever is on a break is not rung: what rings goes to a colleague."""
    return _act(lambda form: presence.choose(me(), form.text("state")))


@bp.post("/wrap-up-time")
@agents
def prolong_wrap_up() -> Any:
    """One more minute before the next call."""
    return _act(lambda _form: presence.prolong_wrap_up(me().id))


@bp.post("/wrap-up-over")
@agents
def end_wrap_up() -> Any:
    """Available again, without waiting for the clock."""
    return _act(lambda _form: presence.end_wrap_up(me().id))


def _act(verb: Any) -> Any:
    form, refused = Form(request.form), ""
    try:
        verb(form)
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        refused = refusal.sentence
    if guards.asked_by_a_page():
        return render_template("console/desk/now.html", refused=refused), 422 if refused else 200
    if refused:
        raise Refused(refused)
    back = form.text("back")
    return redirect(back if back.startswith("/console/") else "/console/")


def live() -> Live:
    """What the strip shows now."""
    mine = standing_here()
    offer = offering.find(mine.offer_id) if mine.offer_id else None
    contact = db.session.get(Contact, mine.contact_id) if mine.contact_id else None
    contact = contact if contact and mine.state in ("busy", "wrap_up") else None
    away = mine.state == "away"
    left = (mine.until - clock.now()).total_seconds() if mine.until and mine.state == "wrap_up" else 0
    return Live(
        presence=mine,
        left_s=max(0, round(left)),
        sent_away=presence.sent_away(me().id) if away and mine.missed >= presence.MOST_MISSED else "",
        ringing=_ringing(offer) if offer else None,
        rung=_rung(mine.leg_id) if mine.leg_id and not offer else None,
        contact=contact,
        with_whom=contact_page.who(contact) if contact else None,
        begun=waiting.begun(me(), MOST_BEGUN) if mine.has_begun else [],
        idle_min=_idle_min() if mine.state in ("available", "wrap_up") else None,
        numbers=g.get("numbers", "0.0.0"),
        ticket=news.door().ticket_for(me()),
        ask_ms=ASK_MS[mine.state],
    )


def standing_here() -> Standing:
    """Where the reader of the page being drawn stands, asked once."""
    if "standing" not in g:
        g.standing = standing.of(me(), marks.page_shown())
    found: Standing = g.standing
    return found


def _idle_min() -> int | None:
    """In how many minutes the session ends for want of a sign of life, once that is near."""
    session = g.get("staff_session") or g.get("asked_session")
    left = sessions.IDLE - (clock.now() - session.last_seen_at) if session else sessions.IDLE
    return max(1, round(left.total_seconds() / 60)) if left < IDLE_SOON else None


def _rung(leg_id: int) -> Rung:
    leg = db.session.get_one(Leg, leg_id)
    asks = (
        db.session.get(Staff, leg.contact.agent_id) if leg.role == "third" and leg.contact.agent_id else None
    )
    return Rung(leg.contact, contact_page.who(leg.contact), asks.name if asks else "")


def _ringing(offer: Offer) -> Ringing:
    contact = offer.contact
    who = contact_page.who(contact)
    brief = contact_page.brief_of(contact, who)
    if brief is not None and may_read(brief.citizen):
        g.shown_citizen = brief.citizen.id
    line = db.session.scalar(db.select(Line).filter_by(number=contact.line)) if contact.line else None
    return Ringing(offer, who, brief, line)


@bp.context_processor
def strip() -> dict[str, Any]:
    return {"live_now": live}
