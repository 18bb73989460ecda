"""A reader's article: in their language or in French, with what it leads to, and whether it helped."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.articles import reading
from portal.articles.models import Article, ArticleText
from portal.database import db
from portal.errors import Missing
from tests import make


def address(slug: str) -> str:
    return f"/fr/articles/{slug}"


def test_an_article_is_read_in_ones_language_or_in_french(app: Flask) -> None:
    article = make.article("Le passeport", slug="passeport")
    article.texts["en"] = ArticleText(language="en", title="The passport", body="Hello.")
    db.session.commit()
    page = reading.article_page("passeport", "en")
    assert (page.text.title, page.fallback) == ("The passport", False)
    page = reading.article_page("passeport", "ar")
    assert (page.text.title, page.language, page.fallback) == ("Le passeport", "fr", True)


@pytest.mark.parametrize("state", ["draft", "retired"])
def test_what_is_not_published_is_missing(app: Flask, state: str) -> None:
    make.article(slug="cache", state=state)
    for slug in ("cache", "inconnu"):
        with pytest.raises(Missing):
            reading.article_page(slug, "fr")


def test_links_lead_to_our_articles_else_to_the_source(app: Flask) -> None:
    common = {"source": "service-public.fr", "audience": "particuliers"}
    url = "https://www.service-public.fr/particuliers/vosdroits/F1"
    make.article("Passeport", slug="passeport-f14", source_ref="F14", **common)
    make.article("Retirée", slug="retiree-f15", source_ref="F15", state="retired", **common)
    make.article(
        "Autre public",
        slug="autre-f16",
        source_ref="F16",
        source="service-public.fr",
        audience="associations",
    )
    body = "[a](sheet:F14) [b](sheet:F15) [c](sheet:associations/F16) [d](sheet:associations/R9)"
    make.article(
        "Carte", slug="carte-f1", source_ref="F1", source_url=url, body=body, links=["F14", "F15"], **common
    )
    html = reading.article_page("carte-f1", "fr").html(address)
    assert '<a href="/fr/articles/passeport-f14"' in html
    assert '<a href="https://www.service-public.fr/particuliers/vosdroits/F15"' in html
    assert '<a href="/fr/articles/autre-f16"' in html
    assert '<a href="https://www.service-public.fr/associations/vosdroits/R9"' in html


def test_related_articles_are_those_the_text_does_not_already_lead_to(app: Flask) -> None:
    make.article("Passeport", slug="passeport", source_ref="F14")
    make.article("Livret", slug="livret", source_ref="F20")
    make.article("Carte", slug="carte", source_ref="F1", body="[a](sheet:F14)", links=["F14", "F20", "F99"])
    page = reading.article_page("carte", "fr")
    assert [one.slug for one in page.related] == ["livret"]


def test_a_text_of_ours_without_a_source_keeps_only_the_words_of_a_lost_link(app: Flask) -> None:
    make.article(slug="carte", body="Voir [la fiche](sheet:F99).")
    assert "<p>Voir la fiche.</p>" in reading.article_page("carte", "fr").html(address)


def test_a_saved_body_replaces_the_one_kept_in_memory(app: Flask) -> None:
    article = make.article(slug="carte", body="Avant.")
    db.session.commit()
    assert "Avant." in reading.article_page("carte", "fr").html(address)
    article.texts["fr"].body, article.kind = "Après.", "guide"
    db.session.commit()
    assert "Après." in reading.article_page("carte", "fr").html(address)


def test_a_topic_lists_its_answers_not_its_forms(app: Flask) -> None:
    topic = make.topic("logement")
    make.article("B", slug="b", topic=topic)
    make.article("A", slug="a", topic=topic, kind="guide").texts["en"] = ArticleText(
        language="en", title="A in English"
    )
    make.article("Formulaire", topic=topic, kind="form")
    make.article("Brouillon", topic=topic, state="draft")
    db.session.commit()
    page = reading.topic_page("logement", "en", limit=10)
    assert [(one.title, one.language) for one in page.articles] == [("A in English", "en"), ("B", "fr")]
    assert page.total == 2
    assert [(one.slug, one.articles) for one in reading.topics("fr")] == [("logement", 2)]
    with pytest.raises(Missing):
        reading.topic_page("inconnu", "fr")


def test_an_opinion_counts_once_a_visit_and_can_be_changed(app: Flask) -> None:
    article = make.article(slug="carte")
    db.session.commit()
    version = article.version
    for helped, visit in [(True, "a"), (True, "a"), (True, "b"), (False, "b")]:
        reading.give_opinion("carte", helped=helped, visit=visit)
        db.session.commit()
    row = db.session.execute(db.select(Article.helped, Article.not_helped, Article.version)).one()
    assert tuple(row) == (1, 1, version)
