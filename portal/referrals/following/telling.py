"""Telling those whom a referral concerns: its sender's desk at once, the citizen by a job after the commit."""

from __future__ import annotations

from portal import jobs, news
from portal.contacts.models import Contact
from portal.contacts.recording import reopen
from portal.contacts.telling import tell_of
from portal.database import db
from portal.history import Actor
from portal.referrals.models import Referral, ReferralMessage
from portal.referrals.partners import keys as partners


def tell(referral: Referral, step: str) -> None:
    """The sender's desk has something new to see, and the citizen is told of this step, once."""
    tell_desk(referral)
    work = {"referral": referral.id, "step": step}
    jobs.enqueue("tell_referred", work, dedupe_key=f"referral:{referral.id}:{step}")


def tell_asked(referral: Referral, message: ReferralMessage) -> None:
    """The citizen is told of this very question: others, which are not for them, may follow it before they are."""
    tell_desk(referral)
    _tell_with(referral, "asked", message)


def tell_passed_on(referral: Referral, message: ReferralMessage) -> None:
    """The citizen is told that files of theirs went to the receiver with this answer (CRPA L114-8)."""
    _tell_with(referral, "passed_on", message)


def _tell_with(referral: Referral, step: str, message: ReferralMessage) -> None:
    work = {"referral": referral.id, "step": step, "message": message.id}
    jobs.enqueue("tell_referred", work, dedupe_key=f"referral:{referral.id}:{step}:{message.id}")


def tell_desk(referral: Referral) -> None:
    """Whoever sent it, and their colleagues, have something new to see."""
    news.tell(f"desk:{referral.organization_id}")
    if referral.created_by is not None:
        news.tell(f"staff:{referral.created_by}")


def bring_back(referral: Referral, why: str, *, by: Actor) -> None:
    """The citizen waits at the sender's desk again, in the queue where they were, with why. Hold the referral first."""
    contact = db.session.get_one(Contact, referral.contact_id)
    contact.step = why
    reopen(contact, by=by)
    if contact.state == "open" and contact.queue_id and contact.channel != "phone":
        contact.state = "waiting"
    tell_of(contact)


def write_to_receiver(referrals: list[Referral], about: str = "") -> None:
    """Asks for one letter to their receiver about these, with a link for each; `about`: outcome, or that they wait."""
    ids = sorted(referral.id for referral in referrals)
    letters = "-".join(f"{one.id}.{letters_before(one)}" for one in sorted(referrals, key=lambda one: one.id))
    work = {"referrals": ids, "about": about}
    jobs.enqueue("write_to_receiver", work, dedupe_key=f"receiver:{letters}")


def letters_before(referral: Referral) -> int:
    """How often its receiver was asked again: a later letter's link replaces the earlier ones."""
    return referral.reminders + referral.outcome_asked


def tell_receiver(referral: Referral, message: ReferralMessage) -> None:
    """Tells who asked that an answer waits: behind their link, at their desk, or in their system."""
    if referral.way == "email":
        work = {"referrals": [referral.id], "about": "answer"}
        jobs.enqueue("write_to_receiver", work, dedupe_key=f"receiver:answer:{message.id}")
    else:
        tell_system(referral, "referral.answered")


def tell_system(referral: Referral, event: str) -> None:
    """Its receiver's own system hears of this event; a receiver of this instance has something new to see."""
    if referral.way == "api":
        partners.tell(referral, event)
    elif referral.way == "here":
        news.tell(f"desk:{referral.service.organization_id}")
