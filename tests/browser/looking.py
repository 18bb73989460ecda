"""A page as it stands on a screen: its picture where one is wanted, and what is wrong with it in a few words each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe

LEVEL_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1280, 390)
# Axe reads each colour by the rules of all the spaces there are, anew for each word: a quarter of its work, where pages
# have ten colours. It would also write out the markup of all that it looks at: only that of what is wrong is read.
ONCE = """
const colour = axe.commons.color.Color.prototype, read = colour.parseString, known = new Map();
colour.parseString = function (words) {
  const before = known.get(words);
  if (!before) read.call(this, words);
  else [this.r, this.g, this.b, this.alpha] = before;
  known.set(words, [this.r, this.g, this.b, this.alpha]);
  return this;
};
axe.configure({ noHtml: true });
"""
# Kept by the page's window for the pages that come: half a megabyte is sent once, and run where it is wanted.
BRING = f"window.bringAxe = () => {{\n{Axe().axe_script}\n;{ONCE}}};"
BROUGHT = "window.axe || window.bringAxe?.(), Boolean(window.axe)"
RUN = """async (tags) => {
  const options = {
    runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], selectors: false, elementRef: true,
    preload: { assets: ["media"] },  // style sheets are read for a rule that is not among these
  };
  const said = ({ element, target }) => (element?.outerHTML ?? String(target)).slice(0, 160);
  const { violations } = await axe.run(options);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(said).join(" ")}`);
}"""


def violations(page: Any) -> list[str]:
    """The rules of axe-core that the page breaks, and where."""
    if not page.evaluate(BROUGHT):
        page.add_init_script(BRING)
        page.evaluate(f"{BRING}\n{BROUGHT}")
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
    """What is wrong on a wide screen and on a telephone's. The page is loaded once: what we show of it depends on its
    width by style sheets alone. The width it has comes first, and the next page is drawn in the one that comes last."""
    found = []
    for width in sorted(widths, key=lambda one: one != page.viewport_size["width"]):
        page.set_viewport_size({"width": width, "height": 900})
        found += faults(page, f"{name}-{width}")
    return found


def keep_picture(page: Any, name: str) -> None:
    """For whoever wants to see it: RELAIS_SCREENSHOTS says in which folder. Drawing it takes longer than reading it."""
    folder = os.environ.get("RELAIS_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
