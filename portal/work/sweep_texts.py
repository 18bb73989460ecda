"""Looks every minute after the texts that were forgotten: never sent, or sent and never heard of again."""

from __future__ import annotations

from datetime import timedelta

from portal import jobs
from portal.contacts import sweeping
from portal.contacts.models import Message
from portal.contacts.texts.delivery import hear_status
from portal.database import db
from portal.jobs import Job
from portal.telephony import sending
from portal.work.context import settings
from portal.work.rounds import pass_over

EVERY = timedelta(minutes=1)


def sweep(job: Job) -> None:
    """Two at once share the work."""
    sweeping.ask_again_for_unsent()
    to_check = sweeping.take_to_check()
    jobs.finish(job)
    db.session.commit()
    for message_id, provider_ref in to_check:
        try:
            _ask_about(message_id, provider_ref)
        except (sending.Busy, sending.Unsure):
            return  # the others have their next turn already
        except Exception as error:  # one that goes wrong holds up no other: it has its next turn too
            pass_over(error, f"what became of text {message_id} could not be heard")


def _ask_about(message_id: int, provider_ref: str) -> None:
    try:
        status, error = sending.text_state(settings(), provider_ref)
    except sending.Rejected as refusal:
        _give_up(message_id, str(refusal.code))
    else:
        hear_status(provider_ref, status, error)
    db.session.commit()


def _give_up(message_id: int, code: str) -> None:
    """The network knows this text no more: what we last heard stays, and is not asked for again."""
    message = db.session.get_one(Message, message_id, with_for_update=True)
    message.check_at, message.error = None, message.error or code
