"""Fetches a picture that came with a text, with our credentials and from the network's own hosts only, and has the
network forget it: what people photograph to us is for us."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from portal import history, jobs
from portal.contacts import attachments
from portal.contacts.answering import reply
from portal.contacts.models import Contact
from portal.contacts.texts import pictures
from portal.contacts.texts.texting import why_not
from portal.database import db
from portal.errors import Refused
from portal.jobs import Job
from portal.telephony import alerts, sending
from portal.work.context import settings

MOST_TRIES = 6  # what has only just come is not ready at once
KEPT_THERE = "Le réseau refuse d’effacer une photo reçue par SMS (erreur {code})."


def fetch_picture(job: Job) -> None:
    """Kept or given up first, then forgotten at the network: killed in between, it goes on from there."""
    text, picture = job.payload["named"].split("/")
    if not job.payload.get("settled") and not _settle(job, text, picture):
        return
    try:
        sending.delete_picture(settings(), text, picture)
    except sending.Rejected as refusal:
        alerts.alert("picture_kept", KEPT_THERE.format(code=refusal.code))
    jobs.finish(job)
    db.session.commit()


def _settle(job: Job, text: str, picture: str) -> bool:
    """Put on disk first, then named by its message; False where it is to be asked for again."""
    message_id, name = job.payload["message"], f"photo-{job.payload['number']}"
    db.session.commit()
    try:
        data = sending.fetch_picture(settings(), text, picture)
        kept = attachments.keep(settings().attachments_dir, name, data)
    except sending.Rejected as refusal:
        if job.attempts < MOST_TRIES and refusal.code != sending.TOO_LARGE:
            jobs.put_back(job, str(refusal.code))
            db.session.commit()
            return False
        _say_lost(message_id)
    except Refused:  # a film, a card, a picture of a kind that we do not take
        _say_lost(message_id)
    else:
        pictures.attach(message_id, kept)
    job.payload = {**job.payload, "settled": True}
    db.session.commit()
    return True


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
            "Votre photo ne nous est pas parvenue. Envoyez-la sur notre site : %(link)s", link=link
        )
