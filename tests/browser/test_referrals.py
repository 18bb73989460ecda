"""Referrals as their receiver, their citizen and their sender see them, read by axe on a wide and a narrow screen."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask

from portal import clock
from portal.contacts.models import Contact
from portal.referrals.following import asking, chains, links, living
from portal.referrals.models import Referral
from tests import make
from tests.browser.conftest import Opens
from tests.portal.referrals import cast, lives

WIDTHS = (1280, 390)


class Scene:
    """A request that the CAF refused and the CPAM asks a question about; others proposed, refused and taken."""

    def __init__(self) -> None:
        make.organization(name="Mairie de Valbrune", phone="+33199000001", email="accueil@valbrune.example")
        make.queue()
        self.agent, self.administrator = make.staff(), make.staff("administrator")
        rule = cast.rule("aide-au-logement")
        caf, cpam = lives.receiver("caf"), lives.receiver("cpam")
        caf.organization.name = "Caisse d’allocations familiales"
        self.contact = lives.contact("ar")
        first = lives.sent(self.contact, nature="request")
        living.refuse(first, "not_for_us", note="Voyez plutôt la CPAM.", redirect_to=cpam.id, who="Zoé")
        asked = chains.send_again(first, cpam.id, reason="Indiqué par la CAF", by=self.agent)
        assert asked is not None
        self.asked = asked
        living.send(asked, "email", nature="request", fields=lives.ALL, by=self.agent.actor)
        living.receive(asked, who="Paul Durand")
        asking.ask(asked, "Quel est son numéro ?", who="Paul Durand", to_citizen=True, form_key="q" * 20)
        self.proposed = lives.proposed(lives.contact(email="b@exemple.fr"))
        self.back = self._sent("c@exemple.fr", rule.versions[0].id)
        living.refuse(self.back, "not_for_us", redirect_to=cpam.id)
        living.refuse(self._sent("d@exemple.fr", rule.versions[0].id), "not_for_us", redirect_to=cpam.id)
        living.accept(self._sent("e@exemple.fr", rule.versions[0].id), who="Zoé")
        self.token = links.make_link(asked, "accueil@cpam.example")

    def _sent(self, email: str, rule: int) -> Referral:
        made = lives.proposed(lives.contact(email=email), rule_version_id=rule)
        living.send(made, "email", nature="request", fields=lives.ALL, by=self.agent.actor)
        return made


@pytest.fixture
def scene(app: Flask, work: Callable[[], int]) -> Scene:
    made = Scene()
    work()
    return made


def faults(page: Any, shot: str) -> list[str]:
    """What is wrong with the page, all of it unfolded: what axe finds, and whether it must be scrolled sideways."""
    page.evaluate("document.querySelectorAll('main details').forEach(fold => fold.open = true)")
    folder = os.environ.get("RELAIS_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{shot}.png", full_page=True)
    found = Axe().run(page).response["violations"]
    wrong = [f"{shot}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*wrong, *([f"{shot} is too wide"] if wide else [])]


@pytest.mark.parametrize("lang", ["fr", "ar"])
@pytest.mark.parametrize("width", WIDTHS)
def test_receiver_and_citizen_read_it_on_any_screen(
    app: Flask, chromium: Any, served: str, scene: Scene, lang: str, width: int
) -> None:
    page = chromium.new_context(
        base_url=served, locale=lang, viewport={"width": width, "height": 900}
    ).new_page()
    page.goto(f"/partner/referrals/{scene.token}")
    wrong = faults(page, f"partner-{lang}-{width}")
    page.context.add_cookies([_opened(app, scene.contact, served)])
    page.goto(f"/{lang}/requests/thread")
    wrong += faults(page, f"follow-{lang}-{width}")
    assert wrong == []


def _opened(app: Flask, contact: Contact, served: str) -> dict[str, str]:
    """The cookie of a browser in which a code has just opened this matter."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # Flask's own
    said = {"opened": [contact.case_id, int(clock.now().timestamp()) + 600, contact.identifier_id]}
    return {"name": app.config["SESSION_COOKIE_NAME"], "value": serializer.dumps(said), "url": served}


@pytest.mark.parametrize("width", WIDTHS)
def test_the_desk_reads_it_on_any_screen(opens: Opens, scene: Scene, width: int) -> None:
    places = {
        "list": "/console/referrals?view=back",
        "back": f"/console/referrals/{scene.back.id}",
        "proposed": f"/console/referrals/{scene.proposed.id}",
        "asked": f"/console/referrals/{scene.asked.id}",
    }
    page = opens(scene.agent, viewport={"width": width, "height": 900})
    wrong = []
    for name, path in places.items():
        page.goto(path)
        wrong += faults(page, f"{name}-{width}")
    assert wrong == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_administration_reads_which_rules_to_mend(
    chromium: Any, served: str, scene: Scene, width: int
) -> None:
    page = chromium.new_context(
        base_url=served, locale="fr", viewport={"width": width, "height": 900}
    ).new_page()
    page.goto("/sign-in")
    page.get_by_label("Adresse e-mail").fill(scene.administrator.email)
    page.get_by_label("Mot de passe").fill(make.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    page.goto("/admin/referrals/rules")
    assert faults(page, f"ranked-{width}") == []
