"""What a source wrote becomes articles, and a second reading changes nothing."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from knowledge_base.entry import Contact, Link, Sheet
from knowledge_base.search import Searcher
from portal import history
from portal.articles import editing, importing
from portal.articles.importing import Report
from portal.articles.models import Article, Topic
from portal.commands.guides import load_guides
from portal.database import db
from tests import make
from tests.portal.articles.conftest import sheet

SOURCE = "service-public.fr"


def load(*sheets: Sheet) -> Report:
    report = Report()
    load_guides(sheets, source=SOURCE, report=report)
    return report


def counts(report: Report) -> tuple[int, int, int]:
    return report.new, report.changed, report.same


def test_a_sheet_becomes_an_article_with_its_topic_links_and_contacts(app: Flask) -> None:
    make.service("caf")
    db.session.commit()
    load(
        sheet(
            "F1342",
            "Carte d’identité : que faire ?",
            topic="Papiers - Citoyenneté",
            links=(
                Link("Passeport", "F14"),
                Link("Dossier", "N3", kind="parent"),
                Link("Ailleurs", url="https://x"),
            ),
            contacts=(Contact("R1", "Mairie", "mairie"), Contact("caf", "caf")),
        )
    )
    article = db.session.scalars(db.select(Article)).one()
    assert article.slug == "carte-d-identite-que-faire-f1342"
    assert article.links == ["F14"]
    assert article.contacts == [{"source_ref": "R1", "title": "Mairie", "kind": "mairie"}, {"service": "caf"}]
    assert article.topic and article.topic.names == {"fr": "Papiers - Citoyenneté"}
    assert [event.verb for event in history.of(article)] == ["article.imported"]


def test_loading_twice_changes_nothing(app: Flask) -> None:
    sheets = [sheet(f"F{n}", f"Question numéro {n}", topic="Logement") for n in range(90)]
    assert counts(load(*sheets)) == (90, 0, 0)
    versions = sorted(db.session.execute(db.select(Article.id, Article.version)))
    assert counts(load(*sheets)) == (0, 0, 90)
    assert sorted(db.session.execute(db.select(Article.id, Article.version))) == versions
    assert db.session.scalar(db.select(db.func.count(Topic.id))) == 1


def test_a_changed_sheet_changes_its_article_and_keeps_its_address(app: Flask, searcher: Searcher) -> None:
    load(sheet("F1", "Le passeport"))
    slug, version = db.session.execute(db.select(Article.slug, Article.version)).one()
    report = load(sheet("F1", "Le passeport biométrique", "Nouveau texte."))
    after = db.session.scalars(db.select(Article)).one()
    assert counts(report) == (0, 1, 0)
    assert (after.slug, after.version) == (slug, version + 1)
    assert searcher.find("biométrique").total == 1


def test_one_reference_may_stand_for_two_sheets_of_two_audiences(app: Flask) -> None:
    report = load(sheet("R1", "Statuts"), sheet("R1", "Statuts", audience="associations"))
    assert counts(report) == (2, 0, 0)
    slugs = set(db.session.scalars(db.select(Article.slug)))
    assert slugs == {"statuts-r1", "statuts-r1-associations"}


def test_an_article_in_two_languages_comes_from_two_sheets(app: Flask) -> None:
    load(sheet("F1", "Le passeport"))
    load(sheet("F1", "The passport", language="en"))
    article = db.session.scalars(db.select(Article)).one()
    assert {language: text.title for language, text in article.texts.items()} == {
        "fr": "Le passeport",
        "en": "The passport",
    }


def test_what_was_changed_here_is_left_as_it_is(app: Flask) -> None:
    load(sheet("F1", "Le passeport"))
    article = db.session.scalars(db.select(Article)).one()
    ours = editing.Draft({"fr": editing.Written("Notre passeport", body="À la mairie.")}, state="published")
    editing.save_article(article.id, ours, version=article.version, by=make.staff("editor").actor)
    db.session.commit()
    report = load(sheet("F1", "Le passeport, revu"))
    assert counts(report) == (0, 0, 0)
    assert report.skipped == [("F1", importing.CHANGED_HERE)]
    assert db.session.scalars(db.select(Article)).one().texts["fr"].title == "Notre passeport"


def test_what_the_source_no_longer_gives_is_named_and_stays(app: Flask) -> None:
    load(sheet("F1", "Un"), sheet("F2", "Deux"), sheet("F3", "Trois", audience="associations"))
    assert load(sheet("F2", "Deux")).gone == ["F1"]
    assert db.session.scalar(db.select(db.func.count(Article.id))) == 3


def test_the_command_says_what_it_did(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "cantine.md").write_text("---\ntitle: La cantine\n---\n\n## Inscrire\n\nEn ligne.")
    (tmp_path / "image.png").write_bytes(b"\x89PNG")
    said = app.test_cli_runner().invoke(args=["import-guides", str(tmp_path)]).output
    assert "skipped image.png" in said
    assert said.splitlines()[-1] == "1 new, 0 changed, 0 same, 1 skipped, 0 gone"
    again = app.test_cli_runner().invoke(args=["import-guides", str(tmp_path)]).output
    assert again.splitlines()[-1] == "0 new, 0 changed, 1 same, 1 skipped, 0 gone"
    assert db.session.scalars(db.select(Article)).one().slug == "cantine"
