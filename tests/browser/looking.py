"""A page as it stands on a screen: its picture where one is wanted, and what is wrong with it in a few words each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe

LEVEL_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1280, 390)
AXE = Axe().axe_script
# Only what is wrong comes back: all that axe looked at, with its markup, weighs more than the page.
RUN = """async (tags) => {
  const options = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] };
  const { violations } = await axe.run(options);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" ")}`);
}"""


def violations(page: Any) -> list[str]:
    """The rules of axe-core that the page breaks, and where."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN, LEVEL_AA)
    return found


def faults(page: Any, name: str) -> list[str]:
    """What axe finds, and whether the page must be scrolled sideways."""
    page.wait_for_load_state()  # whoever clicked sees the address of the new page before its text
    keep_picture(page, name)
    found = violations(page)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("wider than the screen")
    return [f"{name}: {fault}" for fault in found]


def on_any_screen(page: Any, name: str, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """What is wrong on a wide screen and on a telephone's, where the page is left. It is loaded once: what we show of
    it depends on its width by style sheets alone."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        found += faults(page, f"{name}-{width}")
    return found


def keep_picture(page: Any, name: str) -> None:
    """For whoever wants to see it: RELAIS_SCREENSHOTS says in which folder. Drawing it takes longer than reading it."""
    folder = os.environ.get("RELAIS_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
