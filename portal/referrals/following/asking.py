"""Questions of a receiver about a referral, and their answers."""

from __future__ import annotations

from collections.abc import Collection

from portal import history
from portal.database import db
from portal.errors import N_, Refused
from portal.history import PARTNER, Actor
from portal.referrals.following import sharing, telling
from portal.referrals.following.living import is_final
from portal.referrals.following.referring import hold_referrals
from portal.referrals.models import Referral, ReferralMessage

ASKED = "Le service vers lequel la personne est orientée pose une question"


def ask(
    referral: Referral,
    body: str,
    *,
    who: str = "",
    to_citizen: bool = False,
    form_key: str,
    by: Actor = PARTNER,
) -> ReferralMessage:
    """The receiver asks something: the sender's desk answers, and the citizen too where they are asked."""
    message, new = _write(
        referral, body, "receiver", form_key, author=who.strip()[:100], to_citizen=to_citizen
    )
    if not new:
        return message
    history.record("referral.asked", referral, by=by, citizen_id=referral.citizen_id)
    telling.bring_back(referral, ASKED, by=by)
    if to_citizen:
        telling.tell_asked(referral, message)
    else:
        telling.tell_desk(referral)
    return message


def answer(
    referral: Referral, body: str, *, files: Collection[int] = (), form_key: str, by: Actor
) -> ReferralMessage:
    """The sender's answer, which the receiver reads by their link and is told of; with files the person sent since,
    and the person is told that they went on."""
    message, new = _write(referral, body, "sender", form_key, author_id=by.id)
    if new:
        given = sharing.give(referral, files)
        details = {"files": [one.id for one in given]} if given else {}
        history.record("referral.answered", referral, by=by, citizen_id=referral.citizen_id, details=details)
        if given:
            telling.tell_passed_on(referral, message)
        telling.tell_desk(referral)
        telling.tell_receiver(referral, message)
    return message


def is_asked(referral: Referral) -> bool:
    """Whether the receiver waits for an answer."""
    return bool(referral.messages) and referral.messages[-1].side == "receiver" and not is_final(referral)


def _write(
    referral: Referral, body: str, side: str, form_key: str, **values: object
) -> tuple[ReferralMessage, bool]:
    hold_referrals(referral)
    known = db.session.scalar(db.select(ReferralMessage).filter_by(form_key=form_key))
    if known is not None:
        return known, False
    if not body.strip():
        raise Refused(N_("Écrivez votre message."), field="body")
    if is_final(referral) or referral.state == "proposed":
        raise Refused(N_("Cette orientation est terminée."))
    message = ReferralMessage(
        referral_id=referral.id, side=side, body=body.strip(), form_key=form_key, **values
    )
    referral.messages.append(message)
    db.session.flush()
    return message, True
