"""A save starts from a version, keeps what it was given, and says what it changed."""

from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.database import db
from portal.directory.editing import save_organization, save_service
from portal.directory.finding.kinds import save_kind
from portal.directory.names import slug_of
from portal.errors import Refused, Stale
from tests import make

TEXTS = {
    "fr": {"name": "Maison de l’emploi", "summary": "Chercher."},
    "en": {"name": "Job centre"},
    "ar": {"name": ""},
}


def test_a_new_service_has_an_address_of_its_own(app: Flask) -> None:
    editor = make.staff("editor")
    service = save_service(
        None, by=editor.actor, organization_id=editor.organization_id, texts=TEXTS, phone=" +33199000050 "
    )
    assert (service.slug, service.phone, service.active) == ("maison-de-l-emploi", "+33199000050", True)
    assert {lang: text.name for lang, text in service.texts.items()} == {
        "fr": "Maison de l’emploi",
        "en": "Job centre",
    }
    with pytest.raises(Refused, match="déjà pris"):
        save_service(None, by=editor.actor, organization_id=editor.organization_id, texts=TEXTS)


def test_a_change_raises_the_version_and_says_what_changed(app: Flask) -> None:
    editor = make.staff("editor")
    service = make.service("caf")
    texts = {"fr": {"name": "Caf", "summary": "Aides."}}
    save_service(service, by=editor.actor, version=1, texts=texts, phone="+33199000099")
    assert (service.version, service.texts["fr"].name, list(service.texts)) == (2, "Caf", ["fr"])
    event = history.of(service)[0]
    assert (event.verb, event.actor_id) == ("service.changed", editor.id)
    assert event.details["changed"]["phone"] == ["+33199000050", "+33199000099"]


def test_saving_what_is_there_changes_nothing(app: Flask) -> None:
    service = make.service("caf")
    texts = {lang: {"name": text.name, "summary": text.summary} for lang, text in service.texts.items()}
    save_service(service, by=make.staff().actor, version=1, texts=texts, phone=service.phone)
    assert (service.version, history.of(service)) == (1, [])


def test_a_stale_save_is_refused_with_both_versions(app: Flask) -> None:
    editor = make.staff("editor").actor
    service = make.service("caf")
    save_service(service, by=editor, version=1, texts=TEXTS, phone="1")
    with pytest.raises(Stale) as refusal:
        save_service(service, by=editor, version=1, texts=TEXTS, phone="2")
    assert (refusal.value.theirs["phone"], refusal.value.yours["phone"], service.phone) == ("1", "2", "1")


@pytest.mark.parametrize(
    "values",
    [
        {"texts": {"en": {"name": "Only"}}},
        {"url": "javascript:alert(1)"},
        {"email": "personne"},
        {"schedule": {"mon": [["12:00", "08:00"]]}},
    ],
)
def test_what_cannot_be_is_refused(app: Flask, values: dict[str, Any]) -> None:
    editor = make.staff("editor")
    with pytest.raises(Refused):
        save_service(
            None, by=editor.actor, organization_id=editor.organization_id, **{"texts": TEXTS, **values}
        )


def test_an_organization_is_saved_in_the_same_way(app: Flask) -> None:
    editor = make.staff("administrator").actor
    made = save_organization(None, by=editor, name="Département", url="https://departement.example")
    save_organization(made, by=editor, version=1, name="Le Département")
    assert (made.slug, made.name, made.version, made.is_host) == ("departement", "Le Département", 2, False)
    with pytest.raises(Stale):
        save_organization(made, by=editor, version=1, name="Autre")
    with pytest.raises(Refused):
        save_organization(made, by=editor, version=2, name=" ")
    assert [event.verb for event in history.of(made)] == ["organization.changed", "organization.added"]


def test_a_slug_holds_what_an_address_may() -> None:
    assert slug_of("Maison de l’Emploi – Œuvres & Cie") == "maison-de-l-emploi-oeuvres-cie"


def test_the_same_form_sent_twice_is_no_conflict(app: Flask) -> None:
    editor = make.staff("administrator").actor
    service, kind = make.service("caf"), save_kind("caf", by=editor, names={"fr": "Caf"})
    values = {"texts": TEXTS, "phones": [phone("+33199000051")]}
    for _ in "12":
        save_service(service, by=editor, version=1, **values)
        save_organization(service.organization, by=editor, version=1, email="a@caf.example")
        save_kind("caf", by=editor, version=1, names={"fr": "Caisse d’allocations familiales"})
        db.session.flush()
    assert (service.version, service.organization.version, kind.version) == (2, 2, 2)
    assert len(history.of(service)) == 1
    with pytest.raises(Stale):
        save_kind("caf", by=editor, version=1, names={"fr": "Autre"})


def test_a_save_that_confirms_is_one_event(app: Flask) -> None:
    editor, service = make.staff("editor").actor, make.service("caf")
    for phone_number, verbs in (
        ("1", ["service.changed"]),
        ("1", ["service.confirmed", "service.changed"]),
    ):
        save_service(service, by=editor, confirmed_by="Line", texts=TEXTS, phone=phone_number)
        assert [event.verb for event in history.of(service)] == verbs
        assert service.confirmed_by == "Line"


def test_a_price_that_is_taken_away_is_gone_and_what_forms_do_not_show_stays(app: Flask) -> None:
    editor, service = make.staff("editor").actor, make.service("caf")
    service.cost_options = [
        {"option": "", "amount": 5, "currency": "GBP", "valid_from": "2026-01-01"},
        {"option": "", "amount": 9, "currency": "GBP", "valid_from": "2027-01-01"},
    ]
    costs = [{"option": ""}, {"option": "", "amount": 9, "currency": "GBP"}]
    save_service(service, by=editor, texts=TEXTS, cost_options=costs)
    assert service.cost_options == [
        {"option": "", "valid_from": "2026-01-01"},
        {"option": "", "amount": 9, "currency": "GBP", "valid_from": "2027-01-01"},
    ]


def phone(number: str) -> dict[str, Any]:
    return {
        "id": None,
        "number": number,
        "type": "voice",
        "extension": "",
        "languages": [],
        "description": "",
    }
