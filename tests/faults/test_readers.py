"""Citizens go on reading while guides are imported; what they keep of their speed is measured in `bench/readers.py`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import event

from bench.readers import numbered, reading
from portal.articles import importing
from portal.articles.importing import BATCH, Report
from portal.articles.models import Article
from portal.commands.guides import load_guides
from portal.config import Settings
from portal.database import db, reads_only
from tests import make
from tests.signing import send, signed_in

SHEETS = 3 * BATCH


@pytest.fixture
def paths(app: Flask) -> tuple[str, ...]:
    make.organization()
    article = make.article("Refaire une carte d’identité", "## Les pièces\n\nUne photo. " * 40)
    db.session.commit()
    return "/fr/", f"/fr/articles/{article.slug}"


@contextmanager
def transactions() -> Iterator[list[int]]:
    """The articles that there were at the end of each transaction that could write."""
    ends: list[int] = []

    def end(connection: Any) -> None:
        if not reads_only.get():
            ends.append(connection.scalar(db.select(db.func.count(Article.id))))

    event.listen(db.engine, "commit", end)
    yield ends
    event.remove(db.engine, "commit", end)


@pytest.mark.slow
def test_readers_lose_no_page_while_guides_are_imported_in_batches(
    app: Flask, served: str, paths: tuple[str, ...]
) -> None:
    settings: Settings = app.extensions["settings"]
    with reading(settings.port, paths) as readers, transactions() as ends:
        load_guides(numbered(SHEETS, "essai"), source="bench", report=Report())
    assert readers.lost == [] and readers.read
    assert ends[-1] == SHEETS + 1
    assert all(after - before <= BATCH for before, after in zip([1, *ends], ends, strict=False))


def test_a_page_does_not_wait_for_a_batch_that_is_being_written(
    app: Flask, served: str, paths: tuple[str, ...]
) -> None:
    importing.import_sheets(list(numbered(BATCH, "essai")), source="bench", report=Report())
    db.session.flush()
    assert db.session.scalar(db.select(db.func.count(Article.id))) == BATCH + 1
    for path in paths:
        assert requests.get(served + path, timeout=60).status_code == 200
    db.session.commit()


def test_who_asks_by_a_form_does_not_wait_for_a_batch_that_is_being_written(app: Flask, client: Any) -> None:
    """What is asked for is a name or a number, and goes by POST: it waits for whoever writes no more than a GET."""
    at_desk = signed_in(client, make.staff())
    make.citizen("Anne Petit", phone="+33639980001")
    db.session.commit()
    began, asked = threading.Event(), threading.Event()

    def write() -> None:
        with app.app_context():
            importing.import_sheets(list(numbered(BATCH, "essai")), source="bench", report=Report())
            db.session.flush()
            began.set()
            asked.wait(60)
            db.session.rollback()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        assert began.wait(60)
        try:
            answer = send(at_desk, "/console/contacts/new/who", {"who": "06 39 98 00 01"})
        finally:
            asked.set()
        writing.result()
    assert "Anne Petit" in answer.text
