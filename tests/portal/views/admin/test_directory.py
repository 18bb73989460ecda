"""The directory written through its doors: services in full, rows added without scripts, organizations."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from portal import clock, history
from portal.database import db
from portal.directory import areas, phones, places
from portal.directory.editing import add_commune
from portal.directory.models import Department, Kind, Location, Service, ServiceAtLocation
from tests import make
from tests.signing import send, signed_in

WHOLE = {
    "name_fr": "Piscine",
    "name_ar": "مسبح",
    "kind": "piscine",
    "phone": "01 99 00 00 51",
    "languages": "français, Arabe, LSF",
    "accessibility_fr": "Bassin de plain-pied.",
    "eligibility_description": "Pour tous.",
    "minimum_age": "3",
    "commune": "St Elvin",
    "phones-1-row": "",
    "phones-1-number": "01 99 00 00 52",
    "phones-1-type": "textphone",
    "phones-1-languages": "anglais",
    "places-1-row": "",
    "places-1-name": "Bassin nord",
    "places-1-city": "Saint-Elvin",
    "places-1-latitude": "48,5",
    "places-1-longitude": "2.25",
    "places-1-accessibility": "Ascenseur\nBoucle magnétique",
    "places-1-hours": "lundi 8h30-12h\nmardi fermé",
    "documents-1-row": "",
    "documents-1-document": "Certificat",
    "costs-1-row": "",
    "costs-1-option": "Enfant",
    "costs-1-amount": "2,50 €",
    "area_communes": "Saint-Elvin (96017)\nValbrune",
    "area_departments": "96",
    "schedule-mon": "8h30-12h",
    "status": "active",
}


def fill(client: Any, path: str, fields: dict[str, Any]) -> Any:
    return send(client, path, fields)


@pytest.fixture
def editor(app: Flask, client: Any) -> Any:
    add_commune("96017", "Saint-Elvin", ["96110"])
    add_commune("96042", "Valbrune", ["96100"])
    db.session.add_all([Department(code="96", name="Elve"), Kind(code="piscine", names={"fr": "Piscine"})])
    make.organization()
    db.session.commit()
    return signed_in(client, make.staff("editor"))


@pytest.fixture
def administrator(app: Flask, client: Any) -> Any:
    make.organization()
    db.session.commit()
    return signed_in(client, make.staff("administrator"))


def created(editor: Any, **more: str) -> Service:
    said = {**WHOLE, "organization": str(make.organization().id), **more}
    assert fill(editor, "/admin/services", said).status_code == 302
    return db.session.scalars(db.select(Service).filter_by(slug="piscine")).one()


def shown(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found.group(1)


def test_everything_of_a_service_is_kept_and_shown_again(app: Flask, editor: Any) -> None:
    made = created(editor)
    assert (made.phone, made.kind, made.commune, made.department) == (
        "+33199000051",
        "piscine",
        "96017",
        "96",
    )
    assert made.languages == ["fr", "ar", "fsl"] and made.accessibility == {"fr": "Bassin de plain-pied."}
    assert made.cost_options == [{"option": "Enfant", "amount": 2.5, "currency": "EUR"}]
    [phone], [place] = phones.rows_of(made), places.rows_of(made)
    assert (phone["number"], phone["type"], phone["languages"]) == ("+33199000052", "textphone", ["en"])
    assert (place["latitude"], place["longitude"], len(place["accessibility"])) == (48.5, 2.25, 2)
    assert place["schedule"] == {"mon": [["08:30", "12:00"]]}
    assert [(row["level"], row["code"]) for row in areas.rows_of(made)] == [
        ("commune", "96017"),
        ("commune", "96042"),
        ("department", "96"),
    ]
    page = editor.get(f"/admin/services/{made.id}").text
    assert shown(page, "kind") == "Piscine (piscine)" and shown(page, "commune") == "Saint-Elvin (96017)"
    assert shown(page, "languages") == "français, arabe, langue des signes française"
    assert "Lundi 08:30-12:00" in page and "Certificat" in page


def test_what_is_saved_as_shown_changes_nothing(app: Flask, editor: Any) -> None:
    made = created(editor)
    page = editor.get(f"/admin/services/{made.id}").text
    fields = dict(re.findall(r'<input type="(?!checkbox|radio)[^>]*name="([^"]+)" value="([^"]*)"', page))
    fields |= dict(re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)<', page))
    fields |= {"status": "active", "phones-1-type": "textphone"}
    assert fill(editor, f"/admin/services/{made.id}", fields).status_code == 302
    assert "service.changed" not in [event.verb for event in history.of(made)]


def test_a_row_is_added_without_scripts_and_nothing_typed_is_lost(app: Flask, editor: Any) -> None:
    said = {**WHOLE, "name_fr": "", "phones-1-number": "pas encore", "more": "phones"}
    answer = fill(editor, "/admin/services", said)
    assert answer.status_code == 200 and db.session.scalar(db.select(db.func.count(Service.id))) == 0
    assert 'id="phones-2"' in answer.text and "pas encore" in answer.text and "Bassin nord" in answer.text
    more = fill(editor, "/admin/services", {**WHOLE, "more": "commune", "more_commune": "96042"}).text
    assert "Valbrune (96042)" in more


def test_a_save_is_one_event_with_what_it_changed(app: Flask, editor: Any) -> None:
    made = created(editor)
    [phone], [place] = phones.rows_of(made), places.rows_of(made)
    rows = {"phones-1-row": str(phone["id"]), "phones-1-drop": "1", "places-1-row": str(place["id"])}
    said = {**WHOLE, **rows, "places-1-city": "Valbrune", "version": str(made.version)}
    assert fill(editor, f"/admin/services/{made.id}", said).status_code == 302
    [last] = [event for event in history.of(made) if event.verb == "service.changed"]
    before, after = last.details["changed"]["places"]
    assert (before[0]["city"], after[0]["city"]) == ("Saint-Elvin", "Valbrune")
    assert last.details["changed"]["phones"][1] == [] and phones.rows_of(made) == []
    assert db.session.scalar(db.select(db.func.count(Location.id))) == 1


def test_a_stale_save_shows_both_versions_of_a_service(app: Flask, editor: Any) -> None:
    made = created(editor)
    path, version = f"/admin/services/{made.id}", str(made.version)
    assert fill(editor, path, {**WHOLE, "alert": "Travaux", "version": version}).status_code == 302
    answer = fill(editor, path, {**WHOLE, "alert": "Vidange", "version": version})
    assert answer.status_code == 409
    assert "<del>Travaux</del>" in answer.text and "<ins>Vidange</ins>" in answer.text
    kept = {**WHOLE, "alert": "Vidange", "version": shown(answer.text, "version")}
    assert fill(editor, path, kept).status_code == 302
    assert db.session.get_one(Service, made.id).alert == "Vidange"


def test_a_place_that_two_services_share_is_not_overwritten_unseen(app: Flask, editor: Any) -> None:
    made, other = created(editor), make.service("patinoire")
    [place] = places.of(made)
    db.session.add(ServiceAtLocation(service_id=other.id, location_id=place.id))
    seen, shared = place.version, str(place.id)
    place.city = "Valbrune"
    db.session.commit()
    assert "PATINOIRE" in editor.get(f"/admin/services/{made.id}").text
    said = {**WHOLE, "places-1-row": shared, "places-1-version": str(seen), "version": str(made.version)}
    assert fill(editor, f"/admin/services/{made.id}", said).status_code == 409
    gone = {**said, "places-1-drop": "1", "places-1-version": str(seen + 1)}
    assert fill(editor, f"/admin/services/{made.id}", gone).status_code == 302
    assert db.session.get(Location, int(shared)) is not None


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name_fr", "", "un nom en français"),
        ("kind", "pisicne", "Aucun genre"),
        ("commune", "Nulle-Part", "Aucune commune"),
        ("languages", "elfique", "Aucune langue"),
        ("phones-1-number", "plus tard", "numéro"),
        ("places-1-latitude", "nord", "Écrivez un nombre"),
        ("places-1-latitude", "480", "sur aucune carte"),
        ("places-1-hours", "tantôt", "un jour par ligne"),
        ("costs-1-amount", "nan", "Écrivez un nombre"),
        ("schedule-mon", "le matin", "8h30-12h"),
        ("url", "ftp://x", "commence par https"),
        ("area_departments", "Atlantide", "Aucun département"),
        ("maximum_age", "2", "inférieur"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    app: Flask, editor: Any, field: str, typed: str, sentence: str
) -> None:
    said = {**WHOLE, "organization": str(make.organization().id), field: typed}
    answer = fill(editor, "/admin/services", said)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text and sentence in answer.text
    assert "Bassin nord" in answer.text


def test_the_list_is_searched_and_paged(app: Flask, editor: Any) -> None:
    for n in range(30):
        make.service(f"office-{n:02}", kind="piscine", department="96", address="Rue de l’Élan")
    db.session.commit()
    page = editor.get("/admin/services?q=elan&kind=Piscine&department=96").text
    assert "Services trouvés : 30" in page and page.count('<tr><th scope="row"') == 20
    assert editor.get("/admin/services?q=elan&page=2").text.count('<tr><th scope="row"') == 10
    assert "Aucun service ne correspond" in editor.get("/admin/services?department=01").text
    assert "Aucun genre" in editor.get("/admin/services?kind=foudre").text


def test_kinds_are_searched_by_name_or_code_and_paged(app: Flask, administrator: Any) -> None:
    db.session.add_all([Kind(code=f"bureau_{n:02}", names={"fr": f"Bureau n° {n:02}"}) for n in range(22)])
    db.session.add(Kind(code="france_services", names={"fr": "Maison de proximité"}))
    first, second = (administrator.get(f"/admin/kinds?page={n}").text for n in (1, 2))
    assert "bureau_00" in first and "bureau_21" not in first and "bureau_21" in second
    for words in ("proximite", "france serv"):
        found = administrator.get(f"/admin/kinds?q={words}").text
        assert "Maison de proximité" in found and "bureau_" not in found
    assert "Aucun genre ne répond" in administrator.get("/admin/kinds?q=zeppelin").text


def test_organizations_are_searched_by_name_or_service(app: Flask, administrator: Any) -> None:
    make.service("piscine", of=make.organization("agglo", name="Élan agglomération"))
    db.session.commit()
    for words in ("elan", "piscine"):
        assert "Organisations trouvées : 1" in administrator.get(f"/admin/organizations?q={words}").text
    assert "Aucune organisation" in administrator.get("/admin/organizations?q=lune").text


def test_the_list_is_narrowed_to_a_source_and_to_what_is_stale(app: Flask, editor: Any) -> None:
    make.service("ici", confirmed_at=clock.now()), make.service("dila", source="dila")
    db.session.commit()
    for asked, name in (("source=dila", "DILA"), ("source=here", "ICI"), ("stale=1", "DILA")):
        page = editor.get(f"/admin/services?{asked}").text
        assert "Services trouvés : 1" in page and f">{name}</a>" in page


def test_what_is_closed_for_a_time_stays_and_is_said_to_be_closed(editor: Any) -> None:
    service = created(editor, status="temporarily closed")
    page = editor.get(f"/fr/services/{service.slug}")
    assert page.status_code == 200 and "Fermé pour un temps" in page.text


def test_rows_that_a_source_gave_beyond_what_is_typed_are_kept(editor: Any) -> None:
    many = {f"documents-{n}-row": "" for n in range(1, 71)}
    many |= {f"documents-{n}-document": f"Pièce {n}" for n in range(1, 71)}
    assert len(created(editor, **many).required_documents) == 70
