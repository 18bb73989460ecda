"""Citizens go on reading while guides are imported: SQLite's one writer never makes a reader wait."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest
from flask import Flask

from bench import place
from bench.readers import ROUNDS, Round, one_round, reading
from portal.articles.importing import BATCH
from portal.config import Settings
from portal.database import db
from tests import make

SHEETS = 240


@pytest.mark.slow
def test_readers_lose_no_page_nor_half_their_speed_while_guides_are_imported(
    app: Flask, tmp_path: Path
) -> None:
    """Timed beside an import elsewhere, which needs the processor as much; one quiet enough round of three is told."""
    make.organization()
    article = make.article("Refaire une carte d’identité", "## Les pièces\n\nUne photo. " * 40)
    db.session.commit()
    settings: Settings = app.extensions["settings"]
    theirs = place.environment(settings.data_dir, settings.database_url, RELAIS_PROXY_HOPS="1")
    another = place.environment(tmp_path)
    place.flask(another, "db", "upgrade")
    rounds: list[Round] = []
    with (
        place.served("wsgi:app", theirs, 1) as ports,
        reading(ports[0], ("/fr/", f"/fr/articles/{article.slug}")) as readers,
    ):
        while len(rounds) < ROUNDS and not any(each.kept > 0.5 for each in rounds):
            rounds.append(one_round(readers, theirs, another, SHEETS))
    assert readers.lost == []
    assert max(each.kept for each in rounds) > 0.5
    assert all(len(each.held_ms) >= SHEETS // BATCH for each in rounds), "the import writes in batches"
    assert min(statistics.median(each.held_ms) for each in rounds) < 500  # 80 ms where nothing else runs
