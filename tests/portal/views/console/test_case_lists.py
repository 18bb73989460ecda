"""The lists of cases and their views, at their doors."""

from __future__ import annotations

from typing import Any

from flask import Flask

from portal.cases.lists.models import SavedView
from portal.database import db
from tests import make
from tests.portal.cases.matters import case_of
from tests.signing import send, signed_in


def test_one_begins_with_ones_own_cases(app: Flask, client: Any) -> None:
    agent = make.staff()
    case_of("Haie du voisin", owner_id=agent.id, clocks={"resolution": -3})
    case_of("Autre affaire")
    page = signed_in(client, agent).get("/console/cases")
    assert "Haie du voisin" in page.text and "depuis 3 h" in page.text and "Autre affaire" not in page.text
    assert "Autre affaire" in client.get("/console/cases?view=unowned").text
    assert client.get("/console/cases?view=nothing").status_code == 404


def test_words_looked_for_never_stand_in_an_address(app: Flask, client: Any) -> None:
    agent = make.staff()
    for n in range(22):
        case_of(f"Dupont n° {n}")
    signed_in(client, agent)
    found = send(client, "/console/cases", {"words": "dupont", "sort": "oldest"})
    assert found.status_code == 200 and "Dupont n° 19" in found.text and "Dupont n° 20" not in found.text
    assert "words=" not in found.text
    last = send(client, "/console/cases", {"words": "dupont", "sort": "oldest", "after": _after(found.text)})
    assert "Dupont n° 21" in last.text and "Dupont n° 19" not in last.text
    moved = send(client, "/console/cases", {"state": "waiting", "sort": "oldest"})
    assert moved.status_code == 302 and "state=waiting" in moved.headers["Location"]


def _after(html: str) -> str:
    return html.split('name="after" value="')[1].split('"', maxsplit=1)[0]


def test_the_name_of_a_protected_person_and_their_matter_are_hidden_in_lists(app: Flask, client: Any) -> None:
    person = make.citizen("Inès Cachée", protected=True)
    case_of("Violences", citizen_id=person.id, waits_for="Certificat médical")
    page = signed_in(client, make.staff()).get("/console/cases?view=all").text
    assert "Affaire d’une personne protégée" in page and "Personne protégée" in page
    assert "Violences" not in page and "Inès" not in page and "médical" not in page


def test_a_view_is_saved_shared_changed_and_deleted(app: Flask, client: Any) -> None:
    author, colleague = make.staff(), make.staff()
    case_of("Recours", nature="appeal")
    signed_in(client, author)
    said = {"name": "Les recours", "scope": "organization", "nature": "appeal", "sort": "oldest"}
    made = send(client, "/console/cases/views", said)
    assert made.status_code == 302
    view = db.session.scalars(db.select(SavedView)).one()
    other = signed_in(app.test_client(), colleague)
    page = other.get(f"/console/cases?view={view.id}")
    assert "Recours" in page.text and "Les recours" in page.text
    theirs = f"/console/cases/views/{view.id}"
    assert "à quelqu’un d’autre" in other.get(theirs).text
    assert send(other, f"{theirs}/delete").status_code == 422
    assert 'value="Les recours"' in client.get(theirs).text
    assert send(client, theirs, {**said, "version": "1", "name": ""}).status_code == 422
    assert send(client, f"{theirs}/delete").status_code == 302
    assert other.get(theirs).status_code == 404


def test_a_stale_save_of_a_view_shows_both_and_keeps_what_was_typed(app: Flask, client: Any) -> None:
    author, supervisor = make.staff(), make.staff("supervisor")
    signed_in(client, author)
    said = {"name": "Les recours", "scope": "organization", "nature": "appeal", "sort": "oldest"}
    send(client, "/console/cases/views", said)
    view = db.session.scalars(db.select(SavedView)).one()
    path = f"/console/cases/views/{view.id}"
    other = signed_in(app.test_client(), supervisor)
    send(other, path, {**said, "version": "1", "name": "Les recours et réclamations"})
    late = send(client, path, {**said, "version": "1", "name": "Mes recours"})
    assert late.status_code == 409
    assert "Les recours et réclamations" in late.text and 'value="Mes recours"' in late.text
    again = send(client, path, {**said, "version": "2", "name": "Mes recours"})
    assert again.status_code == 302
    db.session.refresh(view)
    assert view.name == "Mes recours"


def test_another_organizations_view_does_not_exist(app: Flask, client: Any) -> None:
    signed_in(client, make.staff(of=make.organization("departement")))
    send(client, "/console/cases/views", {"name": "À eux", "scope": "organization", "sort": "due"})
    view = db.session.scalars(db.select(SavedView)).one()
    ours = signed_in(app.test_client(), make.staff())
    assert ours.get(f"/console/cases?view={view.id}").status_code == 404
    assert send(ours, f"/console/cases/views/{view.id}", {"name": "x"}).status_code == 404
