"""Numbers and addresses seen in what a citizen wrote: guesses about who may be calling next, never more.

« Rappelez-moi au 06 39 98 12 34 », or the last lines of an e-mail. A guess is a probable link with its evidence: an
agent confirms it, or refuses it once and for all. A number that someone is known to use is not guessed to be another's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

import phonenumbers

from portal import history
from portal.citizens import identifying, people
from portal.citizens.models import Citizen, DeniedLink, Identifier, IdentifierLink
from portal.database import db
from portal.errors import Refused
from portal.history import Actor

MOST = 4  # a text with more is a list of other people's
LONGEST = 20_000
SIGNATURE_LINES = 8

# The forms of a French number that one types; not those of services (08), nor a date or an amount.
_FRENCH = re.compile(
    r"(?<![\d+/.,])(?:(?:\+|00)33[ .\-]?(?:\(0\))?|0)[ .\-]?[1-79](?:[ .\-]?\d{2}){4}(?![\d/])"
)
_EMAIL = re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,4}")
_QUOTED = re.compile(
    r"^(?:>|-{3,}.{0,40}(?:origin|forward|transf)|(?:Le|On) .{4,120}(?:a écrit|wrote)\s*:|(?:De|From)\s*:.+@)",
    re.MULTILINE | re.IGNORECASE,
)
_SIGNED = re.compile(
    r"^(?:-- ?$|(?:bien )?(?:cordialement|à vous|sincères|respectueusement|merci d.avance|salutations"
    r"|(?:best|kind) regards|envoyé de|sent from).{0,60}$)",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A number or an address as one writes it here, and where it stood: `message` or `signature`."""

    kind: str
    value: str
    place: str


def sightings(text: str) -> list[Sighting]:
    """What may be the author's: neither what a reply quotes, nor the many numbers of a list."""
    own = _own_words(text[:LONGEST])
    signature = _signature_at(own)
    found: dict[tuple[str, str], Sighting] = {}
    for at, kind, value in _seen(own):
        place = "signature" if at >= signature else "message"
        found.setdefault((kind, value), Sighting(kind, value, place))
    return list(found.values()) if len(found) <= MOST else []


def note(
    text: str,
    citizen: Citizen,
    *,
    written_on: date,
    ignoring: Collection[str] = (),
    by: Actor = history.SYSTEM,
) -> list[IdentifierLink]:
    """Keeps what is seen in the citizen's text as guesses. `ignoring` are numbers and addresses of services."""
    made = []
    for seen in sightings(text):
        if seen.value in ignoring:
            continue
        used = identifying.identifier(seen.kind, seen.value)
        if not _may_guess(used, citizen):
            continue
        evidence = f"{seen.place}:{written_on.isoformat()}"
        made.append(identifying.link(used, citizen, certainty="probable", evidence=evidence, by=by))
    return made


def refuse(used: Identifier, citizen: Citizen, *, by: Actor) -> None:
    """It is not theirs: the guess goes, and is not made again. What was confirmed stays."""
    found = identifying.find_link(used.id, citizen)
    if found is None or found.certainty == "confirmed":
        return
    evidence, own = found.evidence, found.citizen_id
    db.session.delete(found)
    db.session.add(DeniedLink(identifier_id=used.id, citizen_id=own))
    db.session.flush()
    db.session.expire(used, ["links"])
    details = {"identifier": used.kind, "evidence": evidence}
    history.record("citizen.unlinked", citizen, by=by, citizen_id=own, details=details)


def _may_guess(used: Identifier, citizen: Citizen) -> bool:
    own = people.ids(citizen.id)
    denied = db.select(DeniedLink.citizen_id).where(DeniedLink.citizen_id.in_(own))
    if db.session.scalar(denied.filter_by(identifier_id=used.id).limit(1)) is not None:
        return False
    links = db.session.scalars(db.select(IdentifierLink).filter_by(identifier_id=used.id))
    return not any(link.citizen_id in own or link.certainty == "confirmed" for link in links)


def _own_words(text: str) -> str:
    quoted = _QUOTED.search(text)
    return text[: quoted.start()] if quoted else text


def _signature_at(text: str) -> int:
    """Where the signature begins; the end of the text if there is none. It stands in the last lines."""
    signed = [match.start() for match in _SIGNED.finditer(text)]
    if not signed:
        return len(text) + 1
    return signed[-1] if text.count("\n", signed[-1]) <= SIGNATURE_LINES else len(text) + 1


def _seen(text: str) -> Iterator[tuple[int, str, str]]:
    for match in _EMAIL.finditer(text):
        try:
            yield match.start(), "email", identifying.email_address(match[0].rstrip(".-"))
        except Refused:
            continue
    for match in _FRENCH.finditer(text):
        try:
            yield match.start(), "phone", identifying.phone_number(match[0].replace("(0)", ""))
        except Refused:
            continue
    for one in phonenumbers.PhoneNumberMatcher(text, None, leniency=phonenumbers.Leniency.VALID):
        if one.number.country_code != 33:
            value = phonenumbers.format_number(one.number, phonenumbers.PhoneNumberFormat.E164)
            yield one.start, "phone", value
