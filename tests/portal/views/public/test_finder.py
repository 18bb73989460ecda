"""The finder: a few questions, a result with reasons, every office by distance; linked to and shown by other sites."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.articles import index
from portal.articles.models import Search
from portal.database import db
from portal.directory.editing import add_commune
from portal.directory.hours.opening import DAYS
from portal.directory.models import Embedder, HelpNumber
from tests import make
from tests.portal.referrals.cast import rule
from tests.signing import send


@pytest.fixture(autouse=True)
def town(app: Flask) -> None:
    make.organization(phone="+33199000010")
    make.service("caf", phone="+33199000050")
    make.article(
        "Payer son loyer", body="Une aide au loyer existe.", contacts=[{"kind": "caf"}], slug="loyer"
    )
    add_commune("96017", "Saint-Elvin", ["96100"])
    add_commune("96018", "Valbrune", ["96100"])
    db.session.commit()
    index.rebuild(app.extensions["settings"].index_dir)
    app.extensions["searcher"].refresh()


def asked(answer: Any) -> str:
    """The question that an answer leads to."""
    assert answer.status_code == 303, answer.text
    return str(answer.location).rpartition("/")[2]


def tell(client: Any, step: str, **said: Any) -> Any:
    return send(client, f"/fr/find/{step}", said)


def test_what_and_where_lead_to_whom_and_why(client: Any) -> None:
    assert "De quoi avez-vous besoin" in client.get("/fr/find").text
    assert asked(tell(client, "what", what="je ne peux plus payer mon loyer")) == "where"
    assert "payer mon loyer" in client.get("/fr/find/where").text
    assert asked(tell(client, "where", commune="valbrune")) == "result"
    page = client.get("/fr/find/result").text
    assert "CAF" in page and "Payer son loyer" in page and "Valbrune" in page and "Aucun ne convient" in page
    assert db.session.scalars(db.select(Search)).one().commune == "96018"


def test_a_shared_postcode_or_a_slip_is_a_question_and_any_but_the_first_may_be_passed(client: Any) -> None:
    tell(client, "what", what="loyer")
    several = tell(client, "where", commune="96100")
    assert several.status_code == 200 and "Saint-Elvin" in several.text and "Valbrune" in several.text
    assert "Valbrune" in tell(client, "where", commune="Valbrumne").text
    assert tell(client, "where", commune="nulle part").status_code == 422
    assert tell(client, "what", what="").status_code == 422
    assert asked(tell(client, "where", **{"pass": "1"})) == "result"
    assert asked(tell(client, "where", code="96017")) == "result"


def test_a_link_that_names_a_commune_with_a_slip_leads_to_the_question(client: Any) -> None:
    assert asked(client.get("/fr/find?q=loyer&commune=Valbrumne")) == "where"
    assert asked(client.get("/fr/find?q=loyer&commune=valbrune&postcode=96100")) == "result"


def test_only_what_would_decide_is_asked_and_it_decides(client: Any) -> None:
    rule("jeunes", "mission-locale", words=["loyer"], ages=["18_25"])
    rule("bruit", "police", words=["bruit"], flags=["violence"])
    db.session.commit()
    tell(client, "what", what="payer mon loyer")
    assert asked(tell(client, "where", commune="Valbrune")) == "age"
    assert tell(client, "age").status_code == 422
    assert asked(tell(client, "age", age="18_25")) == "result"
    page = client.get("/fr/find/result").text
    assert "MISSION-LOCALE" in page and "De 18 à 25 ans" in page and "règles d’orientation" in page
    assert asked(tell(client, "age", age="65_plus")) == "result"
    assert "MISSION-LOCALE" not in client.get("/fr/find/result").text
    assert "age" not in client.get("/fr/find/result").request.url


def test_distress_comes_first(client: Any) -> None:
    db.session.add(HelpNumber(number="17", labels={"fr": "Police"}, emergency=True))
    db.session.commit()
    tell(client, "what", what="mon mari me frappe")
    tell(client, "where", **{"pass": "1"})
    page = client.get("/fr/find/result").text
    assert 0 < page.index("N’attendez pas") < page.index("Vous avez dit")


def test_every_office_stands_on_one_page_by_distance(client: Any) -> None:
    for n in range(22):
        make.service(f"caf-{n:02}", kind="caf", commune="96018", department="96", phone=f"+331990001{n:02}")
    db.session.commit()
    send(client, "/fr/place", {"commune": "Valbrune", "back": "/fr/offices/caf"})
    first, second = client.get("/fr/offices/caf").text, client.get("/fr/offices/caf?page=2").text
    assert "CAF-00" in first and "distance inconnue" in first and "CAF-21" not in first and "CAF-21" in second
    assert client.get("/fr/offices/rien-de-tel").status_code == 404


def test_an_office_in_a_list_says_its_hours_its_condition_and_how_deaf_people_call(client: Any) -> None:
    always = {day: [["00:00", "24:00", "sur rendez-vous"]] for day in DAYS}
    for n in range(2):
        seat = {"commune": "96018", "department": "96", "address": f"{n} rue Neuve"}
        relay = {"deaf_relay_url": f"https://relais.example/{n}"}
        make.service(f"caf-{n}", kind="caf", phone="+33199000100", schedule=always, **seat, **relay)
    db.session.commit()
    send(client, "/fr/place", {"commune": "Valbrune", "back": "/fr/offices/caf"})
    tell(client, "what", what="payer mon loyer")
    for page in (client.get("/fr/offices/caf").text, client.get("/fr/find/result").text):
        assert "1 rue Neuve" in page and "https://relais.example/1" in page and "distance inconnue" in page
        assert "Ouvert sous conditions" in page and "Ouvert maintenant" not in page
        assert "Lundi 00:00 – 24:00 (sur rendez-vous)" in page


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example", "/fr/../../x?y", "/en/find"]
)
def test_the_place_leads_back_to_our_own_pages_only(client: Any, back: str) -> None:
    answer = send(client, "/fr/place", {"commune": "Valbrune", "back": back})
    assert answer.location == "/fr/"


def test_a_link_from_elsewhere_brings_question_and_commune_and_the_way_back(client: Any) -> None:
    site = Embedder(organization_id=make.organization().id, name="Agence", origin="https://agence.example")
    db.session.add(site)
    db.session.commit()
    query = {"q": "loyer", "commune": "96018", "from": site.id, "back": "https://agence.example/aides"}
    assert asked(client.get("/fr/find", query_string=query)) == "result"
    page = client.get("/fr/find/result").text
    assert "Valbrune" in page and 'href="https://agence.example/aides"' in page and "Revenir à Agence" in page
    client.get("/fr/find", query_string={**query, "back": "https://agence.example.evil.example/"})
    assert "evil.example" not in client.get("/fr/find/result").text


def test_only_a_listed_site_may_show_our_search_box(client: Any) -> None:
    site = Embedder(organization_id=make.organization().id, name="Agence", origin="https://agence.example")
    db.session.add(site)
    db.session.commit()
    answer = client.get(f"/fr/embed/{site.id}?back=https://agence.example/aides")
    assert "frame-ancestors https://agence.example;" in answer.headers["Content-Security-Policy"]
    assert 'target="_top"' in answer.text and 'value="https://agence.example/aides"' in answer.text
    assert "frame-ancestors 'none'" in client.get("/fr/find").headers["Content-Security-Policy"]
    site.active = False
    db.session.commit()
    assert client.get(f"/fr/embed/{site.id}").status_code == 404
    client.get("/fr/find", query_string={"q": "loyer", "from": site.id})
    assert "Revenir à" not in client.get("/fr/find/where").text


def test_unknown_questions_and_a_lost_visit_lead_to_the_beginning(client: Any) -> None:
    assert client.get("/fr/find/nothing").status_code == 404
    assert asked(client.get("/fr/find/result")) == "find" and asked(client.get("/fr/find/age")) == "find"
    assert asked(tell(client, "where", commune="Valbrune")) == "find"
