"""By which channel an answer goes, and to whom: said before it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from portal.cases.models import Case
from portal.cases.references import spoken
from portal.contacts.models import Contact
from portal.contacts.texts import texting
from portal.views.console import words
from portal.views.language import phone_text


@dataclass(frozen=True, slots=True)
class Way:
    """One way to answer a citizen: in which contact, by what, and the words that say so."""

    contact: Contact
    channel: str
    says: str

    @property
    def key(self) -> str:
        return f"{self.contact.id}-{self.channel}"


def channels(contact: Contact) -> dict[str, str]:
    """By what this person may be answered, the most fitting first, and at which number or address."""
    used = contact.identifier
    fitting = []
    if used is not None and used.kind == "phone" and not texting.why_not(contact):
        fitting.append("text")
    if used is not None and used.kind == "email":
        fitting.append("email")
    if contact.channel == "web":  # the last: an answer was promised where they said
        fitting.append("web")
    known = contact.person if contact.certainty == "confirmed" else None
    if known is not None and known.preferred_channel in fitting:
        fitting.sort(key=lambda channel: channel != known.preferred_channel)
    return {channel: to_whom(contact, channel) for channel in fitting}


def to_whom(contact: Contact, channel: str) -> str:
    """« SMS au 06 12 34 56 78 », « E-mail à … », « Page de suivi »."""
    used, by = contact.identifier, words.REPLY_BY[channel]
    if channel == "web" or used is None:
        return by
    return f"{by} au {phone_text(used.value)}" if used.kind == "phone" else f"{by} à {used.value}"


def ways(case: Case, contacts: list[Contact]) -> list[Way]:
    """The ways to answer in a case: the one that the citizen prefers, else through its newest exchanges."""
    found: dict[tuple[str, int | None], Way] = {}
    for contact in reversed(contacts):
        for channel, says in channels(contact).items():
            if channel != "web":
                found.setdefault((channel, contact.identifier_id), Way(contact, channel, says))
    followed = [one for one in contacts if one.identifier_id and one.identifier_id == case.identifier_id]
    if followed:
        says = f"{words.REPLY_BY['web']} de l’affaire {spoken(case.reference)}"
        found["web", None] = Way(followed[-1], "web", says)
    preferred = contacts[-1].person.preferred_channel if contacts and contacts[-1].person else ""
    return sorted(found.values(), key=lambda one: one.channel != preferred)
