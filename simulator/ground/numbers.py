"""Numbers: how they are written, and which of them may be played with."""

from __future__ import annotations

import re

# The ranges that the French regulator reserves for fiction: nobody can be disturbed there.
FICTION = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998")
MOBILE = ("+336", "+337")
EMERGENCY = {
    "112": "les urgences",
    "114": "les urgences par texto",
    "115": "le Samu social",
    "119": "l’enfance en danger",
}
EMERGENCY |= {
    "15": "le Samu",
    "17": "la police",
    "18": "les pompiers",
    "3114": "la prévention du suicide",
    "3919": "les violences faites aux femmes",
}
HIDDEN_CALL = "anonymous"
HIDDEN_TEXT = "+266696687"
ADDRESS = re.compile(r"^(sips?|client):[^\s/?#;]{1,80}$")
ALPHA_SENDER = re.compile(r"^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$")
INTERNATIONAL = re.compile(r"^\+[1-9]\d{6,14}$")
FRENCH = re.compile(r"^\+33[1-9]\d{8}$")
SHORT = re.compile(r"^\d{2,6}$")


def normal(written: str) -> str:
    """As the network writes it: `06 39 98 00 01` becomes `+33639980001`, a SIP address loses its parameters."""
    text = written.strip()
    if text.lower().startswith(("sip:", "client:")):
        return re.split(r"[;?]", text)[0]
    digits = re.sub(r"[\s.\-()/]", "", text)
    if re.fullmatch(r"0[1-9]\d{8}", digits):
        return "+33" + digits[1:]
    if re.fullmatch(r"00[1-9]\d{6,14}", digits):
        return "+" + digits[2:]
    return digits if INTERNATIONAL.match(digits) or SHORT.match(digits) else text


def is_number(number: str) -> bool:
    return bool(INTERNATIONAL.match(number))


def is_short(number: str) -> bool:
    """A short code, such as 38123."""
    return bool(SHORT.match(number)) and len(number) >= 3


def is_name(sender: str) -> bool:
    """A sender written in letters: nobody can answer it."""
    return bool(ALPHA_SENDER.match(sender))


def may_receive(number: str) -> bool:
    """Whether it is written as numbers of its country are; a French one has nine digits."""
    return is_number(number) and (not number.startswith("+33") or bool(FRENCH.match(number)))


def is_address(number: str) -> bool:
    """Whether something may ring there: a number, or an agent's software phone."""
    return is_number(number) or bool(ADDRESS.match(number))


def is_fictional(number: str) -> bool:
    return number.startswith(FICTION) and len(number) == 12


def is_french_landline(number: str) -> bool:
    return number.startswith("+33") and not number.startswith(MOBILE)


def country(number: str) -> str:
    return "FR" if number.startswith("+33") else "US" if number.startswith("+1") else ""


def spoken(number: str) -> str:
    """As people read it: `06 39 98 00 01`, with spaces that do not break; an address is a desk's phone."""
    if number.startswith("+33") and len(number) == 12:
        digits = "0" + number[3:]
        return "\u00a0".join(digits[start : start + 2] for start in range(0, 10, 2))
    if number.startswith(("sip:", "client:")):
        return "poste " + number.partition(":")[2]
    return "numéro masqué" if number in {HIDDEN_CALL, HIDDEN_TEXT} else number
