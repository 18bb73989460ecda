"""Whose matter it is, as a short text can say it: the service, its number, whether somebody answers now."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from portal import clock
from portal.articles.library import Answers
from portal.contacts.models import Contact
from portal.directory.hours import calendars
from portal.directory.hours.opening import SUSPENDED, service_opening, service_zone
from portal.referrals.deciding.situations import Situation, answers_at, today
from portal.referrals.deciding.suggesting import Suggestion, suggest
from portal.referrals.deciding.urgency import urgency
from portal.views.hours import opening_text
from portal.views.language import phone_text


def whose_matter(contact: Contact, body: str, found: Answers) -> str:
    """One sentence, where a rule names one service that can be called; articles are not sure enough to be sent.

    One that is closed for a time is passed over: nobody would answer there.
    """
    zone = calendars.of_organization(contact.organization_id).timezone
    situation = Situation(
        words=body,
        language=contact.language,
        topics=(found.topic,) if found.topic else (),
        commune=contact.commune,
        channel=contact.channel,
        open=answers_at(clock.now(), zone, contact.organization_id),
        urgency=urgency(body, contact.language),
        at=today(zone),
    )
    proposed = suggest(situation, organization_id=contact.organization_id)
    said = next((one for one in proposed if one.origin == "rule" and _is_there(one)), None)
    service = said.service if said else None
    if service is None or not service.phone or service.organization_id == contact.organization_id:
        return ""
    there = service_zone(service, zone)
    with force_locale(contact.language):
        hours = opening_text(service_opening(service, clock.now(), there), there) if service.schedule else ""
        name = said.name if said else ""
        whom = gettext("Pour cela : %(service)s, %(phone)s.", service=name, phone=phone_text(service.phone))
        return f"{whom} {hours}".strip()


def _is_there(one: Suggestion) -> bool:
    return one.service is None or one.service.status != SUSPENDED
