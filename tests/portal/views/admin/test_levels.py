"""Doors of the service levels."""

from __future__ import annotations

from typing import Any

from flask import Flask

from portal.cases.models import ServiceLevel
from portal.database import db
from tests import make
from tests.signing import send, signed_in

TYPED = {
    "nature": "complaint",
    "topic_id": "",
    "priority": "",
    "first_answer_days": "3",
    "resolution_days": "10",
    "warn_days": "2",
    "escalate_days": "1",
}


def levels() -> list[ServiceLevel]:
    return list(db.session.scalars(db.select(ServiceLevel).order_by(ServiceLevel.id)))


def test_a_level_is_written_once_changed_and_removed(app: Flask, client: Any) -> None:
    signed_in(client, make.staff("administrator"))
    for _ in range(2):
        assert send(client, "/admin/levels", TYPED).status_code == 302
    (kept,) = levels()
    assert (kept.nature, kept.topic_id, kept.first_answer_days) == ("complaint", None, 3)
    again = send(client, "/admin/levels", {**TYPED, "resolution_days": "12"})
    assert again.status_code == 422 and "existe déjà" in again.text
    changed = {**TYPED, "resolution_days": "12", "version": str(kept.version)}
    assert send(client, f"/admin/levels/{kept.id}", changed).status_code == 302
    assert levels()[0].resolution_days == 12
    stale = send(client, f"/admin/levels/{kept.id}", {**changed, "first_answer_days": "4"})
    assert stale.status_code == 409 and "Les deux versions" in stale.text
    assert "Réclamation" in client.get("/admin/levels").text
    assert send(client, f"/admin/levels/{kept.id}/removal").status_code == 302
    assert levels() == []


def test_days_that_make_no_sense_are_refused_beside_their_field(app: Flask, client: Any) -> None:
    signed_in(client, make.staff("administrator"))
    wrong = (
        {"first_answer_days": "0"},
        {"resolution_days": "2"},
        {"escalate_days": "5"},
        {"warn_days": "beaucoup"},
        {"nature": "souhait"},
        {"topic_id": "999"},
    )
    for change in wrong:
        assert send(client, "/admin/levels", {**TYPED, **change}).status_code == 422, change
    assert levels() == []


def test_a_day_is_tried_before_anybody_is_bound_by_it(app: Flask, client: Any) -> None:
    make.service("accueil", of=make.organization(), department="67")
    signed_in(client, make.staff("administrator"))
    page = client.get("/admin/levels?nature=request&opened=2026-03-27").text
    assert "7 avril 2026" in page, "five working days, without Good Friday and Easter Monday"
    assert "vaut refus le 27 mai 2026" in page
    page = client.get("/admin/levels?nature=information&opened=2026-12-18").text
    assert "22 décembre 2026" in page and "ne vaut rien" in page
    assert client.get("/admin/levels?nature=request&opened=demain").status_code == 422


def test_another_organizations_level_does_not_exist(app: Flask, client: Any) -> None:
    theirs = make._add(ServiceLevel(organization_id=make.organization("prefecture").id))
    signed_in(client, make.staff("administrator"))
    for path in (f"/admin/levels/{theirs.id}", f"/admin/levels/{theirs.id}/removal"):
        assert send(client, path, TYPED).status_code == 404
    assert client.get(f"/admin/levels/{theirs.id}").status_code == 404
