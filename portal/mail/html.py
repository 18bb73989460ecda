"""A letter in HTML, as plain text: its words and its addresses, nothing that runs, and nothing fetched."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

LONGEST = 1_000_000  # characters read: beyond, what came is kept whole beside
MOST_TAGS = 20_000  # tags within tags cost the square of their number
DROPPED = {"script", "style", "head", "title", "template", "noscript", "svg", "math", "object", "iframe"}
BREAKS = {"br", "p", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre"}
KEPT = BREAKS | {"a", "blockquote", "td", "th"}
_HIDDEN = re.compile(
    r"<(\w+)[^<>]{0,400}style\s*=\s*[\"'][^\"'<>]{0,400}display\s*:\s*none[^<>]{0,400}>[^<>]{0,2000}</\1\s*>",
    re.I,
)


def to_text(source: str) -> str:
    """The words of a page of HTML, a line for each paragraph; what it quotes begins with `>`, as in plain letters."""
    few = source[:LONGEST].split("<", MOST_TAGS)[:MOST_TAGS]
    shown = _HIDDEN.sub(" ", "<".join(few))  # the words that mailings show to programs only
    cleaned = nh3.clean(
        shown,
        tags=KEPT,
        clean_content_tags=DROPPED,
        attributes={"a": {"href"}},
        link_rel=None,
        strip_comments=True,
    )
    reader = _Words()
    reader.feed(cleaned)
    reader.close()
    return reader.text()


class _Words(HTMLParser):
    """Reads what `nh3` has left: well-formed, and of a few tags only."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.depth = 0  # of quotation
        self.link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "blockquote":
            self._break()
            self.depth += 1
        elif tag == "a":
            self.link = dict(attrs).get("href") or ""
        elif tag == "br":
            self._open()
        elif tag in BREAKS:
            self._break()
        elif tag in ("td", "th"):
            self.lines[-1] += " "

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote":
            self._break()
            self.depth = max(0, self.depth - 1)
            self._break()
        elif tag == "a":
            self._leave_link()
        elif tag == "p" or tag.startswith("h"):
            self._break()
            self._open()
        elif tag in BREAKS and tag != "br":
            self._break()

    def handle_data(self, data: str) -> None:
        if not self.lines[-1]:
            self.lines[-1] = ">" * min(self.depth, 10) + (" " if self.depth else "")
        self.lines[-1] += re.sub(r"\s+", " ", data)

    def text(self) -> str:
        lines = (line.strip() for line in self.lines)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def _leave_link(self) -> None:
        """The address of a link is written beside its words, where they do not already say it."""
        link, self.link = self.link, ""
        bare = re.sub(r"^(https?://|mailto:|tel:)", "", link).rstrip("/")
        if link.startswith(("http://", "https://")) and bare and bare not in self.lines[-1]:
            self.handle_data(f" ({link[:300]})")

    def _break(self) -> None:
        if self.lines[-1].strip(" >"):
            self._open()

    def _open(self) -> None:
        self.lines.append("")
