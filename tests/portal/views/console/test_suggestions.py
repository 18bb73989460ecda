"""Whose matter it is, as people are shown it: one office, several, none; the commune asked, kept and changed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.articles import index
from portal.articles.models import Search
from portal.database import db
from portal.directory.editing import add_commune
from portal.directory.finding.kinds import save_kind
from portal.directory.models import HelpNumber, Kind
from portal.history import SYSTEM
from tests import make
from tests.portal.desk.test_waiting import counted
from tests.portal.referrals import cast
from tests.signing import send

ASKED = "/fr/search?q=passeport"


@pytest.fixture(autouse=True)
def country(app: Flask) -> None:
    """A commune with a town hall, two of one name, one without; a prefecture, and a kind that has no office."""
    make.organization(phone="+33199000010")
    add_commune("96017", "Saint-Elvin", ["96110"])
    add_commune("96018", "Montaurel", ["96120"])
    add_commune("95018", "Montaurel", ["95120"])
    save_kind("mairie", by=SYSTEM, names={"fr": "Mairie", "en": "Town hall"}, level="commune")
    save_kind(
        "notaire",
        by=SYSTEM,
        names={"fr": "Notaire"},
        look_for={"fr": "Cherchez un notaire près de chez vous."},
    )
    for slug, commune in (("mairie-elvin", "96017"), ("mairie-un", "96018"), ("mairie-deux", "96018")):
        make.service(slug, kind="mairie", commune=commune, department=commune[:2], phone="+33199000050")
    make.article("Passeport perdu", slug="passeport", contacts=[{"kind": "mairie", "title": "Mairie"}])
    make.article("Acheter une maison", slug="acheter", contacts=[{"kind": "notaire", "title": "Notaire"}])
    for position, (number, label) in enumerate(
        (("15", "Urgences médicales"), ("3114", "Prévention du suicide"))
    ):
        labels = {"fr": label, "en": label, "ar": label}
        db.session.add(HelpNumber(number=number, position=position, emergency=True, labels=labels))
    db.session.commit()
    index.rebuild(app.extensions["settings"].index_dir)
    app.extensions["searcher"].refresh()


def say(client: Any, **typed: str) -> Any:
    return send(client, "/fr/place", {"q": "passeport", **typed})


def test_the_commune_is_asked_where_it_decides_and_only_there(client: Any) -> None:
    page = client.get(ASKED).text
    assert "Où habitez-vous ?" in page and "Donnez votre commune" in page
    assert "Où habitez-vous ?" not in client.get("/fr/search?q=acheter+maison").text


def test_once_it_is_known_the_one_office_is_shown_and_the_commune_beside_it(app: Flask, client: Any) -> None:
    answer = say(client, commune="saint elvin")
    assert answer.status_code == 303 and answer.location == "/fr/search?q=passeport"
    page = client.get(ASKED).text
    assert "MAIRIE-ELVIN" in page and "Pour la commune :" in page and "Où habitez-vous ?" not in page
    assert (
        "D’après nos fiches" in page
        and "C’est à ce service que renvoie notre fiche « Passeport perdu »." in page
    )
    assert "MAIRIE-ELVIN" in client.get("/fr/articles/passeport").text
    assert [one.commune for one in db.session.scalars(db.select(Search).order_by(Search.id))][-1] == "96017"


def test_a_postcode_does_as_well_as_a_name_and_a_slip_is_asked_about(client: Any) -> None:
    assert say(client, commune="96110").status_code == 303
    page = say(client, commune="Saint-Elvyn")
    assert page.status_code == 200 and "Saint-Elvin" in page.text and 'value="96017"' in page.text


def test_several_communes_of_one_name_are_a_question(client: Any) -> None:
    page = say(client, commune="montaurel")
    assert page.status_code == 200
    assert "96120" in page.text and "95120" in page.text
    assert say(client, code="96018").status_code == 303
    shown = client.get(ASKED).text
    assert "MAIRIE-UN" in shown and "MAIRIE-DEUX" in shown and "vérifiez lequel s’occupe de vous" in shown
    assert "MAIRIE-ELVIN" not in shown


def test_where_there_is_no_office_one_is_told_whom_to_look_for(client: Any) -> None:
    assert "Cherchez un notaire près de chez vous." in client.get("/fr/search?q=acheter+maison").text
    say(client, code="95018")
    assert "MAIRIE" not in client.get(ASKED).text


def test_an_unknown_commune_is_refused_with_what_was_typed(client: Any) -> None:
    for typed, said in (
        ("zzqx", "Nous ne connaissons pas cette commune"),
        ("", "Écrivez le nom de votre commune"),
    ):
        page = say(client, commune=typed)
        assert page.status_code == 422 and said in page.text
    assert say(client, code="99999").status_code == 422


def test_the_commune_is_forgotten_when_one_asks(client: Any) -> None:
    say(client, code="96017")
    say(client, forget="1")
    assert "Où habitez-vous ?" in client.get(ASKED).text


def test_a_rule_says_that_it_is_one_and_whom_it_passed_over(app: Flask, client: Any) -> None:
    save_kind("creche", by=SYSTEM, names={"fr": "Crèche"}, level="commune")
    cast.service("creche-montaurel", kind="creche", commune="96018")
    cast.rule("un", "creche-montaurel", position=1, words=["passeport"])
    cast.rule("deux", "caf", position=2, words=["passeport"])
    db.session.commit()
    say(client, code="96017")
    page = client.get(ASKED).text
    assert "Indiqué par nos règles d’orientation." in page
    assert "CRECHE-MONTAUREL ne s’occupe pas de votre commune." in page


def test_programs_are_told_one_several_or_none(client: Any) -> None:
    (one,) = client.get("/api/v1/referrals?q=passeport&commune=96017").json["referrals"]
    assert (one["answer"], one["origin"], one["service"]["name"]) == ("one", "article", "MAIRIE-ELVIN")
    (several,) = client.get("/api/v1/referrals?q=passeport&commune=96018").json["referrals"]
    assert several["answer"] == "several" and several["service"]["id"] is None
    assert {office["name"] for office in several["offices"]} == {"MAIRIE-UN", "MAIRIE-DEUX"}
    (none,) = client.get("/api/v1/referrals?q=acheter+maison").json["referrals"]
    assert (none["answer"], none["look_for"]) == ("none", "Cherchez un notaire près de chez vous.")
    (unasked,) = client.get("/api/v1/referrals?q=passeport").json["referrals"]
    assert unasked["asks_commune"]


@pytest.mark.parametrize("words", ["je veux mourir", "I want to die", "أريد أن أموت"])
def test_no_rule_comes_before_the_emergency_numbers_at_any_door(client: Any, words: str) -> None:
    cast.rule("cache", "caf", position=1, words=["mourir", "die", "أموت"]).versions[0].strength = 3
    db.session.commit()
    for language in ("fr", "en", "ar"):
        page = client.get(f"/{language}/search", query_string={"q": words}).text
        assert 0 < page.index("3114") < page.index("CAF")
        told = client.get("/api/v1/referrals", query_string={"q": words, "lang": language}).json
        assert [one["number"] for one in told["emergency"]] == ["15", "3114"]
        assert list(told).index("emergency") < list(told).index("referrals")
    assert client.get("/api/v1/search", query_string={"q": "passeport"}).json["emergency"] == []


@pytest.mark.parametrize(("said", "most"), [("", 12), ("saint elvin", 13)])
def test_a_search_asks_the_database_little_wherever_one_lives(client: Any, said: str, most: int) -> None:
    if said:
        say(client, commune=said)
    for _ in range(2):  # what processes keep in memory is read the first time
        client.get(ASKED)
    with counted() as statements:
        page = client.get(ASKED).text
    asked = [one for one in statements if not one.startswith(("PRAGMA", "BEGIN"))]
    assert "Qui contacter" in page
    assert len(asked) <= most, "\n".join(asked)


def test_a_kind_is_called_by_its_new_name_at_the_next_search(client: Any) -> None:
    assert "Hôtel de ville" not in client.get(ASKED).text
    kind = db.session.scalars(db.select(Kind).filter_by(code="mairie")).one()
    save_kind("mairie", by=SYSTEM, version=kind.version, names={"fr": "Hôtel de ville"})
    db.session.commit()
    assert "Hôtel de ville" in client.get(ASKED).text
