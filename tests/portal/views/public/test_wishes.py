"""What one wants is asked first, in everyday words: receipt, delays and silence follow from it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.cases.due import clocks
from portal.cases.models import Case, ServiceLevel
from portal.cases.opening import open_case
from portal.database import db
from tests import make
from tests.signing import send

pytestmark = pytest.mark.usefixtures("town")
NEW = "/fr/requests/new"
WRITTEN = {
    "subject": "Le bruit la nuit",
    "body": "Le camion passe à quatre heures.",
    "reach": "aicha@exemple.fr",
    "form_key": "k" * 20,
}


def the_case() -> Case:
    return db.session.scalars(db.select(Case)).one()


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", "Signaler un problème"), ("en", "Report a problem"), ("ar", "الإبلاغ عن مشكلة")],
)
def test_it_is_asked_on_a_page_of_its_own_in_every_language(client: Any, lang: str, words: str) -> None:
    page = client.get(f"/{lang}/requests/new?subject=Bruit").text
    assert words in page and 'name="subject" value="Bruit"' in page
    assert 'name="body"' not in page, "one question a page"
    form = client.get(f"/{lang}/requests/new?subject=Bruit&nature=report").text
    assert words in form and 'name="nature" value="report"' in form and 'value="Bruit"' in form


@pytest.mark.parametrize(
    ("nature", "silence", "told"),
    [
        ("information", "", "aucun délai légal"),
        ("report", "", "aucun délai légal"),
        ("request", "rejection", "vaut refus"),
        ("complaint", "rejection", "réputé refusé"),
        ("appeal", "rejection", "réputé refusé"),
    ],
)
def test_clocks_and_receipt_follow_from_it(client: Any, nature: str, silence: str, told: str) -> None:
    assert send(client, NEW, {**WRITTEN, "nature": nature}).status_code == 303
    case = the_case()
    means = {kind: one.means for kind, one in clocks.clocks_of(case).items()}
    assert (case.nature, means.get("silence", "")) == (nature, silence)
    assert "receipt" in means, "whatever is written is owed one"
    assert told in client.get("/fr/requests/receipt").text


@pytest.mark.parametrize("nature", ["", "decision", "anything"])
def test_whoever_does_not_say_leaves_it_to_the_topic_else_asks_for_something(
    client: Any, nature: str
) -> None:
    """A decision that a text provides for is for an agent to tell: silence would grant it."""
    send(client, NEW, {**WRITTEN, "nature": nature})
    assert the_case().nature == "request"


def test_what_is_said_goes_before_what_its_topic_is_usually_about(app: Flask) -> None:
    topic = make.topic()
    make._add(ServiceLevel(organization_id=make.organization().id, topic_id=topic.id, nature="report"))
    about = make.contact("web", topic_id=topic.id), make.contact("web", topic_id=topic.id)
    assert open_case(about[0], by=history.CITIZEN, nature="appeal").nature == "appeal"
    assert open_case(about[1], by=history.CITIZEN).nature == "report"


def test_a_form_that_is_shown_again_keeps_the_answer(client: Any) -> None:
    again = send(client, NEW, {**WRITTEN, "body": "", "nature": "complaint"})
    assert again.status_code == 422
    assert 'name="nature" value="complaint"' in again.text and "Faire une réclamation" in again.text
