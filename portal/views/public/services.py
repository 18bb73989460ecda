"""The page of a service: all that the directory knows of it, in the order in which people need it."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import render_template
from flask_babel import format_currency, gettext

from portal.directory import areas, phones, places
from portal.directory import reading as directory
from portal.directory.hours.opening import service_zone
from portal.directory.models import Location, Service
from portal.errors import N_, Missing
from portal.views import guards, here
from portal.views.hours import coming_days, week
from portal.views.language import current
from portal.views.public import bp, cards
from portal.views.spoken import names_of

PHONE_TYPES = {
    "voice": "",
    "cell": N_("Mobile"),
    "text": N_("SMS"),
    "textphone": N_("Téléphone à texte"),
    "fax": N_("Télécopie"),
    "video": N_("Visiophone"),
    "pager": N_("Messagerie"),
}
SOURCES = {"here": N_("notre équipe"), "dila": N_("l’annuaire national de l’administration")}
MAP = "https://www.openstreetmap.org"
FEW_COMMUNES = 12


class Place(NamedTuple):
    """A location as the page shows it. `week` is empty where the service's own hours hold."""

    row: Location
    address: str
    map: str
    week: list[tuple[str, list[tuple[str, str]]]]


@bp.get("/<language:lang>/services/<slug>")
@guards.anyone
def service(slug: str) -> Any:
    found = directory.service(slug)
    if not found.active:
        raise Missing
    return render_template(
        "public/service.html",
        service=found,
        card=cards.of(found),
        week=week(found.schedule),
        days=coming_days(found.schedule, service_zone(found, here.zone())),
        text=directory.text_in(found, current()),
        **_where(found),
        **_known(found),
    )


def _where(found: Service) -> dict[str, Any]:
    """Its places: several are each shown; of one alone, what the address does not say."""
    every = [_place(one) for one in places.of(found)]
    here = [one for one in every if one.row.location_type == "physical"]
    return {
        "postal": [one.address for one in every if one.row.location_type == "postal" and one.address],
        "map": _map_of(found, here),
        "places": here if len(here) > 1 else [],
        "place": here[0] if len(here) == 1 else None,
    }


def _known(found: Service) -> dict[str, Any]:
    """What else is known of it, said in the language of the page."""
    return {
        "phones": _phones(found),
        "spoken": names_of(found.languages, current()),
        "ages": _ages(found),
        "served": _served(found),
        "costs": [_cost(one) for one in found.cost_options],
        "source": gettext(SOURCES[found.source]) if found.source in SOURCES else found.source,
    }


def _phones(found: Service) -> list[dict[str, Any]]:
    """The further numbers, with what each is for."""
    rows = []
    for row in phones.rows_of(found):
        kind = PHONE_TYPES.get(row["type"], "")
        spoken = ", ".join(names_of(row["languages"], current()))
        rows.append({**row, "kind": gettext(kind) if kind else "", "spoken": spoken})
    return [row for row in rows if row["number"] != found.phone]


def _place(row: Location) -> Place:
    town = f"{row.postal_code} {row.city}".strip()
    address = ", ".join(part for part in (row.address_1, row.address_2, town) if part)
    return Place(row, address, _map(row, address), week(row.schedule) if row.schedule else [])


def _map_of(found: Service, here: list[Place]) -> str:
    """The map of the service's address: where its only location is, else where the address is found."""
    if len(here) == 1 and here[0].row.latitude is not None:
        return here[0].map
    return _map(None, found.address)


def _map(row: Location | None, address: str) -> str:
    if row is not None and row.latitude is not None and row.longitude is not None:
        at = {"mlat": row.latitude, "mlon": row.longitude}
        return f"{MAP}/?{urlencode(at)}#map=17/{row.latitude}/{row.longitude}"
    return f"{MAP}/search?{urlencode({'query': address})}" if address else ""


def _ages(found: Service) -> str:
    youngest, oldest = found.minimum_age, found.maximum_age
    if youngest is not None and oldest is not None:
        return gettext("De %(from_age)s à %(to_age)s ans.", from_age=youngest, to_age=oldest)
    if youngest is not None:
        return gettext("À partir de %(age)s ans.", age=youngest)
    return gettext("Jusqu’à %(age)s ans.", age=oldest) if oldest is not None else ""


def _served(found: Service) -> dict[str, Any]:
    """Whom it is for by where they live: the country, or names; communes beyond a few are folded away."""
    rows = areas.rows_of(found)
    communes = [row["name"] for row in rows if row["level"] == "commune"]
    return {
        "national": any(row["level"] == "national" for row in rows),
        "names": [row["name"] or row["code"] for row in rows if row["level"] not in ("commune", "national")],
        "communes": communes,
        "folded": len(communes) > FEW_COMMUNES,
    }


def _cost(option: dict[str, Any]) -> dict[str, str]:
    """A price as people read it."""
    amount, currency = option.get("amount"), option.get("currency") or "EUR"
    said = format_currency(amount, currency) if isinstance(amount, int | float) else str(amount or "")
    about = ", ".join(str(one) for name in ("option", "amount_description") if (one := option.get(name)))
    return {"about": about, "amount": said}
