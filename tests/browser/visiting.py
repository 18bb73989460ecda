"""A person at a browser: what the browser complains of, what axe finds and what overflows fails the journey."""

from __future__ import annotations

from typing import Any

from flask import Flask

from portal.config import Settings
from portal.staff.models import Staff
from tests.browser.entering import enter
from tests.browser.looking import WIDTHS, faults, on_any_screen

REFUSED = "status of 422"  # how Chromium tells of a form shown again, which is no fault


def sign_in_of(app: Flask, whose: str) -> list[str]:
    """The address and the password of someone of the demo town, by their role or their name."""
    settings: Settings = app.extensions["settings"]
    lines = (settings.data_dir / "sign-ins.txt").read_text().splitlines()
    return next(line.split()[1:3] for line in lines if whose in line)


class Visit:
    """A browser window of its own: no cookie and no page of anyone before."""

    def __init__(self, chromium: Any, base_url: str, *, width: int = 1280, locale: str = "fr-FR") -> None:
        viewport = {"width": width, "height": 900}
        self._base_url = base_url
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
        """Looks at the page as it stands, and reads it as axe does."""
        self._check_direction(name, direction)
        self.faults += faults(self.page, name)

    def look_on_any_screen(
        self, name: str, *, direction: str = "ltr", widths: tuple[int, ...] = WIDTHS
    ) -> None:
        """The same on a wide screen and on a telephone's, which it stays."""
        self._check_direction(name, direction)
        self.faults += on_any_screen(self.page, name, widths)
        self.page.set_viewport_size({"width": widths[-1], "height": 900})

    def _check_direction(self, name: str, direction: str) -> None:
        if self.page.locator("html").get_attribute("dir") != direction:
            self.faults.append(f"{name}: not written {direction}")

    def sign_in(self, email: str, password: str) -> None:
        """By the form, as whoever does it for the first time."""
        self.page.goto("/sign-in")
        self.look("sign-in")
        self.page.get_by_label("Adresse e-mail").fill(email)
        self.page.get_by_label("Mot de passe").fill(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def enter(self, app: Flask, person: Staff) -> None:
        """Signed in by other means."""
        enter(app, self.page.context, self._base_url, person)

    def end(self) -> None:
        assert self.faults == []
