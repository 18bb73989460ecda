"""An article's Markdown as HTML that may stand on our pages, whatever was written in it.

Raw HTML is read as text, then a closed list of tags is kept. Headings begin under the page's own and skip no
level, tables can be scrolled with the keyboard and have a name, and what leaves our site says so to the browser.
Links to other sheets (`sheet:F1234`) are kept as they are: `with_links` resolves them when the page is shown,
since what they lead to comes and goes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from portal.articles.slugs import free_slug
from portal.directory.names import slug_of

TAGS = {"p", "br", "hr", "ul", "ol", "li", "strong", "em", "s", "a", "code", "pre", "blockquote", "div"}
TAGS |= {"h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "th": {"scope"},
    "div": {"class", "role", "tabindex", "aria-label"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
}
SCHEMES = {"http", "https", "mailto", "tel", "sheet"}
TABLE = {"fr": "Tableau", "en": "Table", "ar": "جدول"}
KEPT = 512  # bodies kept as HTML in this process

_SHEET_LINK = re.compile(r'<a href="sheet:([^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)


class Heading(NamedTuple):
    """A heading of the body: where to jump, and what it says."""

    level: int
    anchor: str
    text: str


class Body(NamedTuple):
    """A body ready to be shown: its HTML, its headings, and the sheets its text leads to."""

    html: str
    headings: tuple[Heading, ...]
    sheets: tuple[str, ...]


@lru_cache(maxsize=KEPT)
def _kept(_article_id: int, _version: int, language: str, markdown: str) -> Body:
    return render(markdown, language)


def body_of(article_id: int, version: int, language: str, markdown: str) -> Body:
    """The body of an article's text, made once for each version."""
    return _kept(article_id, version, language, markdown)


def render(markdown: str, language: str = "fr") -> Body:
    """Markdown as HTML that is safe to show."""
    tokens = _reader().parse(markdown)
    headings = _place_headings(tokens)
    _name_tables(tokens, TABLE.get(language, TABLE["fr"]))
    raw = _reader().renderer.render(tokens, _reader().options, {})
    clean = nh3.clean(raw, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener")
    sheets = tuple(dict.fromkeys(found[0] for found in _SHEET_LINK.findall(clean)))
    return Body(clean, tuple(headings), sheets)


def with_links(body: Body, address: Callable[[str], str]) -> str:
    """The HTML with each link to a sheet leading where `address` says; where it says nothing, only the words stay."""

    def resolve(found: re.Match[str]) -> str:
        target = address(html.unescape(found[1]))
        return f'<a href="{html.escape(target)}"{found[2]}>{found[3]}</a>' if target else found[3]

    return _SHEET_LINK.sub(resolve, body.html)


def blocks(markdown: str) -> list[tuple[bool, str]]:
    """The text of a body piece by piece, for the ear: (whether it is a heading, its words). Tables are for the eye."""
    found: list[tuple[bool, str]] = []
    heading, tables = False, 0
    for token in _reader().parse(markdown):
        heading = {"heading_open": True, "heading_close": False}.get(token.type, heading)
        tables += {"table_open": 1, "table_close": -1}.get(token.type, 0)
        words = _words(token) if token.type == "inline" and not tables else ""
        if any(letter.isalnum() for letter in words):
            found.append((heading, words))
    return found


def _words(inline: Token) -> str:
    """The words of a piece, without the marks of its links and its emphasis."""
    breaks = ("softbreak", "hardbreak")
    return "".join(" " if child.type in breaks else child.content for child in inline.children or ()).strip()


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable(["table", "strikethrough"])
    reader.disable("image")  # what others host is not ours to show
    reader.add_render_rule("table_open", _open_table)
    reader.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return reader


def _open_table(_renderer: Any, tokens: Sequence[Token], place: int, *_: Any) -> str:
    label = html.escape(tokens[place].meta["label"])
    return f'<div class="table" role="region" tabindex="0" aria-label="{label}"><table>\n'


def _place_headings(tokens: Sequence[Token]) -> list[Heading]:
    """Gives each heading its level under the page's title, and an anchor of its own."""
    places = [n for n, token in enumerate(tokens) if token.type == "heading_open"]
    top = min((int(tokens[n].tag[1]) for n in places), default=2)
    headings: list[Heading] = []
    taken: set[str] = set()
    for n in places:
        before = headings[-1].level if headings else 1
        level = min(int(tokens[n].tag[1]) - top + 2, before + 1, 6)
        text = _text(tokens[n + 1])
        anchor = free_slug("s-" + (slug_of(text, longest=40) or str(len(headings) + 1)), taken)
        taken.add(anchor)
        tokens[n].tag = tokens[n + 2].tag = f"h{level}"
        tokens[n].attrSet("id", anchor)
        headings.append(Heading(level, anchor, text))
    return headings


def _name_tables(tokens: Sequence[Token], word: str) -> None:
    """Names each table after the heading it stands under, and tells its header cells from its empty ones."""
    title, named = "", 0
    for n, token in enumerate(tokens):
        if token.type == "heading_open":
            title = _text(tokens[n + 1])
        elif token.type == "table_open":
            named += 1
            token.meta["label"] = f"{word} {named} – {title}" if title else f"{word} {named}"
        elif token.type == "th_open":
            if _text(tokens[n + 1]):
                token.attrSet("scope", "col")
            else:
                token.tag = tokens[n + 2].tag = "td"


def _text(inline: Token) -> str:
    return "".join(child.content if child.content else " " for child in inline.children or ()).strip()
