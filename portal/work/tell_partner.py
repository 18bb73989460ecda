"""Tells a partner's system what became of a referral: see `referrals.partners`."""

from __future__ import annotations

import json

from portal import clock, history, jobs
from portal.database import db
from portal.jobs import Job
from portal.referrals.following import living
from portal.referrals.models import Partner, Referral
from portal.referrals.partners import keys as partners
from portal.referrals.partners import posting
from portal.telephony import alerts
from portal.work.context import settings

UNREACHED = (
    "Le système de %s n’a pas pris ce que nous lui disions d’une orientation, après %d essais (%s). "
    "Vérifiez son adresse, puis relancez l’envoi."
)


def tell_partner(job: Job) -> None:
    """One event. Begun twice, it leaves with the same `Relais-Delivery`, by which its receiver knows it again."""
    referral = db.session.get(Referral, job.payload["referral"])
    partner = partners.receiver(referral) if referral else None
    if referral is None or partner is None or not partners.hears(partner):
        jobs.finish(job)
        db.session.commit()
        return
    url, body, headers = partner.webhook_url, *_said(job, referral, partner)
    db.session.commit()
    try:
        posting.post(url, body, headers, posting.way_of(settings()))
    except posting.NotReached as failure:
        _not_reached(job, referral, partner, str(failure))
    else:
        living.arrive(referral)
        details = {"event": job.payload["event"]}
        history.record(
            "referral.partner_told",
            referral,
            by=history.SYSTEM,
            citizen_id=referral.citizen_id,
            details=details,
        )
        jobs.finish(job)
    db.session.commit()


def _said(job: Job, referral: Referral, partner: Partner) -> tuple[bytes, dict[str, str]]:
    """The body and the headers that prove it ours: signed anew at each try, so that an old one can be refused."""
    told = {
        "event": job.payload["event"],
        "at": job.payload["at"],
        "delivery": job.payload["delivery"],
        "referral": partners.as_told(referral),
    }
    body = json.dumps(told, ensure_ascii=False).encode()
    timestamp = int(clock.now().timestamp())
    signature = partners.sign(partner.webhook_secret, timestamp, body)
    return body, {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Relais",
        "Relais-Event": job.payload["event"],
        "Relais-Delivery": job.payload["delivery"],
        "Relais-Signature": f"t={timestamp},v1={signature}",
    }


def _not_reached(job: Job, referral: Referral, partner: Partner, why: str) -> None:
    """Another try later; after the last, somebody is told."""
    if job.attempts >= jobs.MOST_ATTEMPTS:
        name = partner.organization.name
        sentence = UNREACHED % (name, job.attempts, why)
        alerts.alert(f"partner:{partner.organization_id}", sentence, organization_id=referral.organization_id)
    jobs.put_back(job, why)
