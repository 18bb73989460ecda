"""The reference people are given: random, easy to read out, and checked before it is looked up. It is no key.

Ten characters of an alphabet without look-alikes, the last of which checks the others (ISO 7064 MOD 37,36 taken
to our alphabet): one wrong character or two neighbours swapped are told before any look-up.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 9


def draw_reference() -> str:
    """A new reference, such as `K7QF-3MXT-2B`. Collisions are the table's to refuse (30^9 draws)."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return body + _check(body)


def reference_of(form_key: str, secret: str) -> str:
    """The reference of a form, told before any table is asked: as random as its key, the same when sent again."""
    number = int.from_bytes(hmac.digest(secret.encode(), f"reference\0{form_key}".encode(), hashlib.sha256))
    body = ""
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        body += ALPHABET[place]
    return body + _check(body)


def read_reference(typed: str) -> str:
    """The reference as it is kept, from what was typed or dictated; empty when it cannot be one."""
    cleaned = "".join(c for c in typed.upper() if c.isalnum())
    if len(cleaned) != LENGTH + 1 or any(c not in ALPHABET for c in cleaned):
        return ""
    return cleaned if _check(cleaned[:-1]) == cleaned[-1] else ""


def spoken(reference: str) -> str:
    """The reference as it is shown and read out, in groups."""
    return "-".join((reference[:4], reference[4:8], reference[8:])) if reference else ""


def _check(body: str) -> str:
    size = len(ALPHABET)
    rest = size
    for character in body:
        rest = (rest + ALPHABET.index(character)) % size or size
        rest = rest * 2 % (size + 1)
    return ALPHABET[(size + 1 - rest) % size]
