"""How templates are read: compiled once, not at each start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

from portal.app import create_app
from portal.config import Settings, read_settings

PAGE = "layouts/staff_nav.html"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"RELAIS_DATA_DIR": str(tmp_path)})


def drawn(settings: Settings) -> str:
    """A template as a process that has just started draws it."""
    return str(create_app(settings).jinja_env.globals["drawn"](PAGE, role="agent", path="/console/"))


def test_the_next_start_finds_its_templates_compiled(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = drawn(settings)

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(Environment, "compile", never)
    assert drawn(settings) == first


def test_what_other_code_compiled_is_forgotten(settings: Settings) -> None:
    left = settings.data_dir / "templates" / "0123456789ab-of-yesterday"
    left.parent.mkdir()
    left.write_bytes(b"")
    drawn(settings)
    assert not left.exists() and any(left.parent.iterdir())


def test_a_folder_that_cannot_be_written_is_done_without(settings: Settings) -> None:
    (settings.data_dir / "templates").write_text("no folder")
    assert "Accueil" in drawn(settings)
