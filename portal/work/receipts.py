"""The receipt of a letter."""

from __future__ import annotations

from flask_babel import force_locale, format_date, gettext

from portal import clock, history
from portal.cases.models import Case
from portal.cases.references import spoken
from portal.citizens.codes import within_budgets
from portal.citizens.models import Identifier
from portal.contacts import mailboxes
from portal.contacts.answering import reply
from portal.contacts.models import Contact
from portal.database import db
from portal.directory.models import Organization
from portal.telephony.numbers import national
from portal.work.context import settings


def acknowledge(contact: Contact, case: Case, used: Identifier) -> None:
    """The receipt that the law asks for (CRPA L112-11): when, which service, how to reach it, the reference.

    Nothing in it was known before the letter: whoever wrote that address may be someone else. Its budgets cap what two
    programs answering each other can send.
    """
    if not within_budgets("receipt", number=used.value, address=used.value):
        return
    host = db.session.get_one(Organization, case.organization_id)
    address = mailboxes.return_address(host.id, "", topic_queue=contact.queue_id) or host.email
    with force_locale(contact.language):
        text = gettext(
            "Bonjour,\n\nNous avons bien reçu votre message le %(date)s.\nRéférence : %(reference)s\n\n"
            "Service chargé de votre demande : %(organization)s, téléphone %(phone)s, adresse %(email)s.\n\n"
            "Pour compléter votre demande, répondez simplement à ce message. Pour la suivre : %(link)s\n",
            organization=host.name,
            reference=spoken(case.reference),
            date=format_date(clock.now(), "d MMMM y"),
            phone=national(host.phone),
            email=address,
            link=f"{settings().public_base_url}/{contact.language}/requests/follow",
        )
    reply(contact, text, channel="email", form_key=None, by=history.SYSTEM, automatic=True)
