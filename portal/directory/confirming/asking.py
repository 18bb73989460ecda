"""Asking owners whether what we publish of them is still true: a letter, a reminder, a signed link that answers.

The link opens one request and nothing else, without an account; reading it changes nothing. It is signed rather than
kept, so that the letter can be written when it leaves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import ColumnExpressionArgument, ForeignKey, Index, exists, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from portal import clock, history, jobs
from portal.database import Base, db, hold, hold_name
from portal.directory.confirming import freshness
from portal.directory.models import Location, Organization, Service
from portal.errors import N_, Missing, Refused
from portal.history import SYSTEM, Actor

LIFE = timedelta(days=90)
REMIND_AFTER = timedelta(days=30)
A_DAY = 50  # letters, reminders with them
MOST_SHOWN = 100  # services of an organization on the page that its link opens: the others follow
ASKING = 0x6F776E72  # our part of the advisory locks' key space


class ConfirmationRequest(Base):
    """That an organization is asked whether what we publish of it is true.

    `state`: planned, sent, confirmed, returned (its address takes no letter).
    """

    __tablename__ = "confirmation_requests"
    __table_args__ = (Index("ix_confirmation_requests_state", "state", "sent_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    sent_to: Mapped[str]
    state: Mapped[str] = mapped_column(default="planned")
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    read_up_to: Mapped[int] = mapped_column(default=0)  # the last service of those confirmed so far
    error: Mapped[str] = mapped_column(default="")
    organization: Mapped[Organization] = relationship()


class Over(Refused):
    """The link was good once."""

    status = 410


def due(addresses: Mapping[int, str], when: datetime, months: int) -> list[tuple[Organization, str]]:
    """The organizations to ask, with where to write: of these and ours, those with a stale service, not asked since.

    `addresses` are those of partners, by organization; where one is empty, the organization's own is taken.
    """
    waits = exists().where(Service.organization_id == Organization.id, Service.active)
    asked = exists().where(
        ConfirmationRequest.organization_id == Organization.id,
        ConfirmationRequest.asked_at >= clock.begins_at(freshness.oldest(when, months)),
    )
    query = db.select(Organization).where(or_(Organization.is_host, Organization.id.in_(addresses)))
    query = query.where(waits.where(freshness.stale(Service, when, months)), ~asked).order_by(Organization.id)
    found = [(one, addresses.get(one.id) or one.email) for one in db.session.scalars(query)]
    return [(one, to) for one, to in found if to]


def ask(organization: Organization, to: str = "", *, by: Actor = SYSTEM) -> ConfirmationRequest:
    """Has the organization asked at this address or its own; while a letter waits for its answer, that one stands."""
    to = to or organization.email
    if "@" not in to:
        raise Refused(N_("%(name)s n’a pas d’adresse électronique."), name=organization.name)
    hold_name(ASKING, str(organization.id))
    open_one = db.select(ConfirmationRequest).filter_by(organization_id=organization.id)
    open_one = open_one.where(
        ConfirmationRequest.state.in_(("planned", "sent")), ConfirmationRequest.expires_at > clock.now()
    )
    if (found := db.session.scalar(open_one.limit(1))) is not None:
        return found
    made = ConfirmationRequest(
        organization_id=organization.id, sent_to=to, expires_at=clock.now() + LIFE, organization=organization
    )
    db.session.add(made)
    db.session.flush()
    history.record("organization.asked_to_confirm", organization, by=by, details={"to": to})
    jobs.enqueue("ask_owner", {"request": made.id}, dedupe_key=f"ask_owner:{made.id}")
    return made


def remind(when: datetime) -> int:
    """Has those asked once more who have not answered for thirty days; how many there are."""
    late = db.select(ConfirmationRequest.id).where(
        ConfirmationRequest.state == "sent",
        ConfirmationRequest.answered_at.is_(None),
        ConfirmationRequest.reminded_at.is_(None),
        ConfirmationRequest.sent_at <= when - REMIND_AFTER,
        ConfirmationRequest.expires_at > when,
    )
    found = list(db.session.scalars(late.order_by(ConfirmationRequest.id)))
    for one in found:
        jobs.enqueue("ask_owner", {"request": one, "reminder": True}, dedupe_key=f"ask_owner:{one}:reminder")
    return len(found)


def take_turn(request: ConfirmationRequest, *, reminder: bool, a_day: int = A_DAY) -> bool:
    """Counts a letter that is about to leave; False when as many have left today as may."""
    now = clock.now()
    hold_name(ASKING, "")
    counted = request.reminded_at if reminder else request.sent_at
    if counted is not None and clock.local_day(counted) == clock.local_day(now):
        return True  # the same letter, tried again
    if _sent_on(clock.local_day(now)) >= a_day:
        return False
    if reminder:
        request.reminded_at = now
    else:
        request.sent_at, request.state = now, "sent"
    return True


def wants(request: ConfirmationRequest, *, reminder: bool) -> bool:
    """Whether the letter is still to be sent."""
    if request.expires_at <= clock.now() or request.answered_at is not None:
        return False
    return request.state == "sent" if reminder else request.state in ("planned", "sent")


def sign(request_id: int, key: str) -> str:
    """The end of the link that opens a request."""
    token = URLSafeSerializer(key, salt="confirmation").dumps(request_id)
    return token if isinstance(token, str) else token.decode()


def open_request(token: str, key: str) -> ConfirmationRequest:
    """The request that this link opens. Guessed or altered it is as if it had never been; else why it is over."""
    try:
        number = URLSafeSerializer(key, salt="confirmation").loads(token)
    except BadSignature:
        number = None
    request = db.session.get(ConfirmationRequest, number) if isinstance(number, int) else None
    if request is None:
        raise Missing(N_("Ce lien n’est pas bon. Ouvrez-le depuis le message que vous avez reçu, en entier."))
    if request.expires_at <= clock.now():
        raise Over(N_("Ce lien n’est plus valable. Écrivez-nous pour corriger ce que nous publions de vous."))
    return request


def services_of(request: ConfirmationRequest) -> list[Service]:
    """What the link shows: the services in force of the organization, those confirmed so far apart, as many as one
    reads at once."""
    whole = (selectinload(Service.texts), selectinload(Service.organization))
    query = db.select(Service).where(*_to_read(request)).options(*whole)
    return list(db.session.scalars(query.order_by(Service.id).limit(MOST_SHOWN)))


def left(request: ConfirmationRequest) -> int:
    """How many services the link has still to show, with those that it shows."""
    count = db.select(db.func.count()).select_from(Service).where(*_to_read(request))
    return db.session.scalar(count) or 0


def seal(services: list[Service]) -> str:
    """What the services say, in short: whoever confirms it says by this what they have read."""
    said = [
        [one.id, one.phone, one.email, one.url, one.address, one.schedule, one.texts["fr"].name]
        for one in services
        if "fr" in one.texts
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def answer(request: ConfirmationRequest, seen: str, apart: set[int]) -> None:
    """The owner says that what they have read is true, save for the services `apart`, whose corrections wait; what is
    left to read is shown next, and it is over with the last of it.

    Said twice, it is said once. Refuses what was changed while they read it.
    """
    hold(request)
    if request.state == "confirmed" or (request.read_up_to and seen == seal(_read_before(request))):
        return
    services = services_of(request)
    if seen != seal(services):
        raise Refused(N_("La fiche a changé pendant que vous la lisiez. Relisez-la avant de la confirmer."))
    for service in services:
        if service.id not in apart:
            freshness.confirm(service, request.sent_to)
    if len(services) < left(request):
        request.read_up_to = services[-1].id
        return
    places = db.session.scalars(db.select(Location).filter_by(organization_id=request.organization_id))
    for row in (request.organization, *places.all()):
        freshness.confirm(row, request.sent_to)
    request.state, request.answered_at = "confirmed", clock.now()


def _read_before(request: ConfirmationRequest) -> list[Service]:
    """What was confirmed last, and may be sent again."""
    query = db.select(Service).filter_by(organization_id=request.organization_id, active=True)
    query = query.where(Service.id <= request.read_up_to).order_by(Service.id.desc())
    return list(db.session.scalars(query.limit(MOST_SHOWN)))[::-1]


def _to_read(request: ConfirmationRequest) -> tuple[ColumnExpressionArgument[bool], ...]:
    ours = Service.organization_id == request.organization_id
    again = request.state == "confirmed"  # over: the first of them, to be read again
    return ours, Service.active, Service.id > (0 if again else request.read_up_to)


def _sent_on(day: date) -> int:
    begins = clock.begins_at(day)
    count: Any = db.select(db.func.count()).select_from(ConfirmationRequest)
    return sum(
        db.session.scalar(count.where(column >= begins)) or 0
        for column in (ConfirmationRequest.sent_at, ConfirmationRequest.reminded_at)
    )
