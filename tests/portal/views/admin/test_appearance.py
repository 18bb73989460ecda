"""Doors of the appearance: tried in a preview, published, served with a strict type."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask

from portal.database import db
from portal.directory.appearance import dressing
from portal.directory.appearance.models import Appearance
from portal.directory.models import Organization
from tests import make
from tests.portal.directory.test_appearance import DRAWING, png
from tests.signing import send, signed_in

TYPED = {"name": "Valbrune", "colour": "#5b2a86", "version": ""}


@pytest.fixture
def host(app: Flask, client: Any) -> Organization:
    found = make.organization()
    signed_in(client, make.staff("administrator"))
    return found


def posted(client: Any, logo: bytes | None = None, name: str = "logo.png", **values: str) -> Any:
    file = {"logo": (io.BytesIO(logo), name)} if logo is not None else {}
    return send(client, "/admin/appearance", {**TYPED, **values, **file})


def publish(client: Any) -> Any:
    page = client.get("/admin/appearance/preview").text
    seen = {key: re.search(rf'name="{key}" value="(\d+)"', page)[1] for key in ("version", "host_version")}
    return send(client, "/admin/appearance/publication", seen)


def test_a_look_is_previewed_then_published(host: Organization, client: Any) -> None:
    assert posted(client, png()).location.endswith("/admin/appearance/preview")
    preview = client.get("/admin/appearance/preview")
    assert "<b>Valbrune</b>" in preview.text and "Mairie" in preview.text
    sheet = re.search(r'href="(/admin/appearance/draft\.css[^"]*)"', preview.text)
    assert sheet and "--town:#5b2a86" in client.get(sheet[1]).text
    logo = re.search(r'src="(/admin/appearance/draft-logo[^"]*)"', preview.text)
    assert logo and client.get(logo[1]).data == png()
    assert "5b2a86" not in client.get("/site.css").text and "<b>Mairie</b>" in client.get("/fr/").text
    assert publish(client).status_code == 302
    page = client.get("/fr/").text
    assert "<b>Valbrune</b>" in page and 'href="/site.css?v=5b2a86"' in page
    assert "Essai" not in client.get("/admin/appearance").text


def test_the_sheet_and_the_logo_are_kept_and_can_do_nothing_else(host: Organization, client: Any) -> None:
    posted(client, DRAWING % b'<path d="M0 0h9v9z"/>', "logo.png")
    publish(client)
    sheet = client.get("/site.css?v=5b2a86")
    assert sheet.mimetype == "text/css" and "immutable" in sheet.headers["Cache-Control"]
    assert "immutable" not in client.get("/site.css?v=123456").headers["Cache-Control"]
    address = re.search(r'src="(/site-logo/\w+)"', client.get("/fr/").text)
    assert address
    logo = client.get(address[1])
    assert logo.content_type == "image/svg+xml" and "immutable" in logo.headers["Cache-Control"]
    assert logo.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert logo.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/site-logo/" + "0" * 64).status_code == 404


def test_a_pale_colour_is_refused_and_the_nearest_may_be_taken(host: Organization, client: Any) -> None:
    answer = posted(client, colour="#3fb6c9")
    nearest = re.search(r'name="take" value="(#\w+)"', answer.text)
    assert answer.status_code == 422 and "contraste est de 2,40" in answer.text and nearest
    assert 'value="#3fb6c9"' in answer.text
    assert posted(client, colour="#3fb6c9", take=nearest[1]).status_code == 302
    assert db.session.scalars(db.select(Appearance)).one().colour == nearest[1]


def test_what_is_no_safe_logo_is_refused_beside_its_field(host: Organization, client: Any) -> None:
    for logo in (b"GIF89a", DRAWING % b"<script/>", png() + b"x" * 200_000):
        answer = posted(client, logo)
        assert answer.status_code == 422 and 'id="logo-error"' in answer.text
    assert dressing.draft_of(host.id) is None


def test_a_stale_form_and_a_stale_preview_show_what_there_is(host: Organization, client: Any) -> None:
    posted(client)
    stale = posted(client, colour="#123456")
    assert stale.status_code == 409 and "Les deux versions" in stale.text and "#5b2a86" in stale.text
    seen = {"version": "9", "host_version": str(host.version)}
    over = send(client, "/admin/appearance/publication", seen)
    assert over.status_code == 409 and "rien n’est fait" in over.text
    assert dressing.published(host.id) is None


def test_a_draft_is_given_up_and_a_former_look_is_taken_again(host: Organization, client: Any) -> None:
    posted(client)
    publish(client)
    posted(client, colour="#123456")
    publish(client)
    page = client.get("/admin/appearance").text
    assert page.index("#123456") < page.index("La reprendre")
    assert send(client, "/admin/appearance/former/1").status_code == 302
    assert "Un essai attend" in client.get("/admin/appearance").text
    assert send(client, "/admin/appearance/removal").status_code == 302
    assert client.get("/admin/appearance/preview").status_code == 302
    assert client.get("/admin/appearance/draft.css").status_code == 404


def test_the_administrators_of_another_organization_have_no_say(app: Flask, client: Any) -> None:
    make.organization()
    signed_in(client, make.staff("administrator", of=make.organization("voisine")))
    assert client.get("/admin/appearance").status_code == 403
    assert posted(client).status_code == 403


def icon_of(page: str) -> str:
    found = re.search(r'<link rel="icon" href="([^"]+)"', page)
    assert found
    return found[1]


def test_the_sign_in_the_tab_follows_the_colour_and_the_logo(host: Organization, client: Any) -> None:
    assert icon_of(client.get("/fr/").text) == "/site-icon/0d4a57.svg"
    posted(client)
    assert icon_of(client.get("/admin/appearance/preview").text) == "/site-icon/5b2a86.svg"
    publish(client)
    address = icon_of(client.get("/fr/").text)
    sign = client.get(address)
    assert address == icon_of(client.get("/admin/").text) == "/site-icon/5b2a86.svg"
    assert sign.mimetype == "image/svg+xml" and 'fill="#5b2a86"' in sign.text
    assert "immutable" in sign.headers["Cache-Control"]
    assert sign.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert client.get("/site-icon/5b2a86%22.svg").status_code == 404
    posted(client, png())
    publish(client)
    assert icon_of(client.get("/fr/").text).startswith("/site-logo/")
    assert icon_of(client.get("/admin/").text) == address
