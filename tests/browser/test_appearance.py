"""A town's name, colour and logo, from the form to what citizens see, read by axe and under the content policy."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests import make
from tests.browser.conftest import Opens
from tests.browser.looking import faults
from tests.portal.directory.test_appearance import DRAWING

pytestmark = pytest.mark.browser
LOGO = DRAWING % b'<path fill="#5b2a86" d="M0 0h9v9z"/>'
GREY = "#767676"  # the palest on which white text passes: links must be darker


@pytest.mark.parametrize("width", [1280, 390])
def test_a_town_tries_its_colours_then_wears_them(app: Flask, opens: Opens, width: int) -> None:
    make.line()
    page = opens(make.staff("administrator"), viewport={"width": width, "height": 900})
    page.goto("/admin/appearance")
    page.get_by_label("Nom").fill("Ville de Valbrune")
    page.get_by_label("Couleur principale").fill(GREY)
    page.get_by_label("Logo").set_input_files({"name": "a.svg", "mimeType": "text/html", "buffer": LOGO})
    assert faults(page, f"appearance-{width}") == []
    page.get_by_role("button", name="Voir le résultat").click()
    page.wait_for_url("**/admin/appearance/preview")
    assert worn(page) == "rgb(118, 118, 118)"
    assert page.locator(".brand img").evaluate("image => image.naturalWidth > 0")
    assert faults(page, f"appearance-preview-{width}") == []
    page.get_by_role("button", name="Publier cette apparence").click()
    page.wait_for_url("**/admin/appearance")
    assert faults(page, f"appearance-published-{width}") == []
    for path in ("", "requests/new", "legal"):
        page.goto(f"/fr/{path}")
        assert worn(page) == "rgb(118, 118, 118)"
        assert faults(page, f"appearance-worn-{path.replace('/', '-')}-{width}") == []
    assert page.locator(".brand b").inner_text() == "Ville de Valbrune"


def worn(page: Any) -> str:
    """The colour of the band on top of public pages."""
    return str(page.locator(".band").first.evaluate("node => getComputedStyle(node).backgroundColor"))
