"""Which numbers we call: those of people in France and overseas, never emergencies nor numbers that cost extra."""

from __future__ import annotations

import phonenumbers
from phonenumbers import PhoneNumberType

OURS = (33, 262, 508, 590, 594, 596, 681, 687, 689)  # France and its territories
NEVER = (
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
    PhoneNumberType.PAGER,
    PhoneNumberType.VOICEMAIL,
)
FIXED = (PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP)


def is_fixed(number: str) -> bool:
    """Whether this is a telephone that reads no texts: on the wall, or on the box that brings the internet."""
    try:
        return phonenumbers.number_type(phonenumbers.parse(number)) in FIXED
    except phonenumbers.NumberParseException:
        return False


def may_be_called(number: str) -> bool:
    """Whether this is the number of a person whom we may call back. Short numbers, emergencies first, never are."""
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    special = read.country_code == 33 and str(read.national_number).startswith("8")
    possible = phonenumbers.is_possible_number(read) and not special
    return possible and read.country_code in OURS and phonenumbers.number_type(read) not in NEVER


def is_address(phone: str) -> bool:
    """Whether an agent answers at a SIP address rather than at a number."""
    return phone.startswith(("sip:", "sips:"))
