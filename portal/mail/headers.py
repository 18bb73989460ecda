"""The headers of a letter, read so that no sender can make them fail, last, or mean a second header."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

LONGEST = 4000  # characters of one header that are read: some of its readers take the square of its length
MOST_IDS = 50
_ID = re.compile(r"<([^<>\s]{1,500})>")
_ADDRESS = re.compile(r"[^@\s<>\"(),;:\\]{1,64}@[^@\s<>\"(),;:\\]{1,190}")


def raw(letter: Message, name: str) -> Iterator[str]:
    """The values of every header of this name as they came, on one line."""
    for key, value in letter.raw_items():
        if key.lower() == name:
            yield " ".join(_bytes_read(str(value)[:LONGEST]).split())


def text(letter: Message, name: str) -> str:
    """The first header of this name, decoded; empty if there is none."""
    return readable(decoded(next(raw(letter, name), "")))


def readable(value: str) -> str:
    """One line without what nobody types: controls, lone surrogates, marks that turn the text around."""
    kept = "".join(c if unicodedata.category(c) not in ("Cc", "Cs") else " " for c in value)
    return " ".join("".join(c for c in kept if c not in "\u202a\u202b\u202c\u202d\u202e\ufeff").split())


def addresses(letter: Message, *names: str) -> list[tuple[str, str]]:
    """Name and address of each person these headers name; what is no address is left out."""
    values = [value for name in names for value in raw(letter, name)]
    try:
        found = getaddresses(values)
    except Exception:  # the library's readers have failed on hostile values in more ways than they say
        found = [("", value) for value in _ADDRESS.findall(" ".join(values))]
    pairs = ((readable(decoded(name))[:200], readable(address).lower()) for name, address in found)
    return [(name, address) for name, address in pairs if _ADDRESS.fullmatch(address)]


def ids(letter: Message, *names: str) -> list[str]:
    """The Message-IDs that these headers name, without their brackets, the last written first."""
    found = [one for name in names for value in raw(letter, name) for one in _ID.findall(value)]
    return list(dict.fromkeys(readable(one) for one in reversed(found)))[:MOST_IDS]


def message_id(letter: Message) -> str:
    """The letter's own Message-ID, without its brackets; empty if it has none."""
    own = next(raw(letter, "message-id"), "")
    return readable((_ID.findall(own) or [own.strip("<> ")])[0])[:500]


def decoded(value: str) -> str:
    """A header's words, out of their encoding."""
    try:
        return str(make_header(decode_header(value)))
    except Exception:  # an encoding that is no encoding: as it came
        return value.encode("utf-8", "replace").decode()


def _bytes_read(value: str) -> str:
    """A header in plain bytes, which the library keeps as lone surrogates: UTF-8, or what older programs write."""
    if value.isascii():
        return value
    data = value.encode("utf-8", "surrogateescape")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
