"""Partners with a system of their own: the key it shows us, what it is told, and how it knows that we said it.

A key is shown once, when it is made; a digest of it is kept. What a partner is told leaves as a job, signed with a
secret that both sides know.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import joinedload

from portal import clock, history, jobs
from portal.database import db
from portal.directory.models import Service
from portal.directory.reading import REFERENCE, text_in
from portal.errors import N_, Missing
from portal.history import SYSTEM, Actor
from portal.referrals.following import clocks, sharing
from portal.referrals.following.referring import GOING_ON
from portal.referrals.models import Partner, Referral, ReferralMessage

PREFIX = "rlp_"  # what a key found in the wrong place is known by
STATES = (
    "sent",
    "received",
    "accepted",
    "refused",
    "done",
    "done_without_help",
    "unreachable",
    "expired",
)
LARGEST_PAGE = 100


def make_key(partner: Partner, *, by: Actor = SYSTEM) -> str:
    """A new key for the partner's system, said this once; the former one opens nothing any more."""
    key = PREFIX + secrets.token_urlsafe(32)
    partner.token_digest = _digest(key)
    history.record("partner.key_made", partner.organization, by=by)
    return key


def drop_key(partner: Partner, *, by: Actor = SYSTEM) -> None:
    """The partner's system comes in no more."""
    if partner.token_digest is not None:
        partner.token_digest = None
        history.record("partner.key_dropped", partner.organization, by=by)


def make_secret(partner: Partner, *, by: Actor = SYSTEM) -> str:
    """A new secret to sign with what the partner's system is told."""
    partner.webhook_secret = secrets.token_urlsafe(32)
    history.record("partner.secret_made", partner.organization, by=by)
    return partner.webhook_secret


def partner_of(key: str) -> Partner | None:
    """Whose key this is."""
    if not key.startswith(PREFIX):
        return None
    query = db.select(Partner).filter_by(token_digest=_digest(key)).options(joinedload(Partner.organization))
    return db.session.scalar(query)


def tell(referral: Referral, event: str) -> None:
    """Has the receiver's system, if it has one, told of `event` (such as `referral.sent`) after the commit."""
    if referral.id is None:
        db.session.flush()
    partner = receiver(referral)
    if partner is not None and hears(partner):
        payload = {"referral": referral.id, "event": event, "delivery": str(uuid.uuid4())}
        jobs.enqueue("tell_partner", {**payload, "at": clock.now().isoformat()})


def is_told(referral: Referral) -> bool:
    """Whether its receiver's system is told of what comes; else it asks."""
    partner = receiver(referral)
    return partner is not None and hears(partner)


def receiver(referral: Referral) -> Partner | None:
    """How the organization that this referral goes to takes referrals, if that was settled."""
    service = referral.service or db.session.get_one(Service, referral.service_id)
    return db.session.get(Partner, service.organization_id)


def hears(partner: Partner) -> bool:
    """Whether its system is to be told."""
    return partner.way == "api" and bool(partner.webhook_url and partner.webhook_secret)


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """What proves to who has the secret that we said `body`, and when: HMAC-SHA256 of `timestamp.body`, in hex."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def referral_of(partner: Partner, referral_id: int) -> Referral:
    """A referral that was sent to this partner. Raises `Missing`: another's is as if it were not."""
    found = db.session.scalar(_theirs(partner).where(Referral.id == referral_id))
    if found is None:
        raise Missing(N_("Cette orientation n’existe pas."))
    return found


def referrals_to(partner: Partner, *, state: str = "", after: int = 0, limit: int = 50) -> list[Referral]:
    """What was sent to this partner, oldest first, after the referral `after`."""
    query = _theirs(partner).where(Referral.id > after)
    if state:
        query = query.where(Referral.state == state)
    return list(db.session.scalars(query.order_by(Referral.id).limit(min(limit, LARGEST_PAGE))).unique())


def as_told(referral: Referral) -> dict[str, Any]:
    """A referral as its receiver is told of it: what was shared with it, no more, and no longer than it goes on."""
    service = referral.service
    shared = referral.shared if referral.state in GOING_ON else {}
    return {
        "id": referral.id,
        "state": referral.state,
        "nature": clocks.nature_of(referral),
        "service": {
            "id": service.id,
            "slug": service.slug,
            "hsds_id": service.hsds_id,
            "name": text_in(service, REFERENCE).name,
        },
        "reason": shared.get("reason", ""),
        "shared": {name: value for name, value in shared.items() if name not in ("files", "reason")},
        "files": [{"id": one.id, "name": one.name, "size": one.size} for one in sharing.files(shared)],
        "refusal": referral.refusal,
        "note": referral.note,
        **{name: _instant(getattr(referral, name)) for name in INSTANTS},
        "messages": [_message(one) for one in messages_of(referral)] if referral.state in GOING_ON else [],
    }


INSTANTS = (
    "sent_at",
    "first_received_at",
    "received_at",
    "competent_received_at",
    "answered_at",
    "closed_at",
)


def messages_of(referral: Referral) -> list[ReferralMessage]:
    """What sender and receiver said to each other, oldest first."""
    query = db.select(ReferralMessage).filter_by(referral_id=referral.id).order_by(ReferralMessage.id)
    return list(db.session.scalars(query.limit(200)))


def _message(message: ReferralMessage) -> dict[str, Any]:
    return {
        "at": _instant(message.at),
        "side": message.side,
        "author": message.author if message.side == "receiver" else "",
        "body": message.body,
    }


def _theirs(partner: Partner) -> Any:
    service = joinedload(Referral.service, innerjoin=True)
    query = db.select(Referral).join(Referral.service).options(service.selectinload(Service.texts))
    mine = Service.organization_id == partner.organization_id
    passed_on = Referral.way != "told"  # else only the citizen was told of anything
    return query.where(mine, passed_on, Referral.sent_at.is_not(None), Referral.state.in_(STATES))


def _instant(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
