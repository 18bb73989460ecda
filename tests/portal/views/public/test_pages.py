"""Each page citizens open: in three languages, changing nothing, holding whatever its address says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal.articles.files import FORMATS
from portal.articles.models import Article, ArticleText, Document, DocumentFile, Opinion
from portal.database import db
from portal.directory import reading
from portal.lines.models import Line
from tests import make
from tests.signing import send

LANGUAGES = ("fr", "en", "ar")
PAGES = (
    "/",
    "/search",
    "/search?q=carte",
    "/topics",
    "/topics/etat-civil",
    "/articles/identite",
    "/documents/guide",
    "/services/caf",
    "/requests/new",
    "/requests/follow",
    "/accessibility",
    "/legal",
    "/privacy",
)
BODY = """## Où

En mairie. Voir [le passeport](sheet:P1).

<script>alert(1)</script>

## Quand

Le [mardi](javascript:alert(1)).
"""
NOTE = "## Par téléphone\n\n**0 800 23 13 13** <script>alert(1)</script>"
ABSENT = (
    "/articles/nope",
    "/documents/nope",
    "/documents/guide/999",
    "/services/nope",
    "/topics/nope",
    "/nope",
    "/articles/%00",
    "/articles/" + "a" * 3000,
)
CONTENT = b"%PDF-1.7 <script>alert(1)</script>"


@pytest.fixture(autouse=True)
def town(app: Flask) -> None:
    host = make.organization(phone="+33199000010", email="accueil@ville.example")
    make.service(
        "accueil", of=host, kind="mairie", phone="+33199000010", deaf_relay_url="https://relais.example"
    )
    make.line(text_number="+33639980010")
    topic = make.topic(descriptions={"fr": "Papiers"})
    make.service(
        "caf", schedule={"mon": [["09:00", "12:00"], ["13:30", "17:00"]]}, accessibility={"fr": "Ascenseur."}
    )
    contacts = [
        {"service": "caf"},
        {"kind": "inconnu", "title": "Ailleurs", "url": "https://ailleurs.example", "note": NOTE},
    ]
    make.article(
        slug="identite",
        body=BODY,
        topic=topic,
        contacts=contacts,
        summary="Sur rendez-vous.",
        source_url="https://source.example/F1",
    )
    make.article("Le passeport", slug="passeport", source_ref="P1", topic=topic)
    document = Document(slug="guide", title="Guide", topic=topic)
    document.files = [DocumentFile(format="pdf", name="guide été.pdf", size=len(CONTENT), sha256="ab" * 32)]
    db.session.add(document)
    kept = Path(app.extensions["settings"].files_dir) / "ab" / ("ab" * 32)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(CONTENT)
    db.session.commit()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_opens_in_every_language(app: Flask, client: Any, lang: str) -> None:
    for page in PAGES:
        answer = client.get(f"/{lang}{page}")
        assert answer.status_code == 200, page
        for other in set(LANGUAGES) - {lang}:
            assert f'href="/{other}{page}"' in answer.text, "the same page in another language"


def test_the_door_goes_by_what_the_browser_asks_for(client: Any) -> None:
    for asked, lang in (("ar-MA,ar;q=0.9", "ar"), ("en-GB", "en"), ("de", "fr"), ("", "fr")):
        answer = client.get("/", headers={"Accept-Language": asked})
        assert answer.location.endswith(f"/{lang}/") and "Accept-Language" in answer.headers["Vary"]


def test_a_page_in_another_language_never_leads_elsewhere(client: Any) -> None:
    page = client.get("/fr/search?q=a&lang=xx&_scheme=javascript&_external=1&_anchor=x").text
    links = re.findall(r'href="([^"]*)" lang="en"', page)
    assert links and all(link.startswith("/en/search?") for link in links)


def test_what_does_not_exist_is_said_in_the_readers_language(client: Any) -> None:
    for path in ABSENT:
        for lang, words in (
            ("fr", "Page introuvable"),
            ("en", "Page not found"),
            ("ar", "الصفحة غير موجودة"),
        ):
            answer = client.get(f"/{lang}{path}")
            assert answer.status_code == 404 and words in answer.text, path
    assert client.get("/xx/").status_code == 404
    assert client.post("/fr/articles/nope/opinion").status_code == 400


def test_an_article_says_what_it_says_safely_and_whom_to_contact(client: Any) -> None:
    page = client.get("/fr/articles/identite").text
    assert "<script>alert" not in page and 'href="javascript' not in page
    assert 'href="/fr/articles/passeport"' in page and 'href="https://source.example/F1"' in page
    assert "CAF" in page and 'href="https://ailleurs.example"' in page
    assert "<strong>0 800 23 13 13</strong>" in page
    assert "/fr/requests/new?subject=Refaire" in page


def test_an_article_without_translation_is_given_in_french_and_says_so(client: Any) -> None:
    page = client.get("/ar/articles/identite").text
    assert '<h1 lang="fr" dir="ltr">' in page and "هذه الصفحة غير مترجمة" in page
    assert 'href="/ar/articles/passeport"' in page


def test_an_article_or_a_service_put_away_is_not_shown(client: Any) -> None:
    db.session.scalars(db.select(Article).filter_by(slug="identite")).one().state = "draft"
    db.session.scalars(db.select(Document)).one().state = "retired"
    make.service("fermee", active=False)
    for path in ("articles/identite", "documents/guide", "services/fermee"):
        assert client.get(f"/fr/{path}").status_code == 404
    file = db.session.scalars(db.select(DocumentFile)).one()
    assert client.get(f"/fr/documents/guide/{file.id}").status_code == 404


def test_whether_it_helped_is_counted_once_a_visit(client: Any) -> None:
    path = "/fr/articles/identite/opinion"
    for said in ("yes", "yes", "no", "peut-être", "no"):
        answer = send(client, path, {"helped": said})
        assert answer.status_code == 303 and answer.location.endswith("/fr/articles/identite#helped")
    article = db.session.scalars(db.select(Article).filter_by(slug="identite")).one()
    assert (article.helped, article.not_helped) == (0, 1)
    assert len(db.session.scalars(db.select(Opinion)).all()) == 1
    assert client.get("/fr/articles/identite").text.count("votre avis est noté") == 1


def test_a_file_is_downloaded_and_never_opened_as_a_page(client: Any) -> None:
    file = db.session.scalars(db.select(DocumentFile)).one()
    answer = client.get(f"/fr/documents/guide/{file.id}")
    assert answer.data == CONTENT and answer.mimetype == FORMATS["pdf"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/fr/documents/autre/{file.id}").status_code == 404


def test_reading_changes_nothing(app: Flask, client: Any) -> None:
    before = _rows()
    for page in PAGES:
        if "q=" not in page:
            client.get(f"/fr{page}")
    assert _rows() == before


def test_the_answers_that_helped_most_come_first(client: Any) -> None:
    article = db.session.scalars(db.select(Article).filter_by(slug="passeport")).one()
    article.helped = 10
    article.texts["en"] = ArticleText(language="en", title="Passports")
    page = client.get("/en/").text
    assert page.index("Passports") < page.index("Refaire une carte")


def _rows() -> dict[str, int]:
    from portal.database import Base

    return {
        name: len(db.session.execute(table.select()).all()) for name, table in Base.metadata.tables.items()
    }


DAYS = ("mon", "tue", "wed", "thu", "fri")


@pytest.mark.parametrize(
    ("language", "answered", "closed"),
    [
        ("fr", "Ouvert jusqu’à 19:00.", "Ouvre demain à 09:00."),
        ("en", "Open until 19:00.", "Opens tomorrow at 09:00."),
        ("ar", "19:00", "09:00"),
    ],
)
@pytest.mark.parametrize("page", ["/", "/search?q=zzzz", "/calling", "/services/accueil"])
def test_beside_the_number_stand_the_hours_of_the_line_not_of_the_counter(
    app: Flask, page: str, language: str, answered: str, closed: str
) -> None:
    line, counter = db.session.scalars(db.select(Line)).one(), reading.service("accueil")
    line.schedule = {key: [["08:00", "19:00"]] for key in DAYS}
    counter.schedule = {key: [["09:00", "12:00"]] for key in DAYS}
    db.session.commit()
    with time_machine.travel("2026-03-02T15:00+01:00", tick=False):
        shown = app.test_client().get(f"/{language}{page}").text
    beside = shown.rindex("tel:+33199000010", 0, shown.index("<footer"))
    assert answered in shown[beside : beside + 400]
    assert closed not in shown[beside : beside + 400]
