"""Real guides and documents loaded by the commands: nothing lost, nothing twice, and found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from portal.articles import library, reading
from portal.articles.models import Article, Document, DocumentFile
from portal.database import db
from tests.real.folder import data_folder

GUIDES = data_folder("service-public-vosdroits")
DOCUMENTS = data_folder("documents-bureautiques")


def run(app: Flask, *arguments: str | Path) -> list[str]:
    result = app.test_cli_runner().invoke(args=[str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_a_sample_of_the_archive_loads_once_and_is_read(app: Flask) -> None:
    folder = GUIDES / "exemples"
    files = len(list(folder.rglob("*.xml")))
    said = run(app, "import-guides", folder)[-1]
    assert said.startswith(f"{files} new, 0 changed, 0 same")
    assert run(app, "import-guides", folder)[-1].startswith(f"0 new, 0 changed, {files} same")
    for slug in db.session.scalars(db.select(Article.slug)):
        page = reading.article_page(slug, "fr")
        html = page.html(lambda other: f"/fr/articles/{other}")
        assert "sheet:" not in html and "<h1" not in html
        assert page.body.headings or page.text.body.count("\n#") == 0
    title = db.session.scalars(db.select(Article)).first().texts["fr"].title
    assert library.find(app.extensions["searcher"], title, language="fr").hits[0].title == title


@pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.whole)], indirect=True
)
def test_every_document_loads_and_two_formats_of_a_text_are_one(app: Flask) -> None:
    said = run(app, "import-documents", DOCUMENTS)
    assert said[-1] == "21 new, 0 changed, 0 same, 3 another format of a known text, 3 skipped"
    assert sum("without text" in line for line in said) == 1
    assert run(app, "import-documents", DOCUMENTS)[-1].startswith("0 new, 0 changed, 24 same")
    assert db.session.scalar(db.select(db.func.count(Document.id))) == 21
    assert db.session.scalar(db.select(db.func.count(DocumentFile.id))) == 24
    assert first_three_right(app) == 14


def first_three_right(app: Flask, *kinds: str) -> int:
    """Of the questions about documents, how many find a right file among the first three answers."""
    right = 0
    for line in (DOCUMENTS / "questions-dev.jsonl").read_text(encoding="utf-8").splitlines():
        asked = json.loads(line)
        wanted = {one["fichier"] for one in asked["attendus"]}
        searcher = app.extensions["searcher"]
        found = library.find(searcher, asked["question"], language="fr", kinds=kinds)
        right += any(file.name in wanted for hit in found.hits[:3] for file in hit.files)
    return right


@pytest.mark.whole
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_whole_archive_loads_once_and_its_documents_are_found_beside_it(app: Flask) -> None:
    run(app, "import-documents", DOCUMENTS)
    particuliers = GUIDES / "vosdroits-particuliers-xml.zip"
    assert run(app, "import-guides", particuliers)[-1] == "4873 new, 0 changed, 0 same, 0 skipped, 0 gone"
    associations = GUIDES / "vosdroits-associations-xml.zip"
    assert run(app, "import-guides", associations)[-1] == "241 new, 0 changed, 0 same, 0 skipped, 0 gone"
    again = run(app, "import-guides", particuliers)
    assert again[-1] == "0 new, 0 changed, 4873 same, 0 skipped, 0 gone"
    assert "  building the index" not in again
    twice = db.select(Article.source_ref).group_by(Article.source_ref).having(db.func.count() > 1)
    assert len(db.session.scalars(twice).all()) == 21
    app.extensions["searcher"].refresh()
    assert first_three_right(app, "document") >= 13
    assert first_three_right(app) >= 9  # the archive has sheets of its own on half of these questions
