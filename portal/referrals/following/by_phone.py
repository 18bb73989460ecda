"""Warm transfers: a call put through to a service is a referral, received when somebody there takes it."""

from __future__ import annotations

from portal.contacts.models import Contact, Leg
from portal.database import db
from portal.directory.models import Service
from portal.directory.reading import text_in
from portal.history import NETWORK, Actor
from portal.referrals.following import living
from portal.referrals.following.referring import refer
from portal.referrals.models import Referral

REASON = "Mis en relation par téléphone"


def put_through(contact: Contact, service_id: int, *, taken: bool = False, by: Actor) -> Referral:
    """The call goes to this service; `taken`: somebody there has already said yes."""
    made = refer(contact, service_id, reason=REASON, by=by)
    living.send(made, "phone", by=by)
    if taken:
        living.receive(made, by=by)
    return made


def heard(contact_id: int, *, answered: bool) -> None:
    """What became of a call put through to a service, from the network: somebody took it, or nobody did."""
    query = db.select(Referral).filter_by(contact_id=contact_id, way="phone", state="sent")
    made = db.session.scalar(query.order_by(Referral.id.desc()).limit(1))
    if made is None:
        return
    if answered:
        living.receive(made, by=NETWORK)
    else:
        living.refuse(made, "unreachable", by=NETWORK)


def service_called(leg: Leg) -> Service | None:
    """The service of the directory that this leg rings at, by its number and its name."""
    if leg.staff_id is not None or not leg.to:
        return None
    found = list(db.session.scalars(db.select(Service).filter_by(phone=leg.to, active=True).limit(50)))
    named = (one for one in found if text_in(one, "fr").name in leg.label)
    return next(named, found[0] if len(found) == 1 else None)
