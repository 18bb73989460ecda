"""Writes to a service about those who are sent to it: a link for each, and nothing about anybody."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from portal import jobs
from portal.cases.models import Case
from portal.contacts.letters import mailboxes
from portal.database import db, locked
from portal.dates import day_text
from portal.directory.hours import calendars
from portal.jobs import Job
from portal.mail.sending import Later, NotAccepted, Outgoing, domain_of, send
from portal.referrals.following import links, living, receivers
from portal.referrals.following.referring import hold_referrals
from portal.referrals.models import Referral
from portal.telephony.numbers import national
from portal.work.context import settings

LAW = (
    "Une administration saisie à tort transmet la demande à celle qui est compétente (article L114-2 du code des "
    "relations entre le public et l’administration)."
)

HOW = "Pour lire, prendre, poser une question ou refuser en disant pourquoi, sans compte ni mot de passe :"
HOW_ENDED = "Pour répondre, ou poser une question, sans compte ni mot de passe :"
ONE_OPENS = "Ce lien ouvre des données personnelles : ne le transmettez qu’à vos collègues."
MANY_OPEN = "Ces liens ouvrent des données personnelles : ne les transmettez qu’à vos collègues."


@dataclass(frozen=True, slots=True)
class Link:
    """Where one referral is answered, and since when it waits."""

    url: str
    sent: str


def write_to_receiver(job: Job) -> None:
    """One letter about one or several. The links are drawn for this try; those of a try cut short open as well."""
    query = locked(db.select(Referral).where(Referral.id.in_(job.payload["referrals"])).order_by(Referral.id))
    going_on = [one for one in db.session.scalars(query) if _is_awaited(one, job)]
    if not going_on:
        jobs.finish(job)
        db.session.commit()
        return
    letter = _letter(going_on, job)
    db.session.commit()
    try:
        send(settings(), letter)
    except NotAccepted as refusal:
        hold_referrals(*going_on)
        for one in going_on:
            living.not_delivered(one, str(refusal))
    except Later as failure:
        jobs.put_back(job, str(failure))
        db.session.commit()
        return
    else:
        hold_referrals(*going_on)
        for one in going_on:
            living.arrive(one)
    jobs.finish(job)
    db.session.commit()


def _is_awaited(referral: Referral, job: Job) -> bool:
    """Whether the letter still has something to say: who took it meanwhile is not reminded of it."""
    reminds = referral.reminders and not job.payload.get("about")
    return not living.is_final(referral) and not (reminds and referral.state == "accepted")


def _letter(referrals: list[Referral], job: Job) -> Outgoing:
    first = referrals[0]
    to = receivers.address_of(first.service)
    sender = receivers.sender_of(first.organization_id)
    case = db.session.get(Case, first.case_id) if first.case_id else None
    letter_id = _letter_id(job)
    found = [Link(_address(links.make_link(one, to, letter=letter_id)), _day(one)) for one in referrals]
    about = job.payload.get("about", "")
    until = day_text(calendars.of_service(first.service).day(min(links.ends_at(one) for one in referrals)))
    return Outgoing(
        header_id=letter_id,
        to=to,
        subject=_subject(sender.name, about, first.reminders, len(found)),
        body=_body(
            found, sender.name, national(sender.phone), until=until, about=about, reminders=first.reminders
        ),
        sender_name=sender.name,
        reply_to=mailboxes.return_address(sender.id, case.reference if case and len(found) == 1 else ""),
        automatic="auto-generated",
    )


def _letter_id(job: Job) -> str:
    """The same at each try, and known to nobody who did not get it: what comes back under it is believed."""
    drawn = hmac.new(settings().secret_key.encode(), f"referral-letter:{job.id}".encode(), hashlib.sha256)
    return f"referral-{drawn.hexdigest()[:32]}@{domain_of(settings())}"


def _subject(sender: str, about: str, reminders: int, count: int) -> str:
    """Whose letter it is and what it wants: nothing of anybody, subjects are read over shoulders and kept in logs."""
    if about == "answer":
        return f"{sender} a répondu à votre question"
    if about == "outcome":
        return f"{sender} vous demande ce qu’il est advenu " + (
            "d’une demande" if count == 1 else f"de {count} demandes"
        )
    if reminders:
        return f"Rappel de {sender} : " + (
            "une demande attend" if count == 1 else f"{count} demandes attendent"
        )
    return f"{sender} vous transmet une demande"


def _body(found: list[Link], sender: str, phone: str, *, until: str, about: str, reminders: int) -> str:
    lines = [f"Transmise le {one.sent} :\n{one.url}" for one in found]
    warns = f"{MANY_OPEN if len(found) > 1 else ONE_OPENS} Valable jusqu’au {until}."
    signed = f"{sender}, téléphone {phone}" if phone else sender
    how = HOW_ENDED if about == "outcome" else HOW
    return "\n\n".join(("Bonjour,", _why(sender, about, reminders, len(found)), how, *lines, warns, signed))


def _why(sender: str, about: str, reminders: int, count: int) -> str:
    if about == "answer":
        return f"{sender} a répondu à votre question sur une demande qui vous est transmise."
    if about == "outcome":
        taken = "cette demande" if count == 1 else "ces demandes"
        return (
            f"Vous avez accepté {taken}, que {sender} vous a transmise{'s' if count > 1 else ''}. "
            "Dites-nous en un instant comment cela s’est terminé : la personne et nous le saurons."
        )
    if not reminders:
        return f"{sender} vous transmet une demande qui lui paraît relever de vos services. {LAW}"
    waits = "Cette demande vous a été transmise" if count == 1 else "Ces demandes vous ont été transmises"
    return (
        f"{waits} par {sender} et nous n’avons pas encore votre réponse. "
        "Des personnes attendent de savoir qui s’en occupe."
    )


def _address(token: str) -> str:
    return f"{settings().public_base_url}/partner/referrals/{token}"


def _day(referral: Referral) -> str:
    if referral.sent_at is None:
        return ""
    there = calendars.of_service(referral.service)
    return day_text(there.day(referral.sent_at))
