"""Which numbers we write to: mobiles of France and of its overseas territories, and nothing else.

Whoever can have a text sent to any number can have it sent, a thousand times, to one that earns them money.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import phonenumbers

from portal.errors import N_, Refused


class Territory(NamedTuple):
    """Where a mobile is at home: its clock, and the part of France whose holidays it keeps."""

    mobiles: str
    timezone: str
    holidays: str = ""


TERRITORIES = (
    Territory(r"\+33[67]\d{8}", "Europe/Paris"),
    Territory(r"\+590[67]\d{8}", "America/Guadeloupe", "971"),
    Territory(r"\+594[67]\d{8}", "America/Cayenne", "973"),
    Territory(r"\+596[67]\d{8}", "America/Martinique", "972"),
    Territory(r"\+262639\d{6}", "Indian/Mayotte", "976"),
    Territory(r"\+262[67]\d{8}", "Indian/Reunion", "974"),
    Territory(r"\+508(5[05]\d{4}|7\d{8})", "America/Miquelon", "PM"),
    Territory(r"\+687[5789]\d{5}", "Pacific/Noumea", "NC"),
    Territory(r"\+6898[7-9]\d{6}", "Pacific/Tahiti", "PF"),
    Territory(r"\+6818\d{5}", "Pacific/Wallis", "WF"),
)
OURS = r"\+(33|590|594|596|262|508|687|689|681)"

# What a call of a machine may show (numbering plan of ARCEP, since 2023): no mobile, nor an ordinary 01 to 05 or 09.
SUITS_MACHINES = re.compile(
    r"\+33(16[23]|27[01]|37[78]|42[45]|56[89]|94[89])\d{6}"  # verified numbers of any use
    r"|\+(33|590|594|596|262)947[5-9]\d{5}"  # and those of overseas
    r"|\+338[0-8]\d{7}|3[01]\d\d"  # special numbers, but the priced ones; short ones
)

FOREIGN = N_("Nous n’envoyons de SMS qu’aux mobiles de France et d’outre-mer. Appelez, ou écrivez un e-mail.")
SHORT = N_("Un numéro d’urgence ou un numéro court ne reçoit pas de SMS.")
SURCHARGED = N_("Un numéro en 08 ne reçoit pas de SMS.")
FIXED = N_("Ce numéro n’est pas un mobile : il ne reçoit pas de SMS. Appelez, ou écrivez un e-mail.")


def territory(number: str) -> Territory | None:
    """Where this mobile is at home, if we write to it at all."""
    return next((one for one in TERRITORIES if re.fullmatch(one.mobiles, number)), None)


def refusal(number: str) -> str:
    """Why no text goes to this number; empty when one may."""
    if territory(number):
        return ""
    if not number.startswith("+") or len(number) < 8:
        return SHORT
    if number.startswith("+338"):
        return SURCHARGED
    return FIXED if re.match(OURS, number) else FOREIGN


def suits_machines(number: str) -> bool:
    """Whether the law lets a call that a machine places show this number of ours. Abroad, it is not ours to say."""
    ruled = re.match(OURS, number) or is_short(number)
    return not ruled or SUITS_MACHINES.fullmatch(number) is not None


def is_short(number: str) -> bool:
    """Whether it is a short code, such as 38123."""
    return re.fullmatch(r"\d{3,6}", number) is not None


def check(number: str) -> None:
    """Refuses, before anything is sent, a number that no text of ours goes to."""
    why = refusal(number)
    if why:
        raise Refused(why, field="number")


def calling_code(number: str) -> str:
    """The country or territory of a number that we write to, as `+33`."""
    found = re.match(OURS, number)
    return found.group() if found else number


def national(number: str) -> str:
    """A number as people of France write it; as it is when it is none."""
    try:
        parsed = phonenumbers.parse(number, "FR")
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
