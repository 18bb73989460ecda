"""From hand to hand: the referrals that followed one another for the same request."""

from __future__ import annotations

from portal import history
from portal.contacts.models import Contact
from portal.database import db
from portal.directory.models import Service
from portal.errors import N_, Refused
from portal.history import Person
from portal.referrals.following import telling
from portal.referrals.following.referring import hold_referrals, refer
from portal.referrals.models import Referral

NOT_THEIRS = ("not_for_us", "wrong_area", "duplicate")


def chain(referral: Referral) -> list[Referral]:
    """This referral and those before it, the first one last."""
    found = [referral]
    while found[-1].former_id is not None:
        found.append(db.session.get_one(Referral, found[-1].former_id))
    return found


def following(referral: Referral) -> Referral | None:
    """The one that it was followed by."""
    return db.session.scalar(db.select(Referral).filter_by(former_id=referral.id).limit(1))


def has_had_it(referral: Referral, service: Service) -> bool:
    """Whether this service's organization sent the person away before, or is the one that refuses or sends now."""
    refused = {one.service.organization_id for one in chain(referral)[1:] if one.refusal in NOT_THEIRS}
    return service.organization_id in {
        *refused,
        referral.organization_id,
        referral.service.organization_id,
    } and not _same_house(referral, service)


def send_again(former: Referral, service_id: int, *, reason: str, by: Person) -> Referral | None:
    """The same request, proposed to another service; or to the same one, with the piece that it lacked.

    Where it would go back to an organization that sent it away, it stops: None, and a supervisor decides.
    """
    hold_referrals(former)
    if former.state in ("proposed", "sent", "received", "accepted"):
        raise Refused(N_("Cette orientation est encore en cours."))
    if following(former) is not None:
        raise Refused(N_("Cette orientation a déjà une suite."))
    service = db.session.get(Service, service_id)
    gone_back = service is not None and any(
        one.service.organization_id == service.organization_id and one.refusal in NOT_THEIRS
        for one in chain(former)
        if not _same_house(one, service)
    )
    if gone_back and by.role != "supervisor":
        former.ping_pong = True
        details = {"service": service.slug} if service else {}
        history.record("referral.stopped", former, by=by.actor, citizen_id=former.citizen_id, details=details)
        telling.tell_desk(former)
        return None
    contact = db.session.get_one(Contact, former.contact_id)
    made = refer(contact, service_id, reason=reason, former=former, by=by.actor)
    made.ping_pong = gone_back
    return made


def _same_house(referral: Referral, service: Service) -> bool:
    """Another service of the organization that refused: it sends the person next door, and nobody goes back."""
    return referral.service.organization_id == service.organization_id and referral.service_id != service.id
