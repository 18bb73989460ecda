"""Partners, kinds of service and the sites that show us, settled by administrators through their doors."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.database import db
from portal.directory.editing import add_commune
from portal.directory.models import Embedder
from portal.referrals.models import Partner
from portal.referrals.partners.keys import partner_of
from tests import make
from tests.signing import send, signed_in


def fill(client: Any, path: str, fields: dict[str, Any]) -> Any:
    return send(client, path, fields)


@pytest.fixture
def administrator(app: Flask, client: Any) -> Any:
    make.organization()
    db.session.commit()
    return signed_in(client, make.staff("administrator"))


def test_a_partner_is_told_how_and_its_key_is_shown_once(app: Flask, administrator: Any) -> None:
    path = f"/admin/partners/{make.organization('caf').id}"
    db.session.commit()
    said = {
        "way": "api",
        "webhook_url": "https://caf.example/hook",
        "remind_first": "5",
        "remind_second": "9",
    }
    assert fill(administrator, path, said).status_code == 302
    assert fill(administrator, path, said).status_code == 302  # the same form, sent twice
    stale = fill(administrator, path, {**said, "remind_first": "4", "version": "0"})
    assert stale.status_code == 409 and "<ins>4</ins>" in stale.text
    key = fill(administrator, f"{path}/key", {}).text.partition('class="ltr">')[2].partition("<")[0]
    partner = db.session.scalars(db.select(Partner)).one()
    assert partner_of(key) is partner and key not in administrator.get(path).text
    assert fill(administrator, f"{path}/secret", {}).status_code == 200 and partner.webhook_secret
    assert fill(administrator, f"{path}/key-removal", {}).status_code == 302 and partner_of(key) is None
    found = administrator.get("/admin/partners?organization-words=caf")
    assert found.status_code == 302 and found.location.endswith(path)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"way": "pigeon"}, "way"),
        ({"way": "email", "email": ""}, "email"),
        ({"way": "email", "email": "personne"}, "email"),
        ({"webhook_url": "ftp://caf.example"}, "webhook_url"),
        ({"webhook_url": "https://moi:secret@caf.example"}, "webhook_url"),
        ({"webhook_url": "https://caf.example:99999"}, "webhook_url"),
        ({"webhook_url": "https:///hook"}, "webhook_url"),
        ({"remind_first": "0"}, "remind_first"),
        ({"remind_second": "5"}, "remind_second"),
    ],
)
def test_a_way_that_cannot_work_is_refused(
    app: Flask, administrator: Any, wrong: dict[str, str], field: str
) -> None:
    path = f"/admin/partners/{make.organization('caf').id}"
    db.session.commit()
    said = {"way": "api", "remind_first": "10", "remind_second": "30"}
    answer = fill(administrator, path, {**said, **wrong})
    assert answer.status_code == 422 and f"{field}-error" in answer.text
    assert fill(administrator, f"{path}/key", {}).status_code == 404


def test_a_site_that_shows_us_is_kept_by_its_origin(app: Flask, administrator: Any) -> None:
    said = {"name": "Ville", "origin": "HTTPS://www.Ville.fr:443/page?x=1", "active": "1"}
    assert fill(administrator, "/admin/embedders", said).status_code == 302
    site = db.session.scalars(db.select(Embedder)).one()
    assert (
        site.origin == "https://www.ville.fr"
        and "https://www.ville.fr" in administrator.get("/admin/embedders").text
    )
    again = fill(administrator, "/admin/embedders", said)
    assert again.status_code == 422 and "déjà dans la liste" in again.text
    path = f"/admin/embedders/{site.id}"
    assert fill(administrator, path, {**said, "active": "", "version": "1"}).status_code == 302
    assert fill(administrator, path, {**said, "name": "Autre", "version": "1"}).status_code == 409
    for wrong in ("http://ville.fr", "ftp://ville.fr", "https://a@ville.fr", "localhost", ""):
        assert fill(administrator, "/admin/embedders", {**said, "origin": wrong}).status_code == 422


def test_another_organizations_site_does_not_exist_here(app: Flask, administrator: Any) -> None:
    theirs = Embedder(organization_id=make.organization("caf").id, name="x", origin="https://x.example")
    db.session.add(theirs)
    db.session.commit()
    assert administrator.get(f"/admin/embedders/{theirs.id}").status_code == 404
    assert "x.example" not in administrator.get("/admin/embedders").text


@pytest.mark.parametrize("role", ["agent", "supervisor", "editor"])
def test_partners_and_sites_are_the_administrators(app: Flask, client: Any, role: str) -> None:
    signed_in(client, make.staff(role))
    pages = (
        "/admin/partners",
        "/admin/embedders",
        "/admin/kinds",
        "/admin/organizations",
        "/admin/partners/1",
    )
    assert {client.get(page).status_code for page in pages} == {403}


def test_a_kind_is_made_changed_and_tried(app: Flask, administrator: Any) -> None:
    add_commune("96017", "Saint-Elvin", ["96110"])
    make.service("piscine-1", kind="piscine", commune="96017", department="96")
    db.session.commit()
    said = {"code": "piscine", "name_fr": "Piscine", "level": "commune", "national_title": "Fédération"}
    assert fill(administrator, "/admin/kinds", said).status_code == 302
    assert administrator.get("/admin/kinds/inconnu").status_code == 404
    assert fill(administrator, "/admin/kinds/inconnu", {"name_fr": "X", "version": "1"}).status_code == 404
    path = "/admin/kinds/piscine"
    changed = {**said, "answered_by": "piscine", "version": "1"}
    wrong = fill(administrator, path, changed)
    assert wrong.status_code == 422 and "se remplace pas lui-même" in wrong.text
    assert fill(administrator, path, {**said, "name_fr": "Bassin", "version": "1"}).status_code == 302
    stale = fill(administrator, path, {**said, "name_fr": "Plongeoir", "version": "1"})
    assert stale.status_code == 409 and "Bassin" in stale.text and "Plongeoir" in stale.text
    page = administrator.get("/admin/kinds?commune=saint+elvin").text
    assert "Pour Saint-Elvin" in page and "PISCINE-1" in page
    assert fill(administrator, "/admin/kinds", {**said, "name_fr": "", "code": "x"}).status_code == 422
    assert administrator.get("/admin/kinds?commune=nulle-part").status_code == 200
