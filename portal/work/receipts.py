"""The receipt of a letter."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from portal import history
from portal.cases import saying
from portal.cases.due import clocks
from portal.cases.models import Case
from portal.citizens.codes import within_budgets
from portal.citizens.models import Identifier
from portal.contacts.answering import reply
from portal.contacts.letters import mailboxes
from portal.contacts.models import Contact
from portal.work.context import follow_link, written


def acknowledge(contact: Contact, case: Case, used: Identifier) -> None:
    """The receipt that the law asks for (CRPA L112-11), at once, in the language of the letter.

    Nothing in it was known before the letter: whoever wrote that address may be someone else. Its budgets cap what two
    programs answering each other can send.
    """
    if not within_budgets("receipt", number=used.value, address=used.value):
        return
    address = mailboxes.return_address(case.organization_id, "", topic_queue=contact.queue_id)
    with force_locale(contact.language):
        link = follow_link(contact)
        receipt = saying.receipt_of(case, email=address)
        parts = [gettext(one, **written(of)) for one, of in saying.letter(receipt, link, by_letter=True)]
    body = "\n\n".join(parts) + "\n"
    reply(contact, body, channel="email", form_key=None, by=history.SYSTEM, automatic=True, purpose="receipt")
    clocks.met(case, "receipt")
