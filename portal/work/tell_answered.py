"""Tells a citizen that an answer waits on the follow-up page: nobody opens that page without a reason."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from portal import history, jobs
from portal.cases.models import Case
from portal.cases.references import spoken
from portal.contacts.answering import reply
from portal.contacts.models import Contact, Message
from portal.contacts.texts.texting import way_to_tell
from portal.database import db, hold
from portal.directory.models import Organization
from portal.errors import N_
from portal.jobs import Job
from portal.work.context import follow_link

HELLO = N_("Bonjour,")
LETTER = N_(
    "Nous avons répondu à votre demande %(reference)s. Lisez la réponse sur la page de suivi : %(link)s"
)
TEXT = N_("%(organization)s : une réponse à votre demande %(reference)s vous attend : %(link)s")


def tell_answered(job: Job) -> None:
    """One message for each answer, where the citizen can be written to at all. It says nothing of the matter."""
    contact = db.session.get_one(Message, job.payload["message"]).contact
    hold(contact)
    case = db.session.get(Case, contact.case_id) if contact.case_id else None
    channel = way_to_tell(contact)
    if case is not None and channel:
        reply(
            contact,
            _words(contact, case, channel),
            channel=channel,
            form_key=f"answered:{job.payload['message']}",
            by=history.SYSTEM,
            automatic=True,
            purpose="notice",
        )
    jobs.finish(job)
    db.session.commit()


def _words(contact: Contact, case: Case, channel: str) -> str:
    values = {
        "organization": db.session.get_one(Organization, case.organization_id).name,
        "reference": spoken(case.reference),
        "link": follow_link(contact),
    }
    with force_locale(contact.language):
        if channel == "text":
            return gettext(TEXT, **values)
        return f"{gettext(HELLO)}\n\n{gettext(LETTER, **values)}\n"
