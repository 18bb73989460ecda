"""Links by which a receiver without an account answers: random, one referral each, kept as a digest.

A link is good until it runs out, is revoked or replaced, or its referral is over. It shows nothing else, and reading
it changes nothing: mail filters open links before people do.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from portal import clock
from portal.database import db
from portal.errors import N_, Missing, Refused
from portal.referrals.following import telling
from portal.referrals.models import Referral, ReferralLink

LIFE = timedelta(days=90)


class Gone(Refused):
    """The link was good once."""

    status = 410


def make_link(referral: Referral, to: str) -> str:
    """A new link for this address; those of earlier letters no longer open. The token is known to nobody else."""
    token = secrets.token_urlsafe(32)
    letter = telling.letters_before(referral)
    earlier = db.update(ReferralLink).where(
        ReferralLink.referral_id == referral.id, ReferralLink.reminder < letter
    )
    db.session.execute(earlier.where(ReferralLink.revoked_at.is_(None)).values(revoked_at=clock.now()))
    link = ReferralLink(
        referral_id=referral.id,
        digest=_digest(token),
        sent_to=to,
        reminder=letter,
        expires_at=ends_at(),
    )
    db.session.add(link)
    db.session.flush()
    return token


def open_link(token: str) -> Referral:
    """The referral that this link opens. Guessed or altered it is as if it had never been; else why it is over."""
    link = db.session.scalar(db.select(ReferralLink).filter_by(digest=_digest(token)))
    if link is None:
        raise Missing(N_("Ce lien n’est pas bon. Ouvrez-le depuis le message que vous avez reçu, en entier."))
    if link.revoked_at is not None:
        raise Gone(N_("Ce lien a été remplacé. Ouvrez celui du dernier message que vous avez reçu."))
    if link.expires_at <= clock.now():
        raise Gone(N_("Ce lien n’est plus valable. Appelez l’organisme qui vous l’a envoyé."))
    return db.session.get_one(Referral, link.referral_id)


def ends_at() -> datetime:
    """When a link drawn now runs out."""
    return clock.now() + LIFE


def revoke(referral: Referral) -> None:
    """None of its links opens any more."""
    live = db.update(ReferralLink).where(ReferralLink.referral_id == referral.id)
    db.session.execute(live.where(ReferralLink.revoked_at.is_(None)).values(revoked_at=clock.now()))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
