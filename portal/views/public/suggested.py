"""What is suggested, as pages show it: the office or the several it may be, why, and what to do where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import format_decimal, gettext

from portal.directory import reading
from portal.directory.finding import offices
from portal.directory.finding.offices import Office, Resolution
from portal.referrals.deciding.suggesting import OFFICES_SHOWN, Suggestion
from portal.views.context import settings
from portal.views.hours import week_text
from portal.views.language import current
from portal.views.public import cards
from portal.views.public.cards import Card


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several offices: its card, and how far it is."""

    card: Card
    away: str = ""
    unplaced: bool = False  # nobody knows how far it is
    hours: str = ""  # of the week


@dataclass(frozen=True, slots=True)
class Shown:
    """A suggestion on a page: one card, or `choices` under the name of the kind; `advice` says what to do with them."""

    card: Card
    origin: str = ""  # rule or article
    advice: str = ""
    choices: tuple[Choice, ...] = ()
    further: int = 0  # offices that are not shown
    passed_over: tuple[str, ...] = ()
    kind: str = ""  # whose offices these are
    placed: bool = False  # by distance from a town hall


def of_suggestions(suggestions: Iterable[Suggestion]) -> list[Shown]:
    return [_shown(one) for one in suggestions]


def of_contacts(contacts: Sequence[dict[str, Any]], commune: str = "") -> list[Shown]:
    """Those an article sends people to: services of ours by name, the offices of a kind, else what the article says."""
    slugs = {contact["service"] for contact in contacts if contact.get("service")}
    kinds = list(dict.fromkeys(contact["kind"] for contact in contacts if contact.get("kind")))
    services = {one.slug: one for one in reading.services_among(slugs)} if slugs else {}
    months = settings().stale_months
    places = offices.resolve_many(kinds, commune, limit=OFFICES_SHOWN, months=months) if kinds else {}
    found: dict[str, Shown] = {}
    for contact in contacts:
        service, place = services.get(contact.get("service") or ""), places.get(contact.get("kind") or "")
        if service:
            found.setdefault(service.slug, Shown(cards.of(service)))
        elif place or contact.get("title"):
            shown = _of_contact(contact, place)
            found.setdefault(shown.card.name, shown)
    return list(found.values())


def _of_contact(contact: dict[str, Any], place: Resolution | None) -> Shown:
    if place and place.one:
        return Shown(cards.of(place.one))
    if place and place.offices:
        return _several(Card(place.name(current())), place)
    said = {**contact, "title": contact.get("title") or (place.name(current()) if place else "")}
    card = cards.elsewhere(said)
    untold = place if not (card.url or card.note) else None
    return Shown(card, advice=untold.look_for(current()) if untold else "")


def _shown(one: Suggestion) -> Shown:
    place = one.resolution
    if one.service:
        shown = Shown(cards.of(one.service, one.reason))
    elif place and place.offices:
        shown = _several(Card(one.name, why=one.reason), place)
    else:
        shown = _nowhere(one, place)
    return replace(shown, origin=one.origin, passed_over=one.passed_over)


def _several(card: Card, place: Resolution) -> Shown:
    if place.commune and place.total > 1:
        advice = gettext(
            "Plusieurs sites sont possibles, du plus proche au plus éloigné : vérifiez lequel s’occupe de vous."
        )
    elif place.asks_commune:
        advice = gettext("Donnez votre commune pour savoir où vous adresser.")
    else:
        advice = gettext("Vérifiez que ce site s’occupe de votre commune.")
    if place.total == 1:  # the only one we know: shown whole, and not promised
        return Shown(cards.of(place.offices[0].service, card.why), advice=advice)
    choices = tuple(choice(office) for office in place.offices)
    return Shown(
        card,
        advice=advice,
        choices=choices,
        further=place.total - len(choices),
        kind=place.kind.code,
        placed=place.commune is not None,
    )


def choice(office: Office) -> Choice:
    hours = week_text(office.service.schedule)
    return Choice(cards.of(office.service), _away(office), unplaced=office.kilometres is None, hours=hours)


def _nowhere(one: Suggestion, place: Resolution | None) -> Shown:
    """No office is known: the national contact, or whom to look for in plain words."""
    if place is None:
        return Shown(Card(one.name, one.url, why=one.reason))
    if place.asks_commune:
        advice = gettext("Donnez votre commune pour savoir où vous adresser.")
        return Shown(Card(one.name, one.url, why=one.reason), advice=advice)
    national = place.national
    card = Card(
        one.name,
        national.get("url") or one.url,
        phone=national.get("phone", ""),
        why=one.reason,
        note=cards.plain_note(national.get("text", "")),
    )
    return Shown(card, advice=national.get("title", "") or place.look_for(current()))


def _away(office: Office) -> str:
    """How far from the town hall, in the reader's figures; nothing where it is not known, or next door."""
    if office.kilometres is None or office.kilometres < 1:
        return ""
    return gettext("à %(km)s km", km=format_decimal(round(office.kilometres)))
