"""A service is found among many by typing, in one field, with scripts or without."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from portal.database import db
from portal.directory.editing import add_commune
from portal.directory.models import Kind, ServiceText
from portal.views.choosing import NOBODY, SEVERAL, read_commune, read_kind, read_service
from portal.views.forms import Form
from tests import make
from tests.signing import signed_in

JSON = {"Accept": "application/json"}


def form(**fields: str) -> Form:
    return Form(MultiDict({name.replace("__", "-"): value for name, value in fields.items()}))


@pytest.fixture
def offices(app: Flask) -> list[Any]:
    add_commune("96042", "Valbrune", ["96100"])
    add_commune("96017", "Saint-Elvin", ["96110"])
    found = []
    for slug, name, commune in (
        ("mairie-valbrune", "Mairie de Valbrune", "96042"),
        ("mairie-elvin", "Mairie de Saint-Elvin", "96017"),
        ("prefecture", "Préfecture de l’Elve", "96042"),
    ):
        service = make.service(slug, kind=slug.partition("-")[0], commune=commune, department="96")
        service.texts["fr"] = ServiceText(language="fr", name=name)
        found.append(service)
    db.session.add(Kind(code="mairie", names={"fr": "Mairie"}))
    db.session.commit()
    return found


def test_words_that_can_mean_one_service_choose_it(app: Flask, offices: list[Any]) -> None:
    asked = form(service="", service__words="préfecture")
    assert read_service(asked) is offices[2] and asked.valid


def test_words_that_may_mean_several_ask_which(app: Flask, offices: list[Any]) -> None:
    asked = form(service="", service__words="mairie")
    assert read_service(asked) is None and asked.errors["service"] == SEVERAL
    picked = form(service="", service__words="mairie", service__pick=str(offices[1].id))
    assert read_service(picked) is offices[1] and picked.valid


def test_words_typed_after_a_choice_decide(app: Flask, offices: list[Any]) -> None:
    label = "Mairie de Valbrune (Org-mairie-valbrune)"
    kept = form(service=str(offices[0].id), service__words=label)
    assert read_service(kept) is offices[0]
    assert read_service(form(service=str(offices[0].id), service__words="préfecture")) is offices[2]
    assert read_service(form(service=str(offices[0].id), service__words="")) is None


def test_words_that_mean_nobody_are_said_to(app: Flask, offices: list[Any]) -> None:
    asked = form(service="", service__words="piscine")
    assert read_service(asked) is None and asked.errors["service"] == NOBODY
    gone = form(service="99999")
    assert read_service(gone) is None and not gone.valid


def test_a_commune_and_a_kind_are_read_by_name_or_code(app: Flask, offices: list[Any]) -> None:
    for typed in ("st elvin", "96017", "Saint-Elvin (96017)"):
        found = read_commune(form(commune=typed))
        assert found is not None and found.code == "96017"
    for typed in ("MAIRIE", "Mairie (mairie)", "mairie"):
        kind = read_kind(form(kind=typed))
        assert kind is not None and kind.code == "mairie"
    assert read_kind(wrong := form(kind="piscine")) is None and not wrong.valid


@pytest.mark.parametrize("role", ["agent", "supervisor", "editor", "administrator"])
def test_staff_are_offered_services_as_they_type(
    app: Flask, client: Any, offices: list[Any], role: str
) -> None:
    signed_in(client, make.staff(role))
    near = client.get("/console/services?q=mairie&commune=96017", headers=JSON).json
    assert [one["text"].partition(" (")[0] for one in near] == ["Mairie de Saint-Elvin", "Mairie de Valbrune"]
    assert near[0]["value"] == offices[1].id
    page = client.get("/console/services?q=mairie")
    assert "Services trouvés : 2" in page.text and "Préfecture" not in page.text
    assert "Aucun service ne répond" in client.get("/console/services?q=piscine").text
    assert client.get("/console/services").status_code == 200
    assert client.get("/console/kinds?q=mai").json == [{"text": "Mairie (mairie)", "value": "mairie"}]


def test_a_citizen_is_offered_communes_and_no_service(app: Flask, client: Any, offices: list[Any]) -> None:
    found = client.get("/fr/communes?q=elvin").json
    assert [one["text"] for one in found] == ["Saint-Elvin (96017)"]
    assert (
        client.get("/console/services?q=mairie", headers={**JSON, "Sec-Fetch-Mode": "cors"}).status_code
        == 401
    )


def test_only_a_number_that_may_be_called_is_offered_for_a_call(app: Flask, client: Any) -> None:
    make.service("joignable"), make.service("court", phone="3939"), make.service("muet", phone="")
    db.session.commit()
    signed_in(client, make.staff())
    found = client.get("/console/services?q=org&dialled=1", headers=JSON).json
    assert [one["text"].partition(" (")[0] for one in found] == ["JOIGNABLE"]
