"""An HTML answer as a tree, read with the standard library; what is wrong in its nesting is kept, not mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
LANGUAGES = ("fr", "en", "ar")


@dataclass(eq=False)
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    @cached_property
    def inside(self) -> list[Element]:
        """This element's descendants in the order of the page. Every rule walks through them: found once."""
        found: list[Element] = []
        for child in self.children:
            if isinstance(child, Element):
                found.append(child)
                found += child.inside
        return found

    def all(self, *tags: str) -> list[Element]:
        """This element's descendants in the order of the page, of these tags or of any."""
        return [element for element in self.inside if element.tag in tags] if tags else self.inside

    def above(self) -> Iterator[Element]:
        parent = self.parent
        while parent is not None:
            yield parent
            parent = parent.parent

    @cached_property
    def texts(self) -> list[tuple[Element, str]]:
        """Its words, each piece with the element that it stands in."""
        found: list[tuple[Element, str]] = []
        for child in self.children:
            if isinstance(child, str):
                found.append((self, child))
            else:
                found += child.texts
        return found

    @property
    def text(self) -> str:
        return " ".join("".join(words for _, words in self.texts).split())

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


class Page(HTMLParser):
    """An HTML answer as a tree, with what was wrong in its nesting."""

    def __init__(self, html: str, path: str = "/fr/", headers: Any = None) -> None:
        super().__init__(convert_charrefs=True)
        self.path, self.headers = path, headers or {}
        self.doctype = ""
        self.nesting: list[str] = []
        self.root = self._here = Element("page")
        self.feed(html)
        self.close()
        self.nesting += [f"{element} is never closed" for element in (self._here, *self._here.above())][:-1]
        self.ids = Counter(element.get("id") for element in self.root.all() if "id" in element.attributes)

    @property
    def whole(self) -> bool:
        return bool(self.root.all("html"))

    @property
    def language(self) -> str:
        """By the address; where it has none, as the answer itself says it is (a partner's page)."""
        first = self.path.split("/")[1]
        return first if first in LANGUAGES else self.headers.get("Content-Language", "fr")

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl.lower()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs}, self._here)
        self._here.children.append(element)
        if tag not in VOID:
            self._here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._here.children.append(Element(tag, {key: value or "" for key, value in attrs}, self._here))

    def handle_endtag(self, tag: str) -> None:
        if tag == self._here.tag and self._here.parent is not None:
            self._here = self._here.parent
            return
        self.nesting.append(f"</{tag}> closes nothing, inside {self._here}")
        opened = next((element for element in self._here.above() if element.tag == tag), None)
        if opened is not None and opened.parent is not None:
            self._here = opened.parent

    def handle_data(self, data: str) -> None:
        self._here.children.append(data)
