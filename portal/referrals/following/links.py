"""Links by which a receiver without an account answers: random, one referral each, kept as a digest.

A link is good until it runs out, is revoked or replaced, or its referral is over. It shows nothing else, and reading
it changes nothing: mail filters open links before people do.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from portal import clock
from portal.database import db
from portal.errors import N_, Missing, Refused
from portal.referrals.following import telling
from portal.referrals.models import Referral, ReferralLink

LIFE = timedelta(days=90)
MARGIN = timedelta(days=14)  # a letter may leave late, and be read later


class Gone(Refused):
    """The link was good once."""

    status = 410


def make_link(referral: Referral, to: str, *, letter: str = "") -> str:
    """A new link for this address; those of earlier letters no longer open. The token is known to nobody else, and
    `letter` is the Message-ID that it leaves with."""
    token = secrets.token_urlsafe(32)
    before = telling.letters_before(referral)
    earlier = db.update(ReferralLink).where(
        ReferralLink.referral_id == referral.id, ReferralLink.reminder < before
    )
    db.session.execute(earlier.where(ReferralLink.revoked_at.is_(None)).values(revoked_at=clock.now()))
    link = ReferralLink(
        referral_id=referral.id,
        digest=_digest(token),
        sent_to=to,
        letter=letter,
        reminder=before,
        expires_at=ends_at(referral),
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
    referral = db.session.get_one(Referral, link.referral_id)
    if max(link.expires_at, _awaited_until(referral)) <= clock.now():
        raise Gone(N_("Ce lien n’est plus valable. Appelez l’organisme qui vous l’a envoyé."))
    return referral


def ends_at(referral: Referral) -> datetime:
    """When a link drawn now runs out."""
    return max(clock.now() + LIFE, _awaited_until(referral))


def left_with(letters: Iterable[str]) -> list[Referral]:
    """The referrals whose links left with the first of these letters that is ours."""
    for one in letters:
        mine = db.select(ReferralLink.referral_id).where(ReferralLink.letter == one)
        found = list(
            db.session.scalars(db.select(Referral).where(Referral.id.in_(mine)).order_by(Referral.id))
        )
        if one and found:
            return found
    return []


def _awaited_until(referral: Referral) -> datetime:
    """Its last letter opens until the next one has surely come, or nobody is awaited any more."""
    return (referral.remind_at or referral.created_at) + MARGIN


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
