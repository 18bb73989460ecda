"""What a letter is answered at once: its receipt, which files could not be kept, the emergency numbers."""

from __future__ import annotations

from collections.abc import Sequence

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
from portal.errors import N_, Refused
from portal.referrals.deciding.distress import IN_DANGER
from portal.work.context import follow_link, written

NOT_KEPT = N_(
    "Nous n’avons pas pu garder ces fichiers. Envoyez-les de nouveau, autrement, en répondant à ce message :"
)
MOST_NAMED = 10


def acknowledge(contact: Contact, case: Case, used: Identifier, refused: Sequence[Refused]) -> None:
    """The receipt that the law asks for (CRPA L112-11), at once, in the language of the letter.

    Nothing in it was known before the letter: whoever wrote that address may be someone else. Its budgets cap what two
    programs answering each other can send.
    """
    if not within_budgets("receipt", number=used.value, address=used.value):
        return
    address = mailboxes.return_address(case.organization_id, "", topic_queue=contact.queue_id)
    with force_locale(contact.language):
        receipt = saying.receipt_of(case, email=address)
        said = saying.letter(receipt, follow_link(contact), by_letter=True)
        parts = [gettext(one, **written(of)) for one, of in said]
        parts[2:2] = _not_kept(refused)
    _write(contact, parts)
    clocks.met(case, "receipt")


def tell_not_kept(contact: Contact, used: Identifier, refused: Sequence[Refused]) -> None:
    """A later letter has no receipt: that files of it could not be kept is told all the same."""
    if refused and within_budgets("receipt", number=used.value, address=used.value):
        with force_locale(contact.language):
            _write(contact, [gettext(saying.HELLO), *_not_kept(refused)])


def answer_distress(contact: Contact, case: Case | None, used: Identifier) -> None:
    """The emergency numbers. A cry for help is not met with deadlines: an agent gives the receipt."""
    if not within_budgets("distress", number=used.value, address=used.value):
        return
    with force_locale(contact.language):
        _write(contact, [gettext(saying.HELLO), gettext(IN_DANGER)])
    if case is not None:
        clocks.registered(case)


def _not_kept(refused: Sequence[Refused]) -> list[str]:
    if not refused:
        return []
    reasons = [f"– {gettext(one.sentence, **one.values)}" for one in refused[:MOST_NAMED]]
    return ["\n".join([gettext(NOT_KEPT), *reasons])]


def _write(contact: Contact, parts: Sequence[str]) -> None:
    body = "\n\n".join(parts) + "\n"
    reply(contact, body, channel="email", form_key=None, by=history.SYSTEM, automatic=True, purpose="receipt")
