"""Tells a citizen what became of their referral, in their language, by the channel they chose."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import force_locale, get_locale, gettext

from portal import history, jobs
from portal.cases.models import Case
from portal.cases.references import spoken
from portal.contacts.answering import reply
from portal.contacts.models import Contact
from portal.contacts.texts.texting import way_to_tell
from portal.database import db
from portal.dates import day_text
from portal.directory.hours import calendars
from portal.errors import N_
from portal.jobs import Job
from portal.referrals.following import receivers, sentences, sharing
from portal.referrals.following.referring import hold_referrals
from portal.referrals.models import Referral, ReferralMessage
from portal.telephony.numbers import national
from portal.work.context import follow_link, written

HELLO = N_("Bonjour,")
SHARED = N_("Ce que nous lui avons transmis, et rien d’autre : %(what)s.")
REACH = N_("Pour le joindre : %(ways)s.")
SAYS = N_("Ce service ajoute : « %(note)s »")
DATED = ("sent", "accepted", "missing_piece")  # what silence means is said again only where it changed
FOLLOW = N_("Suivre votre demande %(reference)s : %(link)s")


def tell_referred(job: Job) -> None:
    """One message, known by its step: begun twice, it is written once."""
    referral = db.session.get_one(Referral, job.payload["referral"])
    hold_referrals(referral)
    contact = db.session.get_one(Contact, referral.contact_id)
    step = sentences.step_of(referral, job.payload["step"])
    if not _is_outdated(referral, step):
        _tell(contact, referral, step, job)
    jobs.finish(job)
    db.session.commit()


def _is_outdated(referral: Referral, step: str) -> bool:
    """A warm transfer is told of once somebody took it; and who took it at once is told of once."""
    if step == "sent":
        return referral.way == "phone"
    return step == "received" and referral.state != "received"


def _tell(contact: Contact, referral: Referral, step: str, job: Job) -> None:
    # a text could only name the service, where there is no reference to say instead
    unsaid = _is_protected(contact) and contact.case_id is None
    channel = way_to_tell(contact, texts=not unsaid)
    question = _question(job)
    with force_locale(contact.language):
        letter = channel != "text"
        words = _letter(contact, referral, step, question) if letter else _text(contact, referral, step)
    if not channel:
        history.record("referral.not_told", referral, by=history.SYSTEM, citizen_id=referral.citizen_id)
    reply(
        contact,
        words,
        channel=channel or "web",
        form_key=job.dedupe_key or f"referral:{referral.id}:{step}",
        by=history.SYSTEM,
        automatic=True,
        purpose="notice",
    )


def _is_protected(contact: Contact) -> bool:
    return contact.person is not None and contact.person.protected


def _question(job: Job) -> str:
    """What the citizen is asked, where they are asked something."""
    asked = db.session.get(ReferralMessage, job.payload["message"]) if "message" in job.payload else None
    return asked.body if asked is not None else ""


def _letter(contact: Contact, referral: Referral, step: str, question: str) -> str:
    return "\n\n".join([gettext(HELLO), *_paragraphs(contact, referral, step, question)]) + "\n"


def _paragraphs(contact: Contact, referral: Referral, step: str, question: str) -> Iterator[str]:
    values = _values(contact, referral)
    yield gettext(sentences.LETTER[step], **values)
    if step == "asked":
        yield f"« {question} »"
    elif referral.note and step not in ("sent", "passed_on"):
        yield gettext(SAYS, note=referral.note)
    if step in ("sent", "told", "accepted"):
        yield from _reach(referral)
    if step == "sent" and referral.shared:
        yield gettext(SHARED, what=_listed(referral))
    said = sentences.of_silence(referral) if step in DATED else None
    if said is not None:
        yield gettext(said[0], **written(said[1]))
    if values["reference"]:
        yield gettext(FOLLOW, **values)


def _reach(referral: Referral) -> Iterator[str]:
    service = referral.service
    ways = [national(service.phone) if service.phone else "", service.email, service.address]
    if any(ways):
        yield gettext(REACH, ways=gettext(", ").join(way for way in ways if way))


def _listed(referral: Referral) -> str:
    return gettext(", ").join(gettext(one) for one in sharing.told(referral.shared))


def _text(contact: Contact, referral: Referral, step: str) -> str:
    values = _values(contact, referral)
    if _is_protected(contact):
        return gettext(sentences.DISCREET, **values)
    phone = referral.service.phone
    if phone and step in ("sent", "told", "accepted"):
        values["service"] = f"{values['service']} ({national(phone)})"
    said = sentences.of_silence(referral)
    brief = sentences.BRIEF.get(said[0]) if said is not None else None
    silence = gettext(brief, **written(said[1])) if brief and said is not None else ""
    return " ".join(gettext(sentences.TEXT[step], silence=silence, **values).split())


def _values(contact: Contact, referral: Referral) -> dict[str, str]:
    case = db.session.get(Case, contact.case_id) if contact.case_id else None
    here = calendars.of_organization(referral.organization_id)
    sent = here.day(referral.sent_at) if referral.sent_at else None
    return {
        "organization": receivers.sender_of(referral.organization_id).name,
        "service": receivers.name_of(referral.service, contact.language),
        "reference": spoken(case.reference) if case else "",
        "date": day_text(sent, str(get_locale())) if sent else "",
        "link": follow_link(contact),
    }
