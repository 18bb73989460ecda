"""What pages say of opening hours: now, until when, next, on what condition, by whose clock, and how fresh it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal.database import db
from portal.directory.hours.opening import DAYS
from portal.directory.models import Service
from tests import make

THURSDAY = datetime(2026, 9, 17, 8, 0, tzinfo=UTC)  # 10:00 in Paris, noon in La Réunion
WEEK = {"thu": [["08:30", "12:00"], ["13:00", "17:00", "sur rendez-vous"]], "fri": [["00:00", "24:00"]]}


@pytest.fixture
def office(app: Flask) -> Service:
    make.organization()
    made = make.service("caf", schedule=WEEK, department="39", commune="39013", confirmed_at=THURSDAY)
    db.session.commit()
    assert isinstance(made, Service)
    return made


def told(client: Any, office: Service, after: timedelta = timedelta(), language: str = "fr") -> str:
    db.session.commit()
    with time_machine.travel(THURSDAY + after, tick=False):
        return str(client.get(f"/{language}/services/{office.slug}").text)


def test_an_open_service_says_until_when(client: Any, office: Service) -> None:
    page = told(client, office)
    assert "Ouvert maintenant" in page and "Ouvert jusqu’à 12:00." in page
    assert "Informations confirmées le 17 septembre 2026." in page


def test_a_closed_service_says_when_it_opens_and_on_what_condition(client: Any, office: Service) -> None:
    page = told(client, office, timedelta(hours=2, minutes=30))
    assert "Fermé maintenant" in page and "Ouvre aujourd’hui à 13:00." in page
    assert page.count("sur rendez-vous") == 2  # beside the opening, and in the week


def test_hours_with_a_condition_are_not_said_to_be_simply_open(client: Any, office: Service) -> None:
    page = told(client, office, timedelta(hours=4))
    assert "Ouvert sous conditions" in page and "Ouvert maintenant" not in page


def test_midnight_is_said_as_people_say_it(client: Any, office: Service) -> None:
    assert "Ouvert jusqu’à minuit." in told(client, office, timedelta(hours=26))
    office.schedule = {**WEEK, "sat": [["00:00", "02:00"]]}
    assert "Ouvert jusqu’à demain 02:00." in told(client, office, timedelta(hours=26))
    office.schedule = {day: [["00:00", "24:00"]] for day in DAYS}
    assert "Jour et nuit." in told(client, office)


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "La Réunion"), ("en", "Réunion"), ("ar", "هذه الساعات بتوقيت المكان")]
)
def test_hours_overseas_are_told_by_the_clock_there(
    client: Any, office: Service, language: str, words: str
) -> None:
    office.department, office.commune = "974", "97411"
    page = told(client, office, language=language)
    assert words in page and "13:00" in page


def test_a_holiday_of_the_place_closes_it(client: Any, office: Service) -> None:
    office.department, office.commune = "67", "67482"
    office.schedule = {"fri": [["08:30", "12:00"]]}
    page = told(client, office, datetime(2026, 4, 3, 8, tzinfo=UTC) - THURSDAY)
    assert "Jour férié" in page and "Vendredi saint" in page


def test_an_exceptional_closing_is_said(client: Any, office: Service) -> None:
    office.schedule = {**WEEK, "days": {"2026-09-17": []}}
    assert "Fermé exceptionnellement aujourd’hui. Ouvre demain à 00:00." in told(client, office)


def test_what_is_closed_for_a_time_is_closed_whatever_its_hours(client: Any, office: Service) -> None:
    office.status = "temporarily closed"
    page = told(client, office)
    assert "Fermé maintenant" in page and "Fermé pour un temps." in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Informations confirmées le 17 septembre 2026"),
        ("en", "Information confirmed on 17 September 2026; it may be out of date."),
        ("ar", "وقد لا تكون محدثة"),
    ],
)
def test_what_is_stale_is_said_in_each_language(
    client: Any, office: Service, language: str, words: str
) -> None:
    assert words in told(client, office, timedelta(days=400), language)
    assert "out of date" not in told(client, office, timedelta(days=300), language)
