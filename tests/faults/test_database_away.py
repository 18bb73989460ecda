"""The database does not answer: a page that says so and when to come back, never an error without words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from portal.app import create_app
from tests.conftest import settings_for
from tests.network import Network, said
from tests.ports import free_port


@pytest.fixture
def away(tmp_path: Path) -> Any:
    """An application whose PostgreSQL is not there."""
    address = f"postgresql://nobody:nothing@127.0.0.1:{free_port()}/relais"
    return create_app(settings_for(tmp_path, DATABASE_URL=address))


@pytest.mark.parametrize("path", ["/fr/", "/ar/articles/carte-identite", "/fr/search?q=passeport", "/readyz"])
def test_a_reader_is_told_to_come_back(away: Any, path: str) -> None:
    answer = away.test_client().get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "Traceback" not in answer.text


def test_what_no_disk_takes_is_not_acknowledged(away: Any) -> None:
    away.extensions["settings"].spool_dir.write_text("a file where a folder should be")
    answer = Network(away).post("/telephone/text", MessageSid="SM1", Body="Bonjour")
    assert answer.status_code == 503
    assert answer.mimetype == "text/plain"


@pytest.mark.parametrize("door", ["voice", "voice/menu", "voice/recorded", "voice/left"])
def test_a_caller_still_hears_whom_to_call(away: Any, door: str) -> None:
    heard = said(Network(away).twiml(f"/telephone/{door}", CallSid="CA1"))
    assert "indisponible" in heard and "112" in heard


def test_the_process_itself_is_alive(away: Any) -> None:
    assert away.test_client().get("/healthz").status_code == 200
