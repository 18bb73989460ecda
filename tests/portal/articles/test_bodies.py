"""Whatever was written in an article, its page stays ours."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from portal.articles import bodies
from portal.directory.names import slug_of

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[clic](javascript:alert(1))",
    "[clic](JaVaScRiPt:alert(1))",
    "[clic](  javascript&colon;alert(1))",
    "[clic](data:text/html;base64,PHNjcmlwdD4=)",
    "[clic](vbscript:x)",
    '[clic](https://a.example "x\\" onclick=\\"alert(1)")',
    '<https://a.example/"onclick=alert(1)>',
    "![x](https://espion.example/pixel.png)",
    "## <b onclick=alert(1)>Titre</b>",
    '| <i onclick="x">a</i> |\n|---|\n| [b](javascript:x) |',
    '[clic](sheet:"><script>alert(1)</script>)',
    "<iframe src=https://espion.example></iframe>",
    "<style>body{display:none}</style>",
]


class Seen(HTMLParser):
    """What a browser would make of it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize("markdown", HOSTILE)
def test_hostile_markdown_is_harmless(markdown: str) -> None:
    seen = Seen()
    seen.feed(bodies.with_links(bodies.render(markdown), lambda ref: ""))
    assert seen.tags <= bodies.TAGS
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name in ("src", "style")]
    links = [value for name, value in seen.attributes if name == "href"]
    assert all(link.startswith("https://") for link in links)


def test_headings_begin_under_the_pages_and_skip_no_level() -> None:
    body = bodies.render("# Un\n\n#### Deux\n\n# Un")
    assert [(one.level, one.anchor) for one in body.headings] == [(2, "s-un"), (3, "s-deux"), (2, "s-un-2")]
    assert "<h1" not in body.html


def test_tables_have_a_name_and_can_be_reached_with_the_keyboard() -> None:
    html = bodies.render("## Tarifs\n\n| Âge | |\n|---|---|\n| 3 ans | 2 € |").html
    assert '<div class="table" role="region" tabindex="0" aria-label="Tableau 1 – Tarifs">' in html
    assert '<th scope="col">Âge</th>' in html
    assert "<th></th>" not in html


def test_links_to_sheets_lead_where_the_page_says_or_become_words() -> None:
    body = bodies.render("Voir [la **fiche**](sheet:F14) et [le site](https://ville.example).")
    assert body.sheets == ("F14",)
    led = bodies.with_links(body, lambda ref: f"/fr/articles/passeport-{ref.lower()}")
    assert '<a href="/fr/articles/passeport-f14" rel="noopener">la <strong>fiche</strong></a>' in led
    assert 'href="https://ville.example" rel="noopener"' in led
    assert "Voir la <strong>fiche</strong> et" in bodies.with_links(body, lambda ref: "")


def test_slugs_are_plain_and_cut_between_words() -> None:
    assert slug_of("Œuvre d’art à l'État : été") == "oeuvre-d-art-a-l-etat-ete"
    assert slug_of("mot " * 40) == "-".join(["mot"] * 17)
    assert slug_of("جواز السفر") == ""
