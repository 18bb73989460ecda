"""The first day of an instance: an organization is founded with the first person who signs in."""

from __future__ import annotations

from typing import Any

from flask import Flask

from portal.database import db
from portal.directory.models import Organization
from portal.staff.sessions import check_password

PERSON = ["--first-name", "Ada", "--last-name", "Roux", "--role", "administrator", "--organization", "mairie"]


def create(app: Flask, email: str, *more: str, password: str = "une phrase assez longue") -> Any:
    words = ["create-staff", email, *PERSON, "--password", password, *more]
    return app.test_cli_runner().invoke(args=words)


def test_the_first_organization_founded_is_the_host(app: Flask) -> None:
    assert "--founding" in create(app, "ada@ville.example").output
    founded = create(app, "ada@ville.example", "--founding", "Mairie de Ville", "--phone", "01 99 00 00 21")
    assert founded.exit_code == 0, founded.output
    assert create(app, "bea@ville.example").exit_code == 0
    (host,) = db.session.scalars(db.select(Organization))
    assert (host.name, host.is_host) == ("Mairie de Ville", True)
    person = check_password("ada@ville.example", "une phrase assez longue")
    assert person is not None and person.phone == "+33199000021"


def test_a_refusal_is_a_sentence_and_founds_nothing(app: Flask) -> None:
    refused = create(app, "ada@ville.example", "--founding", "Mairie", password="court")
    assert refused.exit_code == 1
    assert "12" in refused.output
    db.session.rollback()
    assert db.session.scalars(db.select(Organization)).all() == []
