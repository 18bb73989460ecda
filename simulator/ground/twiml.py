"""TwiML, read: a document becomes verbs with attributes, words and nested verbs; faults have numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

UNREADABLE = 12100
NOT_SCHEMA = 12200
WRONG_CONTENT = 12300

VOICE = {
    "Say",
    "Play",
    "Pause",
    "Gather",
    "Enqueue",
    "Leave",
    "Dial",
    "Record",
    "Redirect",
    "Hangup",
    "Reject",
    "Message",
    "Sms",
}
TEXTING = {"Message", "Sms", "Redirect"}
WAITING = {"Say", "Play", "Pause", "Gather", "Redirect", "Leave", "Hangup"}
BEFORE_BRIDGE = {"Say", "Play", "Pause", "Redirect"}
NESTED = {
    "Gather": {"Say", "Play", "Pause"},
    "Dial": {"Number", "Queue", "Sip", "Client", "Conference"},
    "Message": {"Body", "Media"},
}
# What is heard where music plays that nobody chose.
MUSIC = "[music]"
XML_TYPES = ("text/xml", "application/xml", "text/html")


class TwimlError(Exception):
    """A document that cannot be carried out, under the number Twilio logs it with."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.url = ""


@dataclass(frozen=True)
class Verb:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    nested: tuple[Verb, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def seconds(self, name: str, default: float) -> float:
        try:
            return float(self.attributes.get(name, default))
        except ValueError:
            return default

    def is_true(self, name: str) -> bool:
        return self.attributes.get(name, "").lower() == "true"


@dataclass(frozen=True)
class Document:
    """Verbs to carry out, and where they were read: relative addresses start from there."""

    verbs: tuple[Verb, ...]
    url: str

    def leads_to(self, target: str) -> str:
        """An address named in it, which may be relative; without one, its own."""
        return urljoin(self.url, target) if target else self.url


def read(text: bytes | str, url: str, allowed: set[str], content_type: str = "text/xml") -> Document:
    """A document of these verbs, or `TwimlError`: nothing is carried out of one that is wrong anywhere."""
    if not content_type.lower().startswith(XML_TYPES):
        raise TwimlError(WRONG_CONTENT, f"content type {content_type or 'missing'}")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise TwimlError(UNREADABLE, f"document parse failure: {error}") from error
    if root.tag != "Response":
        raise TwimlError(UNREADABLE, f"the root is {root.tag}, not Response")
    return Document(tuple(_verb(child, allowed) for child in root), url)


def _verb(element: Element, allowed: set[str]) -> Verb:
    if element.tag not in allowed:
        raise TwimlError(NOT_SCHEMA, f"unknown verb or not allowed here: {element.tag}")
    if element.tag == "Say":
        return Verb("Say", dict(element.attrib), _tidy("".join(element.itertext())))
    inside = NESTED.get(element.tag, set())
    nested = tuple(_verb(child, inside) for child in element)
    return Verb(element.tag, dict(element.attrib), _words(element), nested)


def _words(element: Element) -> str:
    """Texts keep their lines; what is said or dialled does not."""
    words = (element.text or "").strip()
    return words if element.tag in {"Message", "Sms", "Body"} else _tidy(words)


def _tidy(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip()
