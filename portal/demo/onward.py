"""What became of those whom the town sent on: a referral in each state, partners, an example kept, an old record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from portal import clock, history
from portal.database import db
from portal.directory.embedders import save_embedder
from portal.directory.models import Organization, Service
from portal.referrals.deciding.situations import Situation
from portal.referrals.models import Partner, Referral
from portal.referrals.partners.keys import make_key
from portal.referrals.ruling.examples import save_example

ANSWERED = timedelta(days=1)
CLOSED = timedelta(days=3)
REMINDED_IN = timedelta(days=7)
LONG_AGO = timedelta(days=800)


def load_onward(told: dict[str, Any], organization: str) -> list[str]:
    """Most people were told where to go; the latest are given a life of each kind. Returns the lines to print: the
    key of each partner that has a system, said this once."""
    ids = {row.slug: row.id for row in db.session.scalars(db.select(Organization))}
    keys = [line for row in told["partners"] for line in _partner(row, ids[row["organization"]])]
    save_embedder(None, organization_id=ids[organization], active=True, by=history.SYSTEM, **told["embedder"])
    stale = db.session.scalars(db.select(Service).filter_by(slug=told["stale"])).one()
    stale.confirmed_at = clock.now() - LONG_AGO
    example = told["example"]
    asked, wanted = Situation(words=example["words"]), {"service": example["service"]}
    of = ids[organization]
    save_example(None, example["name"], asked, wanted, organization_id=of, by=history.SYSTEM)
    made = list(db.session.scalars(db.select(Referral).order_by(Referral.created_at, Referral.id)))
    latest = made[-len(told["lives"]) :]
    for one in made[: -len(latest)]:
        _send(one, "told")
    for one, life in zip(latest, told["lives"], strict=True):
        _live(one, life)
    return keys


def _partner(row: dict[str, str], organization_id: int) -> Iterator[str]:
    made = Partner(organization_id=organization_id, way=row["way"], email=row["email"])
    db.session.add(made)
    db.session.flush()
    if made.way == "api":
        yield f"{'partner key':<14} {row['organization']:<40} {make_key(made)}"


def _send(one: Referral, way: str) -> None:
    one.state, one.way, one.sent_at, one.first_received_at = "sent", way, one.created_at, one.created_at
    _record(one, "sent", one.created_at)


def _live(one: Referral, life: dict[str, str]) -> None:
    state = life["state"]
    if state == "proposed":
        return
    _send(one, "email")
    one.shared = {"reason": one.reason}
    one.arrived_at, one.note, one.refusal = one.sent_at, life["note"], life.get("refusal", "")
    one.state = state
    if state == "sent":
        one.remind_at = clock.now() + REMINDED_IN
        return
    answered = one.created_at + ANSWERED
    if state == "received":
        one.received_at, one.remind_at = answered, clock.now() + REMINDED_IN
    elif state == "accepted":
        one.received_at = one.answered_at = answered
        one.competent_received_at, one.remind_at = one.arrived_at, clock.now() + REMINDED_IN
    else:
        one.closed_at = one.answered_at = one.created_at + CLOSED
    _record(one, state, one.closed_at or answered)


def _record(one: Referral, state: str, at: datetime) -> None:
    by = history.SYSTEM if state in ("sent", "expired") else history.PARTNER
    history.record(f"referral.{state}", one, by=by, citizen_id=one.citizen_id, at=at)
