"""Referrals as their receiver, their citizen and their sender see them, read by axe on a wide and a narrow screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.contacts.models import Contact
from portal.referrals.following import asking, chains, links, living
from portal.referrals.models import Referral
from tests import make
from tests.browser import looking
from tests.browser.conftest import Opens
from tests.browser.entering import session_cookie
from tests.portal.referrals import cast, lives


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
    """What is wrong with the page on any screen, all of it unfolded."""
    page.evaluate("document.querySelectorAll('main details').forEach(fold => fold.open = true)")
    return looking.on_any_screen(page, shot)


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_receiver_and_citizen_read_it_on_any_screen(
    app: Flask, chromium: Any, served: str, scene: Scene, lang: str
) -> None:
    page = chromium.new_context(base_url=served, locale=lang).new_page()
    page.goto(f"/partner/referrals/{scene.token}")
    wrong = faults(page, f"partner-{lang}")
    page.context.add_cookies([_opened(app, scene.contact, served)])
    page.goto(f"/{lang}/requests/thread")
    wrong += faults(page, f"follow-{lang}")
    assert wrong == []


def _opened(app: Flask, contact: Contact, served: str) -> dict[str, str]:
    """The cookie of a browser in which a code has just opened this matter."""
    until = int(clock.now().timestamp()) + 600
    return session_cookie(app, served, {"opened": [contact.case_id, until, contact.identifier_id]})


def test_the_desk_reads_it_on_any_screen(opens: Opens, scene: Scene) -> None:
    places = {
        "list": "/console/referrals?view=back",
        "back": f"/console/referrals/{scene.back.id}",
        "proposed": f"/console/referrals/{scene.proposed.id}",
        "asked": f"/console/referrals/{scene.asked.id}",
    }
    page = opens(scene.agent)
    wrong = []
    for name, path in places.items():
        page.goto(path)
        wrong += faults(page, name)
    assert wrong == []


def test_the_administration_reads_which_rules_to_mend(opens: Opens, scene: Scene) -> None:
    page = opens(scene.administrator, "/admin/referrals/rules")
    assert faults(page, "ranked") == []
