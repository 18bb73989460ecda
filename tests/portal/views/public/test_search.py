"""Searching as citizens do: what answers, whose matter it is, what to do when nothing is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.articles import index
from portal.articles.models import Article, ArticleText, Document, DocumentFile, DocumentPage, Search
from portal.database import db
from portal.directory.models import HelpNumber, ServiceText
from portal.jobs import Job
from portal.views import limits
from portal.work import begin_again
from tests import make
from tests.portal.referrals.cast import rule

PREPARING = "La recherche est en préparation"
HOSTILE = (
    "\x00",
    "a" * 5000,
    "\u202eétit\u2066nedi",
    "<script>alert(1)</script>",
    "%s %d %% {0} ${y}",
    "' OR 1=1 --",
    "\ud7ff\uffff🂡",
    'AND OR NOT *:* [a TO z] "',
    "٠١٢٣ مرحبا",
)


@pytest.fixture(autouse=True)
def town(app: Flask) -> None:
    make.organization(phone="+33199000010")
    topic = make.topic()
    english = ArticleText(
        language="en", title="Renew an identity card", summary="At the town hall.", body="Card."
    )
    made = make.article(
        summary="Sur rendez-vous.",
        body="La carte d’identité se refait en mairie.",
        topic=topic,
        slug="identite",
    )
    made.texts["en"] = english
    make.article(
        "Aide au logement", body="L’allocation logement est versée.", contacts=[{"kind": "caf"}], slug="apl"
    )
    make.service("caf", schedule={"mon": [["09:00", "12:00"]]}, email="caf@exemple.fr", address="1 rue Neuve")
    document = Document(slug="guide", title="Guide du tri", summary="Ce qui va où.", topic=topic)
    document.files = [DocumentFile(format="pdf", name="guide du tri.pdf", size=68_000, sha256="ab" * 32)]
    document.pages = [
        DocumentPage(number=1, text="Couverture."),
        DocumentPage(number=2, text="Le verre va au verre."),
    ]
    db.session.add(document)
    db.session.commit()
    index.rebuild(app.extensions["settings"].index_dir)
    app.extensions["searcher"].refresh()


def searches() -> list[Search]:
    return list(db.session.scalars(db.select(Search).order_by(Search.id)))


def test_an_answer_is_found_marked_and_noted(app: Flask, client: Any) -> None:
    page = client.get("/fr/search?q=refaire+carte+identite").text
    assert 'href="/fr/articles/identite"' in page and "<mark>" in page
    assert 'href="/fr/requests/new?subject=refaire' in page and "01 99 00 00 10" in page
    noted = searches()[0]
    assert (noted.words, noted.first, noted.topic) == ("refaire carte identite", "identite", "etat-civil")
    assert noted.visit and noted.found


def test_a_search_that_is_narrowed_or_turned_is_noted_once(app: Flask, client: Any) -> None:
    for more in ("", "&kind=documents", "&topic=etat-civil", "&page=2"):
        assert client.get(f"/fr/search?q=carte{more}").status_code == 200
    assert len(searches()) == 1
    assert (
        "identite"
        not in client.get("/fr/search?q=carte&kind=documents")
        .text.partition("<main")[2]
        .partition("</ol>")[0]
    )


def test_it_is_answered_in_the_readers_language_or_in_french_and_says_so(app: Flask, client: Any) -> None:
    page = client.get("/en/search?q=identity+card").text
    assert "Renew an identity card" in page.replace("<mark>", "").replace("</mark>", "")
    page = client.get("/en/search?q=logement").text
    assert "In French" in page and 'lang="fr"' in page


def test_whose_matter_it_is_stands_beside_the_answers_with_why_and_how(app: Flask, client: Any) -> None:
    page = client.get("/fr/search?q=allocation+logement").text
    assert "CAF" in page and "C’est à ce service que renvoie notre fiche" in page
    assert 'href="tel:+33199000050"' in page and "1 rue Neuve" in page and 'href="/fr/services/caf"' in page
    rule(words=["allocation"])
    db.session.commit()
    page = client.get("/fr/search?q=allocation+logement").text
    assert "C’est l’affaire de caf." in page and "Ce sujet ne relève pas de nos services (Mairie)" in page
    assert searches()[-1].service == "caf"


def test_words_of_distress_put_the_numbers_to_call_first(app: Flask, client: Any) -> None:
    db.session.add(
        HelpNumber(number="3114", labels={"fr": "Prévention du suicide", "ar": "الوقاية من الانتحار"})
    )
    for lang, words in (("fr", "je veux mourir"), ("ar", "je veux mourir")):
        main = client.get(f"/{lang}/search?q={words}").text.partition("<main")[2]
        assert 0 < main.index('href="tel:3114"') < main.index("requests/new")
    assert "tel:3114" not in client.get("/fr/search?q=carte").text.partition("<main")[2]


def test_nothing_found_says_what_to_do_next(app: Flask, client: Any) -> None:
    page = client.get("/fr/search?q=xqzptv").text
    assert "Aucune réponse à ces mots" in page and "/fr/requests/new?subject=xqzptv" in page
    assert "Posez votre question" in client.get("/fr/search").text


def test_a_document_is_found_by_its_page_and_taken_away_from_there(app: Flask, client: Any) -> None:
    page = client.get("/fr/search?q=verre").text
    assert "/fr/documents/guide" in page and "page 2" in page and "68 Ko" in page


@pytest.mark.parametrize("lang", ["fr", "en", "ar"])
def test_whatever_is_asked_the_page_holds(app: Flask, client: Any, lang: str) -> None:
    for words in HOSTILE:
        answer = client.get(
            f"/{lang}/search", query_string={"q": words, "page": words, "topic": words, "kind": words}
        )
        assert answer.status_code == 200, words
        assert "<script>alert" not in answer.text
        for door in ("suggest", "requests/articles"):
            answer = client.get(f"/{lang}/{door}", query_string={"q": words})
            assert answer.status_code == 200 and isinstance(answer.json, list)
    assert client.get(f"/{lang}/search?q=carte&page=99999999999999").status_code == 200


def test_a_beginning_is_completed_and_a_subject_gets_pages_to_read(app: Flask, client: Any) -> None:
    assert client.get("/fr/suggest?q=refaire").json == ["Refaire une carte d’identité"]
    found = client.get("/fr/requests/articles?q=carte+identité").json
    assert {"text": "Refaire une carte d’identité", "url": "/fr/articles/identite"} in found
    assert client.get("/fr/requests/articles?q=a").json == []
    page = client.get("/fr/requests/new?subject=carte+identité&nature=").text
    assert "Ces pages répondent peut-être déjà" in page and 'value="carte identité"' in page


def test_a_search_is_answered_even_when_it_cannot_be_noted(app: Flask, client: Any) -> None:
    db.session.execute(db.text("ALTER TABLE searches RENAME TO away"))
    db.session.commit()
    try:
        assert client.get("/fr/search?q=carte").status_code == 200
    finally:
        db.session.execute(db.text("ALTER TABLE away RENAME TO searches"))
        db.session.commit()


def test_too_many_searches_from_one_address_are_asked_to_wait(app: Flask, client: Any) -> None:
    limits.limiter.reset()
    app.config["RELAIS_LIMITS"] = True
    try:
        answers = [client.get("/fr/suggest?q=").status_code for _ in range(2)]
        codes = {client.get("/fr/search").status_code for _ in range(125)}
    finally:
        app.config["RELAIS_LIMITS"] = False
    assert answers == [200, 200] and codes == {200, 429}


def test_a_service_without_a_text_in_a_language_is_shown_in_french(app: Flask, client: Any) -> None:
    lone = make.service("ccas")
    for lang in ("en", "ar"):
        del lone.texts[lang]
    lone.texts["fr"] = ServiceText(language="fr", name="CCAS", summary="Aide sociale")
    assert "Aide sociale" in client.get("/ar/services/ccas").text


def test_an_index_that_an_older_version_left_is_built_anew_and_said_meanwhile(
    app: Flask, client: Any, work: Callable[[], int]
) -> None:
    folder = app.extensions["settings"].index_dir
    (folder / "CURRENT").write_text("generation-0123456789ab revision")
    app.extensions["searcher"].refresh()
    page = client.get("/fr/search?q=identité")
    assert page.status_code == 200 and PREPARING in page.text
    assert "Aucune réponse" not in page.text and "0 réponse" not in page.text
    assert db.session.scalar(db.select(Search.id)) is None  # not a question that we do not answer
    assert client.get("/readyz").status_code == 503
    begin_again()
    begin_again()
    db.session.commit()
    assert len(db.session.scalars(db.select(Job).filter_by(kind="reindex", state="waiting")).all()) == 1
    work()
    assert PREPARING not in client.get("/fr/search?q=identité").text
    assert client.get("/readyz").json["index"] == "ok"


def test_where_nothing_is_published_nothing_is_in_preparation(app: Flask, client: Any) -> None:
    for row in [*db.session.scalars(db.select(Article)), *db.session.scalars(db.select(Document))]:
        row.state = "retired"
    db.session.commit()
    (app.extensions["settings"].index_dir / "CURRENT").unlink()
    page = client.get("/fr/search?q=identité").text
    assert PREPARING not in page and "Aucune réponse" in page
