"""The lines in the administration: what they are, say, and when; their emergency and what they record."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.database import db
from portal.lines.models import Line
from tests import make
from tests.signing import send, signed_in

NEW = {"name": "Astreinte", "number": "01 99 00 00 77", "languages": ["fr", "en"], "key_en": "5"}


@pytest.fixture
def admin(app: Flask, client: Any) -> Any:
    person = make.staff("administrator")
    make.line()
    db.session.commit()
    return signed_in(client, person)


def the_line(number: str = "+33199000010") -> Line:
    return db.session.scalars(db.select(Line).filter_by(number=number)).one()


def post(client: Any, path: str, **data: Any) -> Any:
    return send(client, path, data)


def save(client: Any, page: str, **data: Any) -> Any:
    """Sends a form of the line with the version that its page carries."""
    line_id = the_line().id
    shown = client.get(f"/admin/lines/{line_id}/{page}").text
    version = re.findall(r'name="version" value="(\d+)"', shown)[0]
    path = f"/admin/lines/{line_id}" + ("" if page == "settings" else f"/{page}")
    return post(client, path, **{"version": version, **data})


def verbs() -> list[str]:
    return [event.verb for event in history.of(the_line())]


def test_a_line_is_made_with_its_numbers_and_languages(admin: Any) -> None:
    assert post(admin, "/admin/lines", **NEW).status_code == 302
    made = the_line("+33199000077")
    assert (made.languages, made.language_keys, made.text_number) == (["fr", "en"], {"5": "en"}, None)
    assert "01 99 00 00 77" in admin.get("/admin/lines").text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"number": "12"}, "number"),
        ({"number": "01 99 00 00 10"}, "number"),
        ({"text_number": "01 99 00 00 10"}, "text_number"),
        ({"automatic_number": "01 99 00 00 78"}, "automatic_number"),
        ({"automatic_number": "06 39 98 00 78"}, "automatic_number"),
        ({"languages": ["en"]}, "languages"),
        ({"key_en": "0"}, "key_en"),
        ({"key_ar": "6"}, "key_ar"),
        ({"name": " "}, "name"),
    ],
)
def test_a_line_that_cannot_be_is_refused_beside_its_field(
    admin: Any, typed: dict[str, Any], field: str
) -> None:
    answer = post(admin, "/admin/lines", **{**NEW, **typed})
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text


def test_a_short_code_is_a_number_too(admin: Any) -> None:
    assert post(admin, "/admin/lines", **{**NEW, "number": "39 39"}).status_code == 302
    assert the_line("3939").name == "Astreinte"


def test_texts_are_kept_by_language_and_others_are_not_lost(admin: Any) -> None:
    line = the_line()
    line.texts = {"emergency": {"fr": "Crue."}}
    assert save(admin, "texts", welcome_fr="Bonjour.", welcome_ar="مرحبا").status_code == 302
    assert the_line().texts == {"emergency": {"fr": "Crue."}, "welcome": {"fr": "Bonjour.", "ar": "مرحبا"}}
    assert "Bonjour." in admin.get(f"/admin/lines/{line.id}").text


def test_a_stale_save_shows_both_versions(admin: Any) -> None:
    save(admin, "texts", welcome_fr="Le premier.")
    answer = save(admin, "texts", version="1", welcome_fr="Le second.")
    assert answer.status_code == 409 and "Le premier." in answer.text and "Le second." in answer.text


def test_hours_have_several_slots_exceptional_days_and_a_relay_whose_gap_is_shown(admin: Any) -> None:
    typed = {"open-mon": "8h30-12h, 13h30-17h30", "open-day-1": "2026-12-24", "open-hours-1": "9h-12h"}
    relay = {"relay_url": "https://relais.example", "relay-mon": "8h30-12h"}
    more = {"open-territory": "RE", "open-day-2": "2026-12-26", "open-hours-2": ""}
    assert save(admin, "hours", **typed, **relay, **more).status_code == 302
    line = the_line()
    assert line.schedule == {
        "mon": [["08:30", "12:00"], ["13:30", "17:30"]],
        "territory": "RE",
        "days": {"2026-12-24": [["09:00", "12:00"]], "2026-12-26": []},
    }
    page = admin.get(f"/admin/lines/{line.id}").text
    assert "Lundi\u00a0: 13:30-17:30" in page and "26/12/2026" in page
    assert save(admin, "hours", **typed, **relay, same="1").status_code == 302
    assert "mêmes heures" in admin.get(f"/admin/lines/{line.id}").text


def test_a_line_always_open_shows_when_its_relay_is_not(admin: Any) -> None:
    save(admin, "hours", always="1", relay_url="https://relais.example", **{"relay-mon": "8h-20h"})
    page = admin.get(f"/admin/lines/{the_line().id}").text
    assert "Lundi\u00a0: 00:00-08:00, 20:00-24:00" in page and "Dimanche\u00a0: 00:00-24:00" in page


def test_hours_that_cannot_be_read_are_refused_and_come_back(admin: Any) -> None:
    answer = save(admin, "hours", **{"open-mon": "le matin"})
    assert answer.status_code == 422 and "le matin" in answer.text
    assert save(admin, "hours", **{"open-mon": "12h-8h"}).status_code == 422


def test_a_line_always_open_needs_no_hours(admin: Any) -> None:
    assert save(admin, "hours", always="1").status_code == 302
    assert the_line().schedule == {}


def test_a_line_without_any_hours_is_not_opened_at_all_hours_in_silence(admin: Any) -> None:
    answer = save(admin, "hours", **{"open-territory": "RE"})
    assert answer.status_code == 422 and "Écrivez les heures d’un jour au moins" in answer.text


def test_hours_typed_for_a_line_that_stays_always_open_are_not_lost(admin: Any) -> None:
    save(admin, "hours", always="1")
    answer = save(admin, "hours", always="1", **{"open-mon": "8h30-12h"})
    assert answer.status_code == 422 and "Décochez" in answer.text and "8h30-12h" in answer.text
    assert save(admin, "hours", **{"open-mon": "8h30-12h"}).status_code == 302
    assert save(admin, "hours", always="1", **{"open-mon": "8h30-12h"}).status_code == 302  # opened for good
    assert the_line().schedule == {}


def test_an_emergency_is_declared_once_and_ended_once(admin: Any) -> None:
    path = f"/admin/lines/{the_line().id}/emergency"
    assert post(admin, path).status_code == 422
    for _ in range(2):
        assert post(admin, path, emergency_fr="Crue de l’Orve : montez à l’étage.").status_code == 302
    assert "Crue de l’Orve" in admin.get(f"/admin/lines/{the_line().id}").text
    for _ in range(2):
        post(admin, f"{path}/end")
    assert verbs() == ["line.emergency_ended", "line.emergency_declared"]
    assert the_line().texts["emergency"]["fr"].startswith("Crue")


def test_conversations_are_recorded_only_once_somebody_said_so(admin: Any) -> None:
    path = f"/admin/lines/{the_line().id}/recording"
    assert the_line().records_calls is False and "six mois" in admin.get(path).text
    for state in ("on", "on", "off"):
        post(admin, f"{path}/{state}")
    assert verbs() == ["line.recording_off", "line.recording_on"]


def test_a_line_that_a_machine_may_not_call_from_says_so_until_it_has_a_number_for_that(admin: Any) -> None:
    page = f"/admin/lines/{the_line().id}"
    assert "cinq personnes en trente jours" in admin.get(page).text
    kept = {"name": "Accueil", "number": "01 99 00 00 10", "languages": ["fr"]}
    assert save(admin, "settings", **kept, automatic_number="09 48 00 00 10").status_code == 302
    assert the_line().automatic_number == "+33948000010"
    assert "cinq personnes en trente jours" not in admin.get(page).text
    taken = post(admin, "/admin/lines", **{**NEW, "number": "09 48 00 00 10"})
    assert taken.status_code == 422 and 'id="number-error"' in taken.text
