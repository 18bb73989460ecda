"""Whoever writes on the web is told at once whose matter it probably is, when a rule speaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.database import db
from portal.directory.editing import add_commune
from portal.mail.models import Letter
from tests.portal.referrals import cast
from tests.signing import send

pytestmark = pytest.mark.usefixtures("town")
NEW = "/fr/requests/new"
WRITTEN = {"subject": "Ma carte", "body": "Bonjour.", "reach": "aicha@exemple.fr", "form_key": "k" * 20}


def write(client: Any, **typed: Any) -> Any:
    return send(client, NEW, {**WRITTEN, **typed})


def letter() -> str:
    return db.session.scalars(db.select(Letter.body)).one()


def test_the_receipt_and_the_letter_say_whose_matter_it_probably_is(
    app: Flask, client: Any, work: Callable[[], int]
) -> None:
    cast.service("caf", email="contact@caf.example")
    cast.rule(words=["allocation"])
    db.session.commit()
    write(client, subject="Allocation logement", body="Je déménage.")
    page = client.get("/fr/requests/receipt").text
    assert "À qui cela revient sans doute" in page and "CAF" in page and "vous n’avez rien à faire" in page
    work()
    assert re.search(r"relève sans doute de\s: CAF\.", letter())


@pytest.mark.parametrize(
    ("email", "typed"),
    [
        ("contact@caf.example", {}),  # no rule speaks
        ("", {"subject": "Allocation logement"}),  # it cannot be passed on
        ("contact@caf.example", {"subject": "Allocation", "body": "Je veux mourir."}),
    ],
)
def test_nobody_is_named_where_no_rule_speaks_or_it_cannot_be_passed_on_or_in_distress(
    app: Flask, client: Any, work: Callable[[], int], email: str, typed: dict[str, str]
) -> None:
    cast.service("caf", email=email)
    cast.rule(words=["allocation"])
    db.session.commit()
    write(client, **typed)
    assert "sans doute" not in client.get("/fr/requests/receipt").text
    work()
    assert "sans doute" not in letter()


def test_a_rule_for_one_commune_speaks_in_the_visit_for_it(app: Flask, client: Any) -> None:
    add_commune("35238", "Rennes", ["35000"])
    cast.service("caf", email="contact@caf.example")
    cast.rule(words=["allocation"], communes=["35238"])
    db.session.commit()
    write(client, subject="Allocation logement")
    assert "sans doute" not in client.get("/fr/requests/receipt").text
    send(client, "/fr/place", {"commune": "Rennes"})
    assert "sans doute" in client.get("/fr/requests/receipt").text
