"""Corrections that owners propose: kept as they were said, and applied by somebody of ours or not at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock, history
from portal.database import Base, db, hold
from portal.directory import editing
from portal.directory.confirming.asking import ConfirmationRequest
from portal.directory.hours.opening import EXCEPTIONS, HOLIDAYS, TERRITORY, check_schedule
from portal.directory.models import Service
from portal.errors import N_, Refused
from portal.history import PARTNER, Person

FIELDS = ("phone", "email", "url", "address", "schedule", "active")
KEPT = (HOLIDAYS, TERRITORY, EXCEPTIONS)  # of a schedule: what an owner is not asked about


class Correction(Base):
    """What an owner says is not true of a service. `changes` are `{"phone": [published, proposed], …}`.

    `state`: waiting, accepted, refused.
    """

    __tablename__ = "corrections"
    __table_args__ = (Index("ix_corrections_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), index=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("confirmation_requests.id"), index=True)
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="waiting")
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    service: Mapped[Service] = relationship()


def propose(
    request: ConfirmationRequest, service: Service, values: dict[str, Any], note: str = ""
) -> Correction:
    """Keeps what the owner proposes for a service; proposed anew before it was read, it takes the former's place.

    `values` are those of `FIELDS`. Refuses what changes nothing, and what cannot be.
    """
    hold(request)
    if request.state == "confirmed":
        raise Refused(N_("Vous avez déjà confirmé cette fiche. Écrivez-nous pour la corriger."))
    changes = _changes(service, values)
    if not changes and not note.strip():
        raise Refused(N_("Vous n’avez rien changé : si tout est exact, confirmez la fiche."))
    waiting = db.select(Correction).filter_by(request_id=request.id, service_id=service.id, state="waiting")
    made = db.session.scalar(waiting) or Correction(request_id=request.id, service=service)
    made.changes, made.note = changes, note.strip()
    made.proposed_by, made.proposed_at = request.sent_to, clock.now()
    db.session.add(made)
    request.answered_at = clock.now()
    history.record("service.correction_proposed", service, by=PARTNER, details={"changed": changes})
    return made


def accept(correction: Correction, by: Person) -> None:
    """The correction is published. Refuses one that was decided, and one whose service has changed since."""
    _decide(correction, "accepted", by)
    service = correction.service
    hold(service)
    changed = {
        field: pair for field, pair in correction.changes.items() if getattr(service, field) != pair[0]
    }
    if any(getattr(service, field) != pair[1] for field, pair in changed.items()):
        raise Refused(
            N_("La fiche a changé depuis cette proposition : corrigez-la à la main, puis écartez-la.")
        )
    values = {field: pair[1] for field, pair in correction.changes.items()}
    if values:  # a remark alone is for somebody to read, and says nothing of the rest
        texts = {lang: {"name": one.name, "summary": one.summary} for lang, one in service.texts.items()}
        owner = correction.proposed_by
        editing.save_service(service, by=by.actor, confirmed_by=owner, texts=texts, **values)
    history.record("service.correction_accepted", service, by=by.actor, details={"correction": correction.id})


def refuse(correction: Correction, by: Person) -> None:
    """The correction is set aside: what is published stays."""
    _decide(correction, "refused", by)
    details = {"correction": correction.id}
    history.record("service.correction_refused", correction.service, by=by.actor, details=details)


def of_request(request: ConfirmationRequest) -> dict[int, Correction]:
    """The last correction of each service, by service."""
    query = db.select(Correction).filter_by(request_id=request.id).order_by(Correction.id)
    return {one.service_id: one for one in db.session.scalars(query)}


def inbox(limit: int = 100) -> list[Correction]:
    """The corrections that wait for somebody of ours, the oldest first."""
    query = db.select(Correction).filter_by(state="waiting").order_by(Correction.id).limit(limit)
    return list(db.session.scalars(query))


def _decide(correction: Correction, state: str, by: Person) -> None:
    hold(correction)
    if correction.state != "waiting":
        raise Refused(N_("Cette proposition a déjà reçu une réponse."))
    correction.state, correction.decided_by, correction.decided_at = state, by.id, clock.now()


def _changes(service: Service, values: dict[str, Any]) -> dict[str, Any]:
    """What differs from what is published. The holidays and exceptional days of a schedule are ours to keep."""
    proposed: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in values.items()
    }
    if "schedule" in proposed:
        kept = {name: service.schedule[name] for name in KEPT if service.schedule.get(name)}
        proposed["schedule"] = check_schedule({**proposed["schedule"], **kept})
    editing.check_addresses(proposed)
    published: dict[str, Any] = {name: getattr(service, name) for name in proposed}
    if "schedule" in proposed:
        published["schedule"] = dict(service.schedule)
    return {name: [published[name], value] for name, value in proposed.items() if published[name] != value}
