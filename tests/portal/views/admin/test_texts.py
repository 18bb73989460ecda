"""The administration of texts through its doors: templates, senders, what was set aside."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import jobs
from portal.contacts.models import Template
from portal.contacts.recording import add_message
from portal.database import db
from portal.jobs import Job
from portal.telephony import alerts
from portal.telephony.models import Alert, Sender
from tests import make
from tests.network import LINE
from tests.signing import send, signed_in

TEMPLATE = {
    "slug": "rendez-vous",
    "name": "Rendez-vous",
    "purpose": "appointment",
    "texts-fr": "Rendez-vous le {date} à {time}.",
    "texts-en": "Appointment on {date} at {time}.",
}
SENDER = {
    "kind": "one_way",
    "name": "Mairie",
    "quiet_from": "20:00",
    "quiet_until": "09:00",
    "quiet_days": "1",
    "most_hour": "100",
    "most_day": "500",
}


@pytest.fixture
def boss(client: Any) -> Any:
    return signed_in(client, make.staff("administrator"))


def test_a_template_is_previewed_with_its_parts_then_saved_with_its_history(app: Flask, boss: Any) -> None:
    long = "Votre dossier d’inscription est reçu à l’hôtel de ville. Réf. {reference}, à rappeler en mairie."
    seen = send(boss, "/admin/templates/preview", {**TEMPLATE, "texts-fr": long})
    assert "K7QF-3MXT-2B" in seen.text and "2 SMS" in seen.text and "1 SMS de moins" in seen.text
    assert db.session.scalars(db.select(Template)).all() == []
    assert send(boss, "/admin/templates", TEMPLATE).status_code == 302
    (row,) = db.session.scalars(db.select(Template)).all()
    page = f"/admin/templates/{row.id}"
    changed = {**TEMPLATE, "version": "1", "texts-fr": "Le {date} à {time}."}
    assert send(boss, page, changed).status_code == 302
    assert "Version 2" in boss.get(page).text and "Rendez-vous le {date}" in boss.get(page).text
    stale = send(boss, page, {**TEMPLATE, "version": "1", "name": "Autre"})
    assert stale.status_code == 409 and "Autre" in stale.text
    assert "Rendez-vous" in boss.get("/admin/templates").text


def test_a_preview_in_arabic_says_what_a_part_holds_and_lists_no_letters(app: Flask, boss: Any) -> None:
    typed = {**TEMPLATE, "texts-fr": "Reçu.", "texts-en": "Received.", "texts-ar": "تم استلام طلبكم"}
    seen = send(boss, "/admin/templates/preview", typed).text
    assert "Texte en arabe : 70 caractères par SMS" in seen
    assert seen.count("Caractères coûteux") == 1 and "Caractères coûteux : ç" in seen


def test_a_language_that_lacks_a_placeholder_is_refused_beside_its_field(app: Flask, boss: Any) -> None:
    answer = send(boss, "/admin/templates", {**TEMPLATE, "texts-en": "On {date}"})
    assert answer.status_code == 422 and "{time}" in answer.text and "On {date}" in answer.text


def test_a_sender_is_set_up_for_a_line(app: Flask, boss: Any) -> None:
    page = f"/admin/senders/{make.line(LINE).id}"
    assert "Accueil" in boss.get("/admin/senders").text
    bad = send(boss, page, {**SENDER, "name": "Évry"})
    assert bad.status_code == 422 and "Évry" in bad.text
    assert send(boss, page, SENDER).status_code == 302
    (row,) = db.session.scalars(db.select(Sender)).all()
    assert (row.kind, row.name, row.most_day, row.provider_stops) == ("one_way", "Mairie", 500, False)
    assert send(boss, page, {**SENDER, "version": "7"}).status_code == 409


def test_what_was_set_aside_is_seen_and_taken_up_again(app: Flask, client: Any) -> None:
    message = add_message(make.contact("text"), "Bonjour")
    db.session.flush()
    jobs.enqueue("send_text", {"message": message.id}, dedupe_key="message:1")
    job = db.session.scalars(db.select(Job)).one()
    job.state, job.last_error = "quarantined", "Unsure"
    alerts.alert("texts:sender", "Le plafond est atteint.", organization_id=make.organization().id)
    supervisor = signed_in(client, make.staff("supervisor"))
    page = supervisor.get("/admin/set-aside").text
    assert "Envoyer un SMS" in page and "n’a pas répondu" in page and "plafond" in page
    assert send(supervisor, f"/admin/set-aside/{job.id}/again").status_code == 302
    alert = db.session.scalars(db.select(Alert)).one()
    administrator = signed_in(client.application.test_client(), make.staff("administrator"))
    assert "Le plafond est atteint." in administrator.get("/admin/").text
    for _ in range(2):
        assert send(supervisor, f"/admin/alerts/{alert.id}/seen").status_code == 302
    assert "plafond" not in administrator.get("/admin/").text
    page = supervisor.get("/admin/set-aside").text
    assert "n’a pas répondu" not in page and "plafond" not in page
    assert db.session.get_one(Job, job.id).state == "waiting"


def test_a_supervisor_sees_what_was_set_aside_in_their_organization_and_no_other(
    app: Flask, client: Any
) -> None:
    county = make.organization("departement", name="Département")
    message = add_message(make.contact("text", of=county), "Bonjour")
    db.session.flush()
    jobs.enqueue("send_text", {"message": message.id}, dedupe_key="message:1")
    jobs.enqueue("reindex", {})
    for job in db.session.scalars(db.select(Job)):
        job.state = "quarantined"
    theirs = db.session.scalars(db.select(Job).filter_by(kind="send_text")).one()
    roles = {"ours": make.staff("supervisor"), "theirs": make.staff("supervisor", of=county)}
    roles["all"] = make.staff("administrator")
    db.session.commit()
    seen = {}
    for name, person in roles.items():
        page = signed_in(client, person).get("/admin/set-aside").text
        seen[name] = ("Envoyer un SMS" in page, "Refaire la recherche" in page)
    assert seen == {"ours": (False, False), "theirs": (True, False), "all": (True, True)}
    ours = signed_in(client, roles["ours"])
    assert send(ours, f"/admin/set-aside/{theirs.id}/again").status_code == 404
    assert db.session.get_one(Job, theirs.id).state == "quarantined"


@time_machine.travel("2026-03-03T12:00:00Z")
def test_the_same_alert_is_told_once_a_day(app: Flask) -> None:
    for _ in range(3):
        alerts.alert("credentials", "Le réseau refuse notre compte.")
    assert len(db.session.scalars(db.select(Alert)).all()) == 1
    with time_machine.travel("2026-03-04T12:00:00Z"):
        alerts.alert("credentials", "Le réseau refuse notre compte.")
    assert len(db.session.scalars(db.select(Alert)).all()) == 2
