"""What a receiver is given of a person: what it needs, chosen field by field, and told to the citizen (CRPA L114-8)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from portal.citizens import identifying
from portal.citizens.keeping import live_flags
from portal.contacts.models import Attachment, Contact, Envelope, Message
from portal.database import db
from portal.directory.models import Commune
from portal.errors import N_
from portal.referrals.models import Referral

FIELDS = {
    "name": N_("votre nom"),
    "reach": N_("comment vous joindre"),
    "subject": N_("l’objet de votre demande"),
    "request": N_("ce que vous avez écrit"),
    "commune": N_("votre commune"),
    "files": N_("les fichiers que vous avez joints"),
    # the agent's words, or the rule's: always goes along
    "reason": N_("pourquoi nous l’avons pensé compétent"),
}
AS_USUAL = ("name", "reach", "subject", "request", "commune")
HIDDEN = ("protected_address", "no_message")


def offered(contact: Contact) -> dict[str, Any]:
    """What there is to share of this exchange, by field: what is known of it, and nothing else of the person."""
    said = [one for one in _said(contact) if one.body.strip()]
    used = contact.identifier
    commune = contact.commune or (contact.person.commune if contact.person else "")
    found = {
        "name": contact.person.name if contact.person else "",
        "reach": used.value if used is not None and used.kind in ("phone", "email") else "",
        "subject": contact.subject,
        "request": "\n\n".join(one.body for one in said),
        "commune": _commune(commune),
        "files": [one.id for message in said for one in message.attachments],
    }
    return {name: value for name, value in found.items() if value}


def as_usual(contact: Contact) -> list[str]:
    """What is ticked before the agent chooses: nothing of a protected person, nor how to reach who may not be left a
    message."""
    if contact.person is not None and contact.person.protected:
        return []
    hidden = {"reach"} if _has_flag(contact) else set()
    hidden |= set() if _gave_name(contact) else {"name"}
    return [name for name in AS_USUAL if name in offered(contact) and name not in hidden]


def chosen(contact: Contact, fields: Collection[str]) -> dict[str, Any]:
    """The fields that the agent ticked, as they are now: the receiver is shown these, whatever is known later."""
    return {name: value for name, value in offered(contact).items() if name in fields}


def told(fields: Collection[str]) -> list[str]:
    """What the citizen is told was shared: sentences to translate."""
    return [sentence for name, sentence in FIELDS.items() if name in fields]


def files(shared: dict[str, Any]) -> list[Attachment]:
    """The files that were shared, those that are still kept."""
    query = db.select(Attachment).where(Attachment.id.in_(shared.get("files", [])))
    return list(db.session.scalars(query.order_by(Attachment.id)))


def not_yet_given(referral: Referral) -> list[Attachment]:
    """The files that the person sent about this matter and that its receiver was not given, oldest first."""
    query = db.select(Attachment).join(Message).join(Contact)
    same = (Contact.case_id == referral.case_id) & Contact.case_id.is_not(None)
    query = query.where((Contact.id == referral.contact_id) | same, Message.direction == "in")
    query = query.where(~Message.envelope.has(Envelope.other_address))
    query = query.where(Attachment.id.not_in(referral.shared.get("files", [])))
    return list(db.session.scalars(query.order_by(Attachment.id)))


def give(referral: Referral, files: Collection[int]) -> list[Attachment]:
    """The receiver is given these too, those that it may be."""
    found = [one for one in not_yet_given(referral) if one.id in files]
    if found:
        given = [*referral.shared.get("files", []), *(one.id for one in found)]
        referral.shared = {**referral.shared, "files": given}
    return found


def _said(contact: Contact) -> list[Message]:
    """What the person wrote; not what another address wrote into the exchange."""
    return [
        one
        for one in contact.messages
        if one.direction == "in" and not (one.envelope is not None and one.envelope.other_address)
    ]


def _commune(code: str) -> str:
    found = db.session.get(Commune, code) if code else None
    return f"{found.name} ({code})" if found is not None else code


def _gave_name(contact: Contact) -> bool:
    """Whether the name is surely theirs, or was given with the number; one that is on file with it is the agent's to
    tick."""
    if contact.certainty == "confirmed":
        return True
    if contact.identifier_id is None or contact.citizen is None:
        return False
    link = identifying.find_link(contact.identifier_id, contact.citizen)
    return link is not None and link.evidence == "form"


def _has_flag(contact: Contact) -> bool:
    return any(flag.kind in HIDDEN for flag in live_flags(contact.citizen_id))
