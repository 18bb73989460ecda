"""Fetches a picture that came with a text, with our credentials and from the network's own hosts only."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from portal import history, jobs
from portal.contacts import attachments, pictures
from portal.contacts.answering import reply
from portal.contacts.models import Contact
from portal.contacts.texting import why_not
from portal.database import db
from portal.errors import Refused
from portal.jobs import Job
from portal.telephony import sending
from portal.work.context import settings

MOST_TRIES = 6  # what has only just come is not ready at once


def fetch_picture(job: Job) -> None:
    """Put on disk first, then named by its message: killed in between, it is fetched again."""
    message_id, name = job.payload["message"], f"photo-{job.payload['number']}"
    text, picture = job.payload["named"].split("/")
    db.session.commit()
    try:
        data = sending.fetch_picture(settings(), text, picture)
        kept = attachments.keep(settings().attachments_dir, name, data)
    except sending.Rejected as refusal:
        if job.attempts < MOST_TRIES:
            jobs.put_back(job, str(refusal.code))
            db.session.commit()
            return
        _say_lost(message_id)
    except Refused:  # a film, a card, a picture of a kind that we do not take
        _say_lost(message_id)
    else:
        pictures.attach(message_id, kept)
    jobs.finish(job)
    db.session.commit()


def _say_lost(message_id: int) -> None:
    """The agent sees it, and whoever sent it is told how to send it otherwise: once for a text."""
    message = pictures.lose(message_id)
    if message is not None and not why_not(message.contact, "answer"):
        by, words = history.SYSTEM, _otherwise(message.contact)
        reply(message.contact, words, channel="text", form_key=None, by=by, automatic=True, purpose="answer")


def _otherwise(contact: Contact) -> str:
    with force_locale(contact.language):
        link = f"{settings().public_base_url}/{contact.language}/requests/new"
        return gettext(
            "Votre photo ne nous est pas parvenue. Envoyez-la sur notre site : %(link)s", link=link
        )
