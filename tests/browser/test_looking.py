"""What is looked for in every page is found where it is, on each width; what axe is spared changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.looking import on_any_screen

pytestmark = pytest.mark.browser
WRONG = """<!doctype html><html lang="fr"><title>Une page</title><style>
  .wide { display: none } .narrow { width: 450px }
  @media (width > 600px) { .wide { display: block } .narrow { display: none } }
</style><main><h1>Une page</h1><p style="color: #aaa">Pâle</p><p style="color: #aaa">Pâle aussi</p><p>Lisible</p>
<img class="wide" src="data:,"><input class="narrow"></main></html>"""
PALE = 'color-contrast: <p style="color: #aaa">Pâle</p> <p style="color: #aaa">Pâle aussi</p>'


def test_what_is_wrong_is_found_on_the_width_where_it_shows(chromium: Any) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    for _ in range(2):  # axe is brought to the first page in one way, to the next in another
        page.goto("data:text/html;charset=utf-8,")
        page.set_content(WRONG)
        assert sorted(on_any_screen(page, "page")) == [
            f"page-1280: {PALE}",
            'page-1280: image-alt: <img class="wide" src="data:,">',
            f"page-390: {PALE}",
            'page-390: label: <input class="narrow">',
            "page-390: wider than the screen",
        ]
