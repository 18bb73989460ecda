"""An owner reads, corrects and confirms in a browser; a citizen reads the hours of a place overseas."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from portal.config import Settings
from portal.database import db
from portal.directory.confirming import asking, correcting
from portal.directory.models import Organization, Service
from tests import make
from tests.browser.visiting import Visit

pytestmark = pytest.mark.browser

WEEK = {
    "mon": [["07:30", "12:00"], ["13:00", "15:00", "Accueil ouvert uniquement sur rendez-vous."]],
    "tue": [["07:30", "15:00"]],
    "fri": [["07:30", "12:00", "Accueil fermé en juillet-août."]],
}


@pytest.fixture
def office(app: Flask) -> Service:
    """An office of La Réunion, as the national directory of 2017 knew it."""
    make.organization(name="Ville de Saint-Paul")
    values = {"address": "5 rue des Filaos, 97460 Saint-Paul", "email": "caf974@caf.example"}
    made = make.service("caf", schedule=WEEK, department="974", commune="97415", **values)
    made.source_date = date(2017, 9, 11)
    owner = Organization(slug="caf-974", name="CAF de La Réunion", email="accueil@caf974.example")
    made.organization = owner
    db.session.commit()
    assert isinstance(made, Service)
    return made


@pytest.mark.parametrize(("locale", "direction"), [("fr-FR", "ltr"), ("ar", "rtl")])
def test_everybody_can_read_the_hours_and_confirm(
    app: Flask, chromium: Any, served: str, office: Service, locale: str, direction: str
) -> None:
    settings: Settings = app.extensions["settings"]
    request = asking.ask(office.organization)
    db.session.commit()
    link = f"/partner/confirm/{asking.sign(request.id, settings.secret_key)}"
    visit = Visit(chromium, served, locale=locale)
    language = locale[:2]
    visit.page.goto(f"/{language}/services/caf")
    visit.look_on_any_screen(f"hours-{language}", direction=direction)
    visit.page.goto(link)
    visit.look_on_any_screen(f"confirm-{language}", direction=direction)
    visit.page.goto(f"{link}/services/{office.id}")
    visit.page.locator("#phone").fill("+262692000000")
    visit.look_on_any_screen(f"correct-{language}", direction=direction)
    visit.page.locator("main form button").last.click()
    visit.page.wait_for_url(f"**{link}")
    visit.look_on_any_screen(f"corrected-{language}", direction=direction)
    with visit.page.expect_navigation():  # to the same address
        visit.page.locator("main form button").click()
    visit.look_on_any_screen(f"confirmed-{language}", direction=direction)
    db.session.expire_all()
    assert request.state == "confirmed" and len(correcting.inbox()) == 1
    visit.end()


def test_administrators_can_read_what_is_stale_and_what_is_proposed(
    app: Flask, chromium: Any, served: str, office: Service
) -> None:
    request = asking.ask(office.organization)
    hours = {"mon": [["08:00", "12:00"]], "tue": [["08:00", "12:00"]]}
    correcting.propose(request, office, {"phone": "+262692000000", "schedule": hours}, "Depuis le 1er mars.")
    person = make.staff("administrator")
    db.session.commit()
    visit = Visit(chromium, served)
    visit.enter(app, person)
    visit.page.goto("/admin/freshness?among=all")
    visit.look_on_any_screen("freshness")
    visit.page.goto("/admin/corrections")
    visit.look_on_any_screen("corrections")
    with visit.page.expect_navigation():
        visit.page.get_by_role("button", name="Publier").click()
    visit.look_on_any_screen("no-corrections")
    db.session.expire_all()
    assert office.phone == "+262692000000"
    visit.end()
