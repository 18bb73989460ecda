"""What the tests of this room share: sheets as a source writes them, and the searcher of the application."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from flask import Flask

from knowledge_base.entry import Sheet
from knowledge_base.search import Searcher


@pytest.fixture
def searcher(app: Flask) -> Searcher:
    found: Searcher = app.extensions["searcher"]
    return found


def sheet(ref: str, title: str, body: str = "Texte.", **values: Any) -> Sheet:
    """A sheet of the national site, whose digest follows its words."""
    said = {"audience": "particuliers", "kind": "question", "language": "fr", **values}
    digest = hashlib.sha256(repr((ref, title, body, values)).encode()).hexdigest()
    url = f"https://www.service-public.fr/{said['audience']}/vosdroits/{ref}"
    return Sheet(source_ref=ref, title=title, body=body, digest=digest, **{"url": url, **said})
