"""Whom to contact, as pages show it: the name, the ways to reach, whether someone answers now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal import clock
from portal.articles import bodies
from portal.database import kept_while_reading
from portal.directory import reading
from portal.directory.hours.opening import SUSPENDED, service_opening, service_zone
from portal.directory.models import Service
from portal.lines.saying import find_line, opening_of
from portal.views import here
from portal.views.freshness import freshness_text, stale_text
from portal.views.hours import elsewhere_text, opening_text
from portal.views.language import current

_ANCHOR = re.compile(r' id="[^"]*"')  # several notes stand on one page


@dataclass(frozen=True, slots=True)
class Card:
    """What the macros of `pieces.html` show of a service. `url` is its page here, or elsewhere.

    `note` is safe HTML, in French. `fresh` says when somebody confirmed all this; `stale`, that it was too long ago.
    `condition` is said of the hours now open, or of the next: « sur rendez-vous ». `calls` is when its telephone is
    answered, where that is a line of ours: a counter has hours of its own.
    """

    name: str
    url: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    address: str = ""
    relay_url: str = ""
    organization: str = ""
    ours: bool = False
    open_now: bool | None = None
    when: str = ""
    calls: str = ""
    condition: str = ""
    why: str = ""
    note: str = ""
    fresh: str = ""
    stale: str = ""


def of(service: Service, why: str = "") -> Card:
    """The card of a service of the directory."""
    zone = service_zone(service, here.zone())
    known = service.schedule or service.status == SUSPENDED
    opening = service_opening(service, clock.now(), zone) if known else None
    when = opening_text(opening, zone) if opening else ""
    return Card(
        name=reading.text_in(service, current()).name,
        url=url_for("public.service", slug=service.slug),
        phone=service.phone,
        email=service.email,
        website=service.url,
        address=service.address,
        relay_url=service.deaf_relay_url,
        organization=service.organization.name,
        ours=service.organization.is_host,
        open_now=opening.open if opening else None,
        when=f"{when} {elsewhere_text(zone)}".strip() if when else "",
        calls=answered_text(service.phone) if service.organization.is_host else "",
        condition=opening.note if opening else "",
        why=why,
        fresh=freshness_text(service),
        stale=stale_text(service),
    )


def answered_text(number: str) -> str:
    """Until when somebody answers this number, or from when; empty where it is not a line of ours."""
    kept = kept_while_reading()  # a page shows several services of one number
    line = kept[find_line, number] if (find_line, number) in kept else find_line(number)
    kept[find_line, number] = line
    return opening_text(opening_of(line, clock.now(), here.zone()), here.zone()) if line else ""


def elsewhere(contact: dict[str, Any]) -> Card:
    """Somebody who is not in the directory: all that is known of them is what the source says."""
    return Card(contact["title"], contact.get("url") or "", note=plain_note(contact.get("note") or ""))


def plain_note(text: str) -> str:
    """A note of a source as safe HTML."""
    return _ANCHOR.sub("", bodies.render(text).html) if text else ""


def front_desk() -> Card | None:
    """Ourselves: the service that answers our number."""
    service = reading.front_desk()
    return of(service) if service else None
