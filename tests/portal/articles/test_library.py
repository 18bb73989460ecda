"""The index proposes, the database decides."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from knowledge_base.search import Searcher
from portal.articles import index, library
from portal.articles.models import Article, ArticleText, Document, DocumentFile, DocumentPage
from portal.database import db
from tests import make

IDENTITY = "La carte d’identité se demande dans une mairie équipée, sur rendez-vous."


def rebuild(app: Flask) -> None:
    db.session.commit()
    index.rebuild(app.extensions["settings"].index_dir)
    app.extensions["searcher"].refresh()  # a new generation is otherwise opened in the background


def write(article: Article, language: str, title: str, body: str = "Body.") -> None:
    article.texts[language] = ArticleText(language=language, title=title, summary=title, body=body)


def test_a_question_finds_its_article_with_all_a_page_shows(app: Flask, searcher: Searcher) -> None:
    made = make.article(body=IDENTITY, topic=make.topic(), contacts=[{"service": "etat-civil"}])
    make.article("Inscrire un enfant à la cantine")
    rebuild(app)
    answers = library.find(searcher, "refaire ma carte d'identite", language="fr")
    first = answers.hits[0]
    assert (first.noun, first.id, first.slug, first.kind) == ("article", made.id, made.slug, "question")
    assert (first.topic, first.contacts) == ("etat-civil", ({"service": "etat-civil"},))
    assert any(match for _, match in first.title_parts)
    assert any(match for _, match in first.snippet)
    assert [(topic.slug, topic.name, topic.found) for topic in answers.topics] == [
        ("etat-civil", "Etat civil", 1)
    ]


def test_what_is_no_longer_published_is_not_shown_though_the_index_still_proposes_it(
    app: Flask, searcher: Searcher
) -> None:
    made = make.article(body=IDENTITY)
    rebuild(app)
    assert library.find(searcher, "carte d’identité", language="fr").hits
    made.state = "retired"
    db.session.commit()
    answers = library.find(searcher, "carte d’identité", language="fr")
    assert (answers.hits, answers.total, answers.sure) == ((), 0, False)


def test_another_language_is_answered_in_it_or_in_french_and_says_so(app: Flask, searcher: Searcher) -> None:
    both = make.article("Le passeport", body="Le passeport biométrique.")
    write(both, "en", "Getting a passport", "The passport office.")
    make.article("La cantine scolaire", body="Menus de la cantine.")
    rebuild(app)
    hit = library.find(searcher, "passport", language="en").hits[0]
    assert (hit.title, hit.language, hit.fallback) == ("Getting a passport", "en", False)
    hit = library.find(searcher, "biométrique", language="en").hits[0]
    assert (hit.title, hit.language) == ("Getting a passport", "en")
    hit = library.find(searcher, "cantine", language="en").hits[0]
    assert (hit.title, hit.language, hit.fallback) == ("La cantine scolaire", "fr", True)


def test_a_document_is_found_by_its_page_with_its_formats(app: Flask, searcher: Searcher) -> None:
    document = Document(slug="qui-repare", title="Qui répare, qui entretient")
    document.files = [
        DocumentFile(format=one, name=f"guide.{one}", size=10, sha256=one) for one in ("pdf", "odt")
    ]
    document.pages = [
        DocumentPage(number=1, text="Couverture du guide."),
        DocumentPage(number=2, text="L’entretien annuel de la chaudière revient au locataire."),
    ]
    db.session.add(document)
    rebuild(app)
    hit = library.find(searcher, "entretien chaudière", language="fr").hits[0]
    assert (hit.noun, hit.slug, hit.page) == ("document", "qui-repare", 2)
    assert [file.format for file in hit.files] == ["pdf", "odt"]
    assert "chaudière" in "".join(words for words, _ in hit.snippet)


def test_an_empty_question_and_an_absent_index_answer_nothing(app: Flask, searcher: Searcher) -> None:
    assert library.find(searcher, "  ", language="fr").hits == ()
    assert library.find(searcher, "passeport", language="fr").hits == ()


def test_a_beginning_is_completed_by_titles(app: Flask, searcher: Searcher) -> None:
    make.article("Refaire son passeport")
    rebuild(app)
    assert library.suggest_completions(searcher, "refaire s", language="fr") == ["Refaire son passeport"]
    assert library.suggest_completions(searcher, "r", language="fr") == []


def test_a_draft_is_never_in_the_index(app: Flask, searcher: Searcher, work: Callable[[], int]) -> None:
    draft = make.article("Brouillon secret", state="draft")
    index.ask_update(articles=[draft.id])
    work()
    assert searcher.find("brouillon").total == 0


def test_a_topic_is_given_where_one_article_answers_and_while_it_is_published(
    app: Flask, searcher: Searcher
) -> None:
    made = make.article(body=IDENTITY, topic=make.topic())
    rebuild(app)
    asked = "refaire ma carte d’identité"
    assert library.topic_about(searcher, asked, language="fr") == make.topic().id
    assert library.find(searcher, asked, language="fr").topic == "etat-civil"
    made.state = "retired"
    db.session.commit()
    assert library.topic_about(searcher, asked, language="fr") is None


def test_no_topic_is_given_for_a_word_said_in_passing(app: Flask, searcher: Searcher) -> None:
    make.article(body=IDENTITY, topic=make.topic())
    make.article("La carte de bus", topic=make.topic("deplacements"))
    rebuild(app)
    asked = "ma voisine a perdu sa carte routière en forêt"
    assert library.find(searcher, asked, language="fr").hits
    assert library.topic_about(searcher, asked, language="fr") is None
