"""Changing many cases at their doors: chosen in a list, shown first, done, undone from the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from portal.cases.changing import macros
from portal.cases.changing.macros import MacroDraft
from portal.cases.lists.models import BulkChange
from portal.cases.models import Case
from portal.database import db
from tests import make
from tests.portal.cases.matters import case_of
from tests.signing import send, signed_in

PREVIEW, CHANGE = "/console/cases/changes/preview", "/console/cases/changes"


def picked(*cases: Case) -> list[str]:
    return [f"{case.id}-{case.version}" for case in cases]


def test_cases_are_chosen_shown_changed_and_given_back(app: Flask, client: Any) -> None:
    agent, colleague = make.staff(), make.staff(last_name="Martin")
    mine, theirs = case_of("La haie", owner_id=agent.id), case_of("Le trottoir", owner_id=colleague.id)
    page = signed_in(client, agent).get("/console/cases?view=all").text
    assert f'value="{mine.id}-1"' in page and f'value="owner-{colleague.id}"' in page
    said = {"change": f"owner-{colleague.id}", "case": picked(mine, theirs)}
    shown = send(client, PREVIEW, said).text
    assert "1 affaire sur 2 changera" in shown and "déjà ainsi" in shown and "Martin" in shown
    assert db.session.get_one(Case, mine.id).owner_id == agent.id
    done = send(client, CHANGE, {**said, "case": picked(mine), "form_key": "k" * 20})
    assert "1 affaire changée" in client.get(done.headers["Location"]).text
    assert db.session.get_one(Case, mine.id).owner_id == colleague.id
    assert "Voir ou annuler" in client.get("/console/cases?view=all").text
    send(client, done.headers["Location"] + "/undo")
    assert db.session.get_one(Case, mine.id).owner_id == agent.id
    assert "Voir ou annuler" not in client.get("/console/cases?view=all").text


def test_what_must_be_written_is_asked_for_before_it_is_shown(app: Flask, client: Any) -> None:
    agent, case = make.staff(), case_of("La haie")
    signed_in(client, agent)
    first = send(client, PREVIEW, {"change": "wait", "case": picked(case)})
    assert first.status_code == 200 and "Ce que la personne doit donner" in first.text
    empty = send(client, PREVIEW, {"change": "wait", "case": picked(case), "asked": "1", "to": ""})
    assert empty.status_code == 422
    shown = send(client, PREVIEW, {"change": "wait", "case": picked(case), "asked": "1", "to": "Une photo"})
    assert "1 affaire sur 1 changera" in shown.text
    promised = {
        "change": "promise",
        "case": picked(case),
        "asked": "1",
        "to": "Rappeler",
        "due": "2020-01-01",
    }
    assert send(client, PREVIEW, promised).status_code == 422


def test_the_whole_list_is_changed_by_a_worker_that_says_how_far_it_is(
    app: Flask, client: Any, work: Callable[[], int]
) -> None:
    agent = make.staff()
    for n in range(55):
        case_of(f"n° {n}", nature="complaint")
    case_of("autre")
    signed_in(client, agent)
    shown = send(client, PREVIEW, {"change": "priority-high", "all": "1", "nature": "complaint"}).text
    assert "55 affaires sur 55 changeront" in shown
    cases = db.session.scalars(db.select(Case).filter_by(nature="complaint"))
    begun = send(
        client, CHANGE, {"change": "priority-high", "case": picked(*cases), "form_key": "k" * 20}
    ).headers["Location"]
    assert "0 vues sur 55" in client.get(begun).text
    work()
    assert "55 affaires changées" in client.get(begun + "/now").text
    assert db.session.scalars(db.select(Case.priority).filter_by(subject="autre")).one() == "normal"


def test_a_protected_persons_matter_is_never_told_by_a_preview(app: Flask, client: Any) -> None:
    agent, person = make.staff(), make.citizen("Inès Cachée", protected=True)
    case = case_of("Violences", citizen_id=person.id)
    shown = send(signed_in(client, agent), PREVIEW, {"change": "priority-high", "case": picked(case)})
    assert "vous n’y avez pas accès" in shown.text and "Violences" not in shown.text


def test_a_colleagues_change_is_shown_to_who_supervises_only(app: Flask, client: Any) -> None:
    agent, case = make.staff(), case_of("La haie")
    signed_in(client, agent)
    send(client, CHANGE, {"change": "priority-high", "case": picked(case), "form_key": "k" * 20})
    path = f"/console/cases/changes/{db.session.scalars(db.select(BulkChange.id)).one()}"
    assert signed_in(app.test_client(), make.staff()).get(path).status_code == 404
    assert signed_in(app.test_client(), make.staff("supervisor")).get(path).status_code == 200
    theirs = make.staff("supervisor", of=make.organization("departement"))
    assert signed_in(app.test_client(), theirs).get(path).status_code == 404


def test_a_macro_is_chosen_told_case_by_case_run_and_given_back(app: Flask, client: Any) -> None:
    agent, case, closed = make.staff(), case_of("La haie"), case_of("Le banc", state="closed")
    does = {"priority": "urgent", "checks": ["Passage demandé"], "note": "Vu ensemble"}
    draft = MacroDraft(name="Voirie", does={**macros.DOES, **does})
    macro = macros.save(None, draft, version=0, by=agent)
    chosen = f"macro-{macro.id}-{macro.version}"
    assert f'value="{chosen}"' in signed_in(client, agent).get("/console/cases?view=all").text
    said = {"change": chosen, "case": picked(case, closed)}
    shown = send(client, PREVIEW, said).text
    assert "Changer plusieurs affaires : Macro : Voirie" in shown and "1 affaire sur 2 changera" in shown
    assert "Priorité : Urgente ; Ajouter à la liste : Passage demandé" in shown
    done = send(client, CHANGE, {**said, "case": picked(case), "form_key": "k" * 20})
    assert "1 affaire changée" in client.get(done.headers["Location"]).text
    assert db.session.get_one(Case, case.id).priority == "urgent"
    send(client, done.headers["Location"] + "/undo")
    assert db.session.get_one(Case, case.id).priority == "normal"
    for wrong in ("macro-", "macro-x-1", f"macro-{macro.id}-99"):
        assert send(client, PREVIEW, {**said, "change": wrong}).status_code in (404, 422), wrong
