"""What a citizen is told of their matter: its receipt (CRPA L112-11, R112-11-1), and where it stands, by when.

Each is a sentence of the catalogue with what fills it; whoever writes the letter or the page translates it, and writes
its dates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from portal import clock
from portal.cases.due import clocks
from portal.cases.models import Case, Clock
from portal.cases.references import spoken
from portal.database import db
from portal.directory.hours import calendars
from portal.directory.hours.calendars import Calendar
from portal.directory.models import Organization, Service
from portal.errors import N_
from portal.telephony.numbers import national

Said = tuple[str, dict[str, Any]]

HELLO = N_("Bonjour,")
RECEIVED = N_("Nous avons bien reçu votre message le %(date)s.")
RECORDED = N_("Nous avons enregistré votre demande le %(date)s.")
COMPLETE_LATER = N_("Un accusé de réception complet suit dans les dix jours ouvrés.")
REFERENCE = N_("Référence : %(reference)s")
SERVICE = N_("Service chargé de votre demande : %(service)s.")
ANSWER = N_("Nous vous répondons au plus tard le %(date)s.")
COMPLETE = N_("Pour compléter votre demande, répondez simplement à ce message. Pour la suivre : %(link)s")
FOLLOW = N_("Pour lire la réponse ou écrire de nouveau : %(link)s")
TEXT = N_(
    "%(organization)s : demande enregistrée le %(date)s, réf. %(reference)s. %(reach)s. Suivi : %(link)s"
)
AFTER = N_("Demande du %(date)s, réf. %(reference)s. %(reach)s. Suivi : %(link)s")
AFTER_REFERENCE = N_("Demande du %(date)s. %(reach)s. Suivi : %(link)s")
LED_BACK = N_(
    "La référence %(reference)s ne sert plus : votre demande est suivie sous la référence %(kept)s. Suivi : %(link)s"
)

MAYBE = N_(
    "Si vous demandez une décision, notre silence jusqu’au %(date)s vaut refus, sauf si la démarche prévoit qu’il vaut "
    "accord."
)
REJECTS = N_("Si nous n’avons pas répondu le %(date)s, ce que vous demandez est réputé refusé.")
APPEAL = N_(
    "En cas de refus, vous avez deux mois pour nous demander de le revoir, ou pour saisir le tribunal administratif "
    "(citoyens.telerecours.fr)."
)
ACCEPTS = N_(
    "Si votre dossier est complet et que nous n’avons pas répondu le %(date)s, ce que vous demandez est accordé. Nous "
    "vous en donnons alors une attestation, sur demande."
)
NOTHING = N_("Vous ne demandez pas de décision : aucun délai légal ne court.")
BRIEF = {
    "rejection": N_(
        "Sans réponse le %(date)s, la décision demandée est refusée : recours dans les 2 mois (nous ou "
        "citoyens.telerecours.fr)."
    ),
    "acceptance": N_("Sans réponse le %(date)s, elle est accordée : attestation sur demande."),
}

REJECTED = N_("Le délai légal est passé : depuis le %(date)s, notre silence vaut refus.")
ACCEPTED = N_("Le délai légal est passé : depuis le %(date)s, notre silence vaut accord.")
STANDS_STILL = N_("Tant que nous attendons votre réponse, les délais sont suspendus.")
LATE = N_(
    "Notre réponse était attendue le %(date)s : nous sommes en retard, et nos responsables sont prévenus."
)
RESOLVED_BY = N_("Tout doit être réglé au plus tard le %(date)s.")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says; `reach` is the telephone, and the electronic or postal address, of who sees to it."""

    reference: str
    received_on: date
    organization: str
    reach: tuple[str, ...]
    answer: Said | None
    silence: tuple[Said, ...]
    brief: Said | None

    @property
    def service(self) -> str:
        return " – ".join((self.organization, *self.reach))


def receipt_of(case: Case, email: str = "") -> Receipt:
    """The receipt of a matter; `email` is where it is answered, if not at the organization's own address."""
    host, here = (
        db.session.get_one(Organization, case.organization_id),
        calendars.of_organization(case.organization_id),
    )
    known = clocks.clocks_of(case)
    first, silence = known.get("first_answer"), known.get("silence")
    reach = (national(host.phone), email or host.email or _postal(host.id))
    return Receipt(
        spoken(case.reference),
        here.day(case.opened_at),
        host.name,
        tuple(one for one in reach if one),
        (ANSWER, _date(first, here)) if first is not None and _to_come(first) else None,
        tuple(_silence(case, silence, here)),
        _brief(silence, here),
    )


def _to_come(one: Clock) -> bool:
    """Nobody is told that they will be answered by a day that is past: what is split off may be late already."""
    return one.state == "running" and one.due_at > clock.now()


def registered(receipt: Receipt) -> Receipt:
    """It says that it arrived, and no more: it is not yet known what is asked for (R112-11-2)."""
    later: Said = (COMPLETE_LATER, {})
    return replace(receipt, silence=(later,), brief=later)


def letter(receipt: Receipt, link: str, *, by_letter: bool, aloud: bool = False) -> list[Said]:
    """The receipt as a letter, a paragraph each. Whoever wrote a letter answers it; a form is followed on its page.

    `aloud`: it was said, and nobody wrote.
    """
    return [
        (HELLO, {}),
        (RECORDED if aloud else RECEIVED, {"date": receipt.received_on}),
        (REFERENCE, {"reference": receipt.reference}),
        (SERVICE, {"service": receipt.service}),
        *([receipt.answer] if receipt.answer else []),
        *receipt.silence,
        (COMPLETE if by_letter else FOLLOW, {"link": link}),
    ]


def text(receipt: Receipt, link: str, *, after: str = "") -> list[Said]:
    """The receipt as a text: all that the law asks for, in few words. `after`: what the same text says first."""
    named = (receipt.organization,) if after and receipt.organization not in after else ()
    said = {"organization": receipt.organization, "reach": ", ".join((*named, *receipt.reach)), "link": link}
    told = {**said, "date": receipt.received_on, "reference": receipt.reference}
    first = AFTER_REFERENCE if receipt.reference in after else AFTER if after else TEXT
    return [(first, told), *([receipt.brief] if receipt.brief else [])]


def led_back(case: Case, kept: Case, link: str, *, text: bool = False) -> list[Said]:
    """A reference that was told is no more; it leads to the matter that it was separated from."""
    known = {"reference": spoken(case.reference), "kept": spoken(kept.reference), "link": link}
    return [(LED_BACK, known)] if text else [(HELLO, {}), (LED_BACK, known)]


def standing(case: Case, *, silence_told: bool = False) -> list[Said]:
    """By when an answer is due, what silence means, and what is late: of a matter that is open.

    `silence_told`: who has it now says what theirs means.
    """
    if case.state == "closed":
        return []
    known, here = clocks.clocks_of(case), calendars.of_organization(case.organization_id)
    found: list[Said] = [(STANDS_STILL, {})] if case.state == "waiting" else []
    first, last = known.get("first_answer"), known.get("resolution")
    due = first if first is not None and first.met_at is None else last
    if due is not None and due.state == "running":
        if due.due_at < clock.now():
            found.append((LATE, _date(due, here)))
        else:
            found.append((ANSWER if due is first else RESOLVED_BY, _date(due, here)))
    return found if silence_told else found + _silence(case, known.get("silence"), here)


def _silence(case: Case, silence: Clock | None, here: Calendar) -> list[Said]:
    if silence is None or silence.state == "stopped":
        return [(NOTHING, {})] if not clocks.REGIMES.get(case.nature) else []
    if silence.met_at is not None or silence.state == "paused":
        return []
    if silence.state == "missed" or silence.due_at < clock.now():
        past = (ACCEPTED if silence.means == "acceptance" else REJECTED, _date(silence, here))
        return [past] if silence.means == "acceptance" else [past, (APPEAL, {})]
    if silence.means == "acceptance":
        return [(ACCEPTS, _date(silence, here))]
    return [(MAYBE if case.nature == "request" else REJECTS, _date(silence, here)), (APPEAL, {})]


def _brief(silence: Clock | None, here: Calendar) -> Said | None:
    if silence is None or silence.state != "running" or silence.means not in BRIEF:
        return None
    return BRIEF[silence.means], _date(silence, here)


def _date(one: Clock, here: Calendar) -> dict[str, Any]:
    return {"date": here.day(one.due_at)}


def _postal(organization_id: int) -> str:
    """Where to write a letter to: its first service that says where it is."""
    query = db.select(Service.address).where(Service.organization_id == organization_id, Service.active)
    return db.session.scalar(query.where(Service.address != "").order_by(Service.id).limit(1)) or ""
