"""The referrals of an organization as its desk looks through them: what came back first, then who is awaited."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased, joinedload, selectinload

from portal.contacts.models import Contact
from portal.database import db
from portal.directory.models import Service
from portal.history import Person
from portal.referrals.models import PASSED_ON, Referral, ReferralMessage
from portal.rights import find_to_read

VIEWS = (
    "asked", "back", "proposed", "late", "without_news", "waiting", "accepted", "over", "ping_pong",
)  # fmt: skip
CAME_BACK = ("refused", "expired", "done_without_help", "unreachable")
A_PAGE = 20


def find_referral(referral_id: int, *, by: Person) -> Referral:
    """The referral, for staff of the organization that sends, who answer people; to anyone else it does not exist."""
    return find_to_read(Referral, referral_id, by=by)


def listing(view: str, *, by: Person, before: int | None = None) -> list[Referral]:
    """One page of this view, the oldest first where somebody waits, else the latest."""
    query = db.select(Referral).where(*_conditions(view, by))
    order = Referral.id.desc() if view in ("over", "accepted") else Referral.id
    if before is not None:
        query = query.where(Referral.id < before if view in ("over", "accepted") else Referral.id > before)
    service = joinedload(Referral.service)
    query = query.options(service.joinedload(Service.texts), service.joinedload(Service.organization))
    query = query.options(selectinload(Referral.redirect_to))
    return list(db.session.scalars(query.order_by(order).limit(A_PAGE + 1)).unique())


def counts(by: Person, views: Iterable[str] = VIEWS) -> dict[str, int]:
    """How many there are in each view."""
    count = db.select(db.func.count()).select_from(Referral)
    return {view: db.session.scalar(count.where(*_conditions(view, by))) or 0 for view in views}


def _conditions(view: str, by: Person) -> list[ColumnElement[bool]]:
    state = Referral.state
    later = aliased(Referral)
    followed = db.select(later.id).where(later.former_id == Referral.id).exists()
    ended = db.select(Contact.id).where(Contact.id == Referral.contact_id, Contact.state == "wrapped_up")
    seen_to = ended.exists()  # it came back with its exchange, which an agent has ended again
    last = db.select(ReferralMessage.side).where(ReferralMessage.referral_id == Referral.id)
    last_side = last.order_by(ReferralMessage.id.desc()).limit(1).scalar_subquery()
    awaited = state.in_(("sent", "received")) & Referral.way.in_(PASSED_ON)
    awaited |= (state == "sent") & (Referral.way == "phone")  # put through, and nobody said that it was taken
    without_news = (state == "accepted") & (Referral.outcome_asked > 0) & Referral.remind_at.is_(None)
    found: dict[str, ColumnElement[bool]] = {
        "asked": state.in_(("sent", "received", "accepted")) & (last_side == "receiver"),
        "back": state.in_(CAME_BACK) & ~followed & ~seen_to,
        "proposed": state == "proposed",
        "late": awaited & (Referral.reminders > 0),
        "waiting": awaited & (Referral.reminders == 0),
        "without_news": without_news,
        "accepted": (state == "accepted") & ~without_news,
        "over": state == "done",
        "ping_pong": Referral.ping_pong & ~followed,
    }
    return [Referral.organization_id == by.organization_id, found[view]]
