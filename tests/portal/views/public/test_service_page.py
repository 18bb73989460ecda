"""The page of a service says all that is known of it, and marks what is French only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from time_machine import travel

from portal.database import db
from portal.directory.models import (
    ListedPhone,
    Location,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceText,
)
from tests import make


@pytest.fixture
def pool(app: Flask) -> Service:
    found = make.service(
        "piscine",
        address="1 quai de l’Orve, 96100 Valbrune",
        schedule={"mon": [["14:00", "17:00", "sur rendez-vous"]]},
        accessibility={"fr": "Bassin de plain-pied."},
        languages=["fr", "ar", "fsl"],
        alert="Travaux en mai.",
        eligibility_description="Pour tous.",
        minimum_age=3,
        application_process="Prendre un ticket.",
        required_documents=[{"document": "Certificat médical"}, {"document": "Piège", "uri": "javascript:x"}],
        cost_options=[{"option": "Enfant", "amount": 2.5, "currency": "EUR"}],
    )
    place = Location(latitude=48.5, longitude=2.25, accessibility=[{"description": "Ascenseur"}])
    db.session.add(place)
    db.session.flush()
    db.session.add_all(
        [
            ServiceAtLocation(service_id=found.id, location_id=place.id),
            ListedPhone(service_id=found.id, number="+33199000052", type="textphone", extension="4"),
            *(ServiceArea(service_id=found.id, level="commune", name=f"Commune {n}") for n in range(20)),
        ]
    )
    db.session.commit()
    return found


def test_the_page_of_a_service_says_all_that_is_known(app: Flask, client: Any, pool: Service) -> None:
    page = client.get("/fr/services/piscine").text
    for words in (
        "Travaux en mai.",
        "mlat=48.5",
        "Téléphone à texte",
        "poste 4",
        "sur rendez-vous",
        "Ascenseur",
        "langue des signes française",
        "Pour tous.",
        "À partir de 3 ans.",
        "20 communes",
        "Commune 19",
        "Prendre un ticket.",
        "Certificat médical",
        "2,50",
        "notre équipe",
    ):
        assert words in page, words
    assert 'href="javascript' not in page and len(page) < 60_000


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_is_french_only_is_marked(app: Flask, client: Any, pool: Service, language: str) -> None:
    del pool.texts[language]
    pool.texts["fr"] = ServiceText(language="fr", name="Piscine", summary="On y nage.")
    db.session.commit()
    page = client.get(f"/{language}/services/piscine").text
    assert '<bdi lang="fr">Piscine</bdi></h1>' in page
    assert '<p class="lead" lang="fr" dir="ltr">On y nage.' in page
    assert '<p lang="fr" dir="ltr">Travaux en mai.' in page


def test_a_service_with_little_known_shows_no_empty_part(app: Flask, client: Any) -> None:
    make.service("caf")
    db.session.commit()
    page = client.get("/fr/services/caf").text
    for title in ("Qui peut venir", "Ce qu’il faut", "Ce que cela coûte", "Où aller", "carte"):
        assert title not in page


def test_the_exceptional_days_that_come_are_said_with_the_hours(app: Flask, client: Any) -> None:
    days = {"2026-12-24": [["09:00", "12:00", "sans rendez-vous"]], "2026-12-26": [], "2026-11-02": []}
    make.service("mairie", schedule={"mon": [["09:00", "17:00"]], "days": {**days, "2027-06-01": []}})
    db.session.commit()
    with travel(datetime(2026, 11, 22, 9, tzinfo=UTC), tick=False):
        page = client.get("/fr/services/mairie").text
    assert "Jours particuliers" in page and "Jeudi 24 décembre" in page and "sans rendez-vous" in page
    assert page.index("Samedi 26 décembre") < page.rindex("Fermé")
    assert "2 novembre" not in page and "1 juin" not in page
