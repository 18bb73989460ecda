"""The time zone and the public holidays of a department or commune, and the working days between them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

from portal.errors import N_

MAINLAND = "Europe/Paris"

# by the beginning of the code, the longest first: INSEE numbers departments, territories and communes in one tree
ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Kerguelen",
    "98414": "Antarctica/DumontDUrville",  # Terre-Adélie
    "98415": "Indian/Mayotte",  # the scattered islands; those of the Mozambique Channel
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "98718": "Pacific/Marquesas",  # Fatu-Hiva
    "98719": "Pacific/Gambier",
    "98723": "Pacific/Marquesas",  # Hiva-Oa
    "98731": "Pacific/Marquesas",  # Nuku-Hiva
    "98746": "Pacific/Marquesas",  # Tahuata
    "98756": "Pacific/Marquesas",  # Ua-Huka
    "98757": "Pacific/Marquesas",  # Ua-Pou
    "988": "Pacific/Noumea",
    "989": "Etc/GMT+8",  # Clipperton
}
# what a schedule names a territory by, where holidays differ from France's
KEPT_IN = {
    "57": "57",  # Alsace and Moselle keep the same
    "67": "57",
    "68": "57",
    "971": "GP",
    "972": "MQ",
    "973": "GF",
    "974": "RE",
    "975": "PM",
    "976": "YT",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
TERRITORIES = {  # and what the `holidays` package names it by
    "57": "57",
    "GP": "971",
    "MQ": "972",
    "GF": "973",
    "RE": "974",
    "YT": "976",
    "BL": "BL",
    "MF": "MF",
    "NC": "NC",
    "PF": "PF",
    "PM": "PM",
    "WF": "WF",
}
HOLIDAY_NAMES = (  # as the package writes them, to be translated where they are said
    N_("Jour de l'an"),
    N_("Lundi de Pâques"),
    N_("Fête du Travail"),
    N_("Fête de la Victoire"),
    N_("Ascension"),
    N_("Lundi de Pentecôte"),
    N_("Fête nationale"),
    N_("Assomption"),
    N_("Toussaint"),
    N_("Armistice"),
    N_("Noël"),
    N_("Vendredi saint"),
    N_("Saint-Étienne"),
    N_("Abolition de l'esclavage"),
    N_("Fête de Victor Schoelcher"),
    N_("Mi-Carême"),
    N_("Fête de la Citoyenneté"),
    N_("Arrivée de l'Évangile"),
    N_("Matāri'i"),
    N_("Saints Pierre et Paul"),
    N_("Saint Pierre Chanel"),
    N_("Fête du Territoire"),
)


def zone_of(code: str) -> str:
    """The time zone of a department or commune (INSEE code); the mainland's where it has none of its own."""
    return ZONES.get(code) or ZONES.get(code[:3]) or MAINLAND


def territory_of(code: str) -> str:
    """The territory whose public holidays a department or commune keeps; empty for those of France."""
    return KEPT_IN.get(code[:3]) or KEPT_IN.get(code[:2], "")


@cache
def public_holidays(territory: str, year: int) -> dict[date, str]:
    """The public holidays of a year, with their names in French; France's where the territory is not known."""
    place = TERRITORIES.get(territory)
    return dict(holidays.country_holidays("FR", subdiv=place, years=year, language="fr"))


def is_working_day(day: date, territory: str = "") -> bool:
    """Whether offices work that day: Monday to Friday, public holidays apart."""
    return day.weekday() < 5 and day not in public_holidays(territory, day.year)


def working_days_after(start: date, n: int, territory: str = "") -> date:
    """The n-th working day after `start`; `start` itself, whatever day it is, for none."""
    day = start
    while n > 0:
        day += timedelta(days=1)
        n -= is_working_day(day, territory)
    return day
