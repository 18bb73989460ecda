"""Looks every minute after the texts that were forgotten: never sent, or sent and never heard of again."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from portal import jobs
from portal.contacts import sweeping
from portal.contacts.models import Message
from portal.contacts.texts.delivery import hear_status
from portal.database import db
from portal.jobs import Job
from portal.telephony import sending
from portal.work.context import settings
from portal.work.rounds import each

EVERY = timedelta(minutes=1)


def sweep(job: Job) -> None:
    """Two at once share the work."""
    sweeping.ask_again_for_unsent()
    to_check = sweeping.take_to_check()
    jobs.finish(job)
    db.session.commit()
    silence = sending.Busy, sending.Unsure
    with suppress(*silence):  # the others have their next turn already, and so has one that goes wrong
        each(to_check, _ask_about, lambda one: f"hearing of text {one[0]}", stops=silence)


def _ask_about(text: tuple[int, str]) -> None:
    message_id, provider_ref = text
    try:
        status, error = sending.text_state(settings(), provider_ref)
    except sending.Rejected as refusal:
        _give_up(message_id, str(refusal.code))
    else:
        hear_status(provider_ref, status, error)


def _give_up(message_id: int, code: str) -> None:
    """The network knows this text no more: what we last heard stays, and is not asked for again."""
    message = db.session.get_one(Message, message_id, with_for_update=True)
    message.check_at, message.error = None, message.error or code
