"""What is saved is kept, told, and found by the next search."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from time_machine import travel

from knowledge_base.search import Searcher
from portal import history
from portal.articles import editing, index, library
from portal.articles.editing import Draft, TopicDraft, Written
from portal.articles.models import Article
from portal.database import db, reads_only
from portal.errors import Refused, Stale
from portal.work import loop
from tests import make

PASSPORT = Draft(
    {"fr": Written("Refaire son passeport", "En mairie.", "## Où\n\nÀ la mairie.", ("passeport",))},
    topic="etat-civil",
    state="published",
    services=("etat-civil",),
)


def actor() -> history.Actor:
    make.topic()
    return make.staff("editor").actor


def test_a_new_article_has_an_address_a_history_and_a_job(
    app: Flask, searcher: Searcher, work: Callable[[], int]
) -> None:
    article = editing.add_article(PASSPORT, by=actor())
    twin = editing.add_article(PASSPORT, by=actor())
    assert (article.slug, twin.slug) == ("refaire-son-passeport", "refaire-son-passeport-2")
    assert [event.verb for event in history.of(article)] == ["article.added"]
    work()
    assert library.find(searcher, "passeport", language="fr").hits[0].id in (article.id, twin.id)


@travel("2026-12-31T23:30Z", tick=False)
def test_an_article_of_new_years_night_is_of_the_new_year(app: Flask) -> None:
    assert editing.add_article(PASSPORT, by=actor()).updated_on == date(2027, 1, 1)


def test_a_save_tells_what_it_changed_before_and_after(app: Flask) -> None:
    article = editing.add_article(PASSPORT, by=actor())
    english = {**PASSPORT.texts, "en": Written("Renew a passport", body="At the town hall.")}
    editing.save_article(
        article.id, replace(PASSPORT, texts=english, kind="guide"), version=article.version, by=actor()
    )
    details = history.of(article)[0].details
    assert details["before"]["kind"] == "question"
    assert details["after"]["kind"] == "guide"
    assert details["after"]["en.title"] == "Renew a passport"
    assert "fr.title" not in details["after"]


def test_a_save_that_changes_nothing_leaves_nothing(app: Flask) -> None:
    article = editing.add_article(PASSPORT, by=actor())
    db.session.commit()
    editing.save_article(article.id, PASSPORT, version=article.version, by=actor())
    assert len(history.of(article)) == 1


def test_a_save_from_an_older_version_is_refused_with_both(app: Flask) -> None:
    article = editing.add_article(PASSPORT, by=actor())
    seen = article.version
    theirs = {"fr": replace(PASSPORT.texts["fr"], title="Leur titre")}
    editing.save_article(article.id, replace(PASSPORT, texts=theirs), version=seen, by=actor())
    db.session.commit()
    ours = {"fr": replace(PASSPORT.texts["fr"], title="Notre titre")}
    with pytest.raises(Stale) as stale:
        editing.save_article(article.id, replace(PASSPORT, texts=ours), version=seen, by=actor())
    assert (stale.value.theirs["fr.title"], stale.value.yours["fr.title"]) == ("Leur titre", "Notre titre")


def test_changing_one_language_raises_the_articles_version(app: Flask) -> None:
    article = editing.add_article(PASSPORT, by=actor())
    before = article.version
    body = {"fr": replace(PASSPORT.texts["fr"], body="Autre texte.")}
    editing.save_article(article.id, replace(PASSPORT, texts=body), version=before, by=actor())
    db.session.flush()
    assert article.version == before + 1


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (replace(PASSPORT, texts={"en": Written("Passport", body="x")}), "fr-title"),
        (replace(PASSPORT, texts={"fr": Written("Titre")}), "fr-body"),
        (replace(PASSPORT, topic="inconnu"), "topic"),
        (replace(PASSPORT, kind="roman"), "kind"),
        (replace(PASSPORT, state="perdu"), "state"),
    ],
)
def test_what_cannot_be_published_is_refused_beside_its_field(app: Flask, draft: Draft, field: str) -> None:
    with pytest.raises(Refused) as refused:
        editing.add_article(draft, by=actor())
    assert refused.value.field == field


def test_contacts_that_a_source_gave_survive_an_edit(app: Flask) -> None:
    article = make.article(contacts=[{"kind": "caf", "title": "Caf"}, {"service": "ccas"}])
    draft = replace(editing.draft_of(article), services=("etat-civil",))
    editing.save_article(article.id, draft, version=article.version, by=actor())
    assert article.contacts == [{"service": "etat-civil"}, {"kind": "caf", "title": "Caf"}]


def test_a_topic_is_named_in_each_language(app: Flask) -> None:
    by = actor()
    topic = editing.save_topic(None, TopicDraft({"fr": "Déchets", "en": "Waste"}), by=by)
    assert topic.slug == "dechets"
    db.session.commit()
    editing.save_topic(topic.id, TopicDraft({"fr": "Déchets et tri"}), version=topic.version, by=by)
    db.session.commit()
    with pytest.raises(Stale):
        editing.save_topic(topic.id, TopicDraft({"fr": "Ordures"}), version=1, by=by)
    assert topic.slug == "dechets"


@contextmanager
def worker(app: Flask) -> Iterator[None]:
    """A worker at its work, as `flask work` runs it, until the end of the block."""
    stop = threading.Event()

    def run() -> None:
        with app.app_context():
            while not stop.is_set():
                if not loop.work_once(app, "worker"):
                    stop.wait(loop.POLL_S)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def found(searcher: Searcher, words: str, *, within_s: float = 60) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        hits = searcher.find(words).hits
        if hits and hits[0].title == words:
            return True
        time.sleep(0.02)
    return False


def test_what_is_saved_is_what_the_next_search_shows_while_another_reads(
    app: Flask, searcher: Searcher
) -> None:
    for n in range(30):
        make.article(f"Question numéro {n}")
    article = editing.add_article(PASSPORT, by=actor())
    article_id, version = article.id, article.version
    db.session.commit()
    index.rebuild(app.extensions["settings"].index_dir)
    searcher.refresh()
    reading, reads = threading.Event(), []

    def read() -> None:
        reads_only.set(True)  # as behind a GET; this thread's own
        with app.app_context():
            while not reading.is_set():
                reads.append(len(library.find(searcher, "question", language="fr").hits))
                db.session.rollback()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        with worker(app):
            renamed = {"fr": replace(PASSPORT.texts["fr"], title="Trottinettes égarées")}
            editing.save_article(article_id, replace(PASSPORT, texts=renamed), version=version, by=actor())
            db.session.commit()
            assert found(searcher, "Trottinettes égarées")
    finally:
        reading.set()
        reader.join()
    assert reads and set(reads) == {10}
    assert db.session.get(Article, article_id) is not None
