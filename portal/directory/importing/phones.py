"""Telephone numbers as the national directory writes them: a million ways, of which each is dialled one.

What is not a number whole is left out and said, never guessed. Numbers of old are mended only where the rule is
known: since 1996 those of six digits of the Antilles, Guyane and Réunion bear the number of their department before
them; Mayotte was +269.
"""

from __future__ import annotations

import re

import phonenumbers

SHORT = re.compile(r"1\d|1\d\d|11\d\d\d\d?|[13]\d{3}")
WHOLE = re.compile(r"(?<!\d)0\d(?:[ .\u00a0-]*\d\d){4}(?!\d)")
OVERSEAS = {
    "0262": "262",
    "0263": "262",
    "0692": "262",
    "0693": "262",
    "0269": "262",
    "0508": "508",
    "0590": "590",
    "0690": "590",
    "0691": "590",
    "0594": "594",
    "0694": "594",
    "0596": "596",
    "0696": "596",
    "0697": "596",
}
OLD = re.compile(r"\+(262|590|594|596)(\d{6})")
MAYOTTE = "976"


def read_numbers(text: str, department: str = "") -> list[str]:
    """The numbers of a text, as they are dialled: +33…, or a short number. Empty when there is none whole."""
    written = " ".join(text.replace("\u00a0", " ").split())
    if not written:
        return []
    digits = re.sub(r"\D", "", written)
    if written.startswith("+"):
        return _abroad("+" + digits, department)
    if re.fullmatch(r"[\d .]+", written) and SHORT.fullmatch(digits):
        return [digits]
    return [_national(re.sub(r"\D", "", one), department) for one in WHOLE.findall(_parted(written))]


def _parted(written: str) -> str:
    """One number however it is spaced; two that follow each other without a sign between them, apart."""
    digits = re.sub(r"\D", "", written)
    if re.fullmatch(r"0[\d .]+", written) and len(digits) == 10:
        return digits
    if len(digits) == 20 and digits[0] == digits[10] == "0":
        return f"{digits[:10]} / {digits[10:]}"
    return written


def _national(digits: str, department: str) -> str:
    code = OVERSEAS.get(digits[:4], "33")
    if digits.startswith("0639") and department == MAYOTTE:  # elsewhere a mobile of the mainland
        code = "262"
    return f"+508{digits[4:]}" if code == "508" else f"+{code}{digits[1:]}"


def _abroad(number: str, department: str) -> list[str]:
    if department == MAYOTTE and number.startswith("+269"):
        number = f"+262{number[4:]}"
    if old := OLD.fullmatch(number):
        local = "269" if department == MAYOTTE else old.group(1)
        number = f"+{old.group(1)}{local}{old.group(2)}"
    if re.fullmatch(r"\+(33|262|590|594|596)0\d{9}", number):
        number = (
            number.replace("0", "", 1) if number.startswith("+33") else re.sub(r"^(\+\d{3})0", r"\1", number)
        )
    if re.fullmatch(r"\+33[1-9]\d{8}", number):
        return [_national(f"0{number[3:]}", department)]
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return []
    return [number] if phonenumbers.is_possible_number(read) else []
