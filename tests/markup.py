"""An HTML answer as a tree; what is wrong in its nesting is kept, not mended.

Every page of every test is read here: one expression finds the tags, which takes a third of what the standard
library's patient parser does. What a patient parser would take for words (a bare `<`, an attribute without its quote)
is a fault.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import Any

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LANGUAGES = ("fr", "en", "ar")
NAME = r"[a-zA-Z][\w:-]*"
VALUE = r"""(?:"[^"]*"|'[^']*'|[^\s"'<>=`]+)"""
ATTRIBUTE = r"""[^\s"'<>/=]+"""
ATTRIBUTES = re.compile(rf"({ATTRIBUTE})(?:\s*=\s*({VALUE}))?")
TAG = re.compile(
    rf"<(?:({NAME})((?:\s+{ATTRIBUTE}(?:\s*=\s*{VALUE})?)*)\s*(/?)|/({NAME})\s*|!--.*?--|!([^->][^>]*))>",
    re.DOTALL,
)


class Element:
    """A tag, and where what it holds begins and ends among all tags and words of its page."""

    __slots__ = ("after", "attributes", "begins", "ends", "page", "parent", "spoken", "tag")

    def __init__(self, page: Page, tag: str, attributes: dict[str, str], parent: Element | None) -> None:
        self.page, self.tag, self.attributes, self.parent = page, tag, attributes, parent
        self.begins = self.ends = len(page.elements) + (parent is not None)
        self.spoken = self.after = len(page.words)

    def end(self) -> None:
        self.ends, self.after = len(self.page.elements), len(self.page.words)

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def all(self, *tags: str) -> list[Element]:
        """This element's descendants in the order of the page, of these tags or of any."""
        inside = self.page.elements[self.begins : self.ends]
        return [element for element in inside if element.tag in tags] if tags else inside

    def above(self) -> Iterator[Element]:
        parent = self.parent
        while parent is not None:
            yield parent
            parent = parent.parent

    @property
    def texts(self) -> list[tuple[Element, str]]:
        """Its words, each piece with the element that it stands in."""
        return self.page.words[self.spoken : self.after]

    @property
    def text(self) -> str:
        return " ".join("".join([words for _, words in self.texts]).split())

    @property
    def name(self) -> str:
        """What a screen reader says of it, from itself alone."""
        pictures = " ".join(picture.get("alt") for picture in self.all("img"))
        return self.get("aria-label").strip() or self.text or pictures.strip()

    def __str__(self) -> str:
        told = "".join(
            f' {key}="{self.get(key)[:60]}"' for key in ("id", "name", "type", "href") if self.get(key)
        )
        return f"<{self.tag}{told}>"


class Page:
    """An HTML answer as a tree, with what was wrong in its nesting."""

    def __init__(self, html: str, path: str = "/fr/", headers: Any = None) -> None:
        self.path, self.headers = path, headers or {}
        self.doctype = ""
        self.nesting: list[str] = []
        self.elements: list[Element] = []
        self.words: list[tuple[Element, str]] = []
        self.root = self._here = Element(self, "page", {}, None)
        self._read(html)
        for element in (self._here, *self._here.above()):
            element.end()
            if element is not self.root:
                self.nesting.append(f"{element} is never closed")
        self.ids = Counter(
            element.attributes["id"] for element in self.elements if "id" in element.attributes
        )

    def __enter__(self) -> Page:
        return self

    def __exit__(self, *_: object) -> None:
        """A page and its elements know each other: let go, they are gone at once, and nothing has to look for them."""
        self.elements.clear()
        self.words.clear()

    @property
    def whole(self) -> bool:
        return any(element.tag == "html" for element in self.elements)

    @property
    def language(self) -> str:
        """By the address; where it has none, as the answer itself says it is (a partner's page)."""
        first = self.path.split("/")[1]
        return first if first in LANGUAGES else self.headers.get("Content-Language", "fr")

    def _read(self, html: str) -> None:
        at = 0
        for found in TAG.finditer(html):
            begins = found.start()
            if begins > at:
                self._say(html[at:begins])
            at = found.end()
            tag, attributes, alone, closed, declared = found.groups()
            if tag:
                self._open(tag.lower(), attributes, bool(alone))
            elif closed:
                self._close(closed.lower())
            elif declared:
                self.doctype = declared.lower()
        if at < len(html):
            self._say(html[at:])

    def _say(self, words: str) -> None:
        if "<" in words:
            self.nesting.append(f"{words[words.index('<') :][:60]!r} is no tag")
        self.words.append((self._here, unescape(words) if "&" in words else words))

    def _open(self, tag: str, written: str, alone: bool) -> None:
        attributes = {}
        for name, value in ATTRIBUTES.findall(written) if written else ():
            bare = value[1:-1] if value[:1] in ("'", '"') else value
            attributes[name.lower()] = unescape(bare) if "&" in bare else bare
        element = Element(self, tag, attributes, self._here)
        self.elements.append(element)
        if tag not in VOID and not alone:
            self._here = element

    def _close(self, tag: str) -> None:
        here = self._here
        if tag == here.tag and here.parent is not None:
            here.end()
            self._here = here.parent
            return
        self.nesting.append(f"</{tag}> closes nothing, inside {here}")
        opened = next((element for element in here.above() if element.tag == tag), None)
        while opened is not None and opened.parent is not None and self._here is not opened.parent:
            self._here.end()
            self._here = self._here.parent or self.root
