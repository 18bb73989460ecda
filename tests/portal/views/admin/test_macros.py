"""Macros at their doors: made in a form, told before they run, taken back after."""

from __future__ import annotations

from typing import Any

from flask import Flask

from portal.cases.models import Case, Deed, Macro
from portal.cases.opening import open_case
from portal.contacts.models import Message, Template
from portal.database import db
from tests import make
from tests.portal.cases.matters import case_of
from tests.signing import send, signed_in

FORM = {"name": "Collecte manquée", "priority": "high", "tags_add": "voirie, bac", "checks": "Photo\nPassage"}


def test_a_macro_is_made_in_a_form_and_kept_with_its_history(app: Flask, client: Any) -> None:
    signed_in(client, make.staff("administrator"))
    assert "Aucune macro" in client.get("/admin/macros").text
    assert send(client, "/admin/macros", {"name": "Rien"}).status_code == 422
    assert (
        send(client, "/admin/macros", {**FORM, "promise": "Rappeler", "promise_days": "2"}).status_code == 302
    )
    macro = db.session.scalars(db.select(Macro)).one()
    assert macro.does["tags_add"] == ["voirie", "bac"] and macro.does["promise_days"] == 2
    page = client.get(f"/admin/macros/{macro.id}").text
    assert "voirie, bac" in page and "Version 1" in page
    path = f"/admin/macros/{macro.id}"
    assert send(client, path, {**FORM, "version": macro.version, "then": "close"}).status_code == 302
    stale = send(client, path, {**FORM, "version": 1, "name": "Autre"})
    assert (stale.status_code, "Les deux versions" in stale.text) == (409, True)


def test_a_macro_says_what_it_will_do_then_does_it_and_is_undone(app: Flask, client: Any) -> None:
    agent = make.staff()
    used = make.identifier("email", "aicha@exemple.fr")
    contact = make.contact("email", identifier_id=used.id, state="wrapped_up", subject="Bac", language="en")
    case = open_case(contact, by=agent.actor)
    texts = {"fr": "Noté : {reference}.", "en": "Noted: {reference}, {date}."}
    text = make._add(Template(organization_id=case.organization_id, slug="n", name="Noté", texts=texts))
    does = {"template_id": text.id, "priority": "high", "then": "close", "checks": ["Passage"]}
    macro = make._add(Macro(organization_id=case.organization_id, name="Collecte", does=does))
    signed_in(client, agent)
    path = f"/console/cases/{case.id}/macros/{macro.id}"
    assert path in client.get(f"/console/cases/{case.id}").text
    page = client.get(path).text
    for told in (
        "Ceci va",
        "Priorité : Haute",
        "Passage",
        "Clore l’affaire",
        "E-mail à aicha@exemple.fr",
        "Noted: ",
    ):
        assert told in page
    assert db.session.query(Message).count() == 0
    typed = {"way": f"{contact.id}-email", "body": "Noted: today, {date}.", "form_key": "k" * 20}
    assert send(client, path, typed).status_code == 422  # a placeholder is left
    for _ in range(2):
        assert send(client, path, {**typed, "body": "Noted."}).status_code == 302
    assert db.session.query(Message).count() == 1
    assert db.session.get_one(Case, case.id).state == "closed"
    deed = db.session.scalars(db.select(Deed)).one()
    assert send(client, f"/console/cases/{case.id}/deeds/{deed.id}/undo").status_code == 302
    found = db.session.get_one(Case, case.id)
    assert (found.state, found.priority) == ("open", "normal")
    assert db.session.scalars(db.select(Message)).one().state == "recalled"
    assert "annulé avant l’envoi" in client.get(f"/console/cases/{case.id}").text


def test_the_page_of_commands_has_the_macros_of_the_case_it_was_opened_from(app: Flask, client: Any) -> None:
    agent = make.staff()
    case, theirs = case_of("Bac", owner_id=agent.id), case_of("Bac", make.organization("departement"))
    macro = make._add(Macro(organization_id=case.organization_id, name="Collecte", does={"priority": "high"}))
    signed_in(client, agent)
    assert f'href="/console/commands?case={case.id}"' in client.get(f"/console/cases/{case.id}").text
    page = client.get(f"/console/commands?case={case.id}").text
    assert f"/console/cases/{case.id}/macros/{macro.id}" in page
    assert "Macros de l’affaire" not in client.get("/console/commands?case=x").text
    assert client.get(f"/console/commands?case={theirs.id}").status_code == 404
