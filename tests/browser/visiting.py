"""A person at a browser: what the browser complains of, what axe finds and what overflows fails the journey."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe

SCREENSHOTS = Path(__file__).parent.parent / "screenshots"
LEVEL_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REFUSED = "status of 422"  # how Chromium tells of a form shown again, which is no fault


class Visit:
    """A browser window of its own: no cookie and no page of anyone before."""

    def __init__(self, chromium: Any, base_url: str, *, width: int = 1280, locale: str = "fr-FR") -> None:
        viewport = {"width": width, "height": 900}
        self.page = chromium.new_context(base_url=base_url, viewport=viewport, locale=locale).new_page()
        self.faults: list[str] = []
        self.weight = 0
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._hear)
        self.page.on("response", self._weigh)

    def _hear(self, said: Any) -> None:
        """Errors of scripts, and what the content policy refused, are both said in the console."""
        if said.type in ("error", "warning") and REFUSED not in said.text:
            self.faults.append(f"{self.page.url}: {said.text}")

    def _weigh(self, answer: Any) -> None:
        self.weight += int(answer.headers.get("content-length", 0))

    def look(self, name: str, *, direction: str = "ltr") -> None:
        """Looks at the page as it stands, keeps its picture, and reads it as axe does."""
        page = self.page
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
        if page.locator("html").get_attribute("dir") != direction:
            self.faults.append(f"{name}: not written {direction}")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.faults.append(f"{name}: wider than the screen")
        for one in (
            Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVEL_AA}}).response["violations"]
        ):
            self.faults.append(f"{name}: {one['id']}: {[node['html'][:160] for node in one['nodes']]}")

    def sign_in(self, email: str, password: str) -> None:
        self.page.goto("/sign-in")
        self.look("sign-in")
        self.page.get_by_label("Adresse e-mail").fill(email)
        self.page.get_by_label("Mot de passe").fill(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def end(self) -> None:
        assert self.faults == []
