"""A town with a line, topics, articles and services, whose network, worker and server really run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from knowledge_base.reading import read_guides
from portal.articles.importing import Report
from portal.commands.demo import FOLDER, load_rules, load_town_documents
from portal.commands.guides import load_guides
from portal.database import db
from portal.demo.town import load_town, read
from portal.staff.models import Staff
from simulator import Handset, Running
from tests import make
from tests.signing import signed_in
from tests.snapshot import Snapshot, take

LINE, TEXTS = "+33199000010", "+33639980010"
CITIZEN, AGENT_PHONE = "+33639980777", "+33199000021"


@dataclass
class Town:
    app: Flask
    network: Running | None = None

    def phone(self, number: str = CITIZEN) -> Handset:
        assert self.network is not None
        return self.network.handset(number)

    def staff(self, role: str = "agent", **values: Any) -> Staff:
        person = make.staff(role, make.organization("mairie-valbrune"), phone=AGENT_PHONE, **values)
        db.session.commit()
        return person

    def browser(self, person: Staff | None = None) -> Any:
        client = self.app.test_client()
        return signed_in(client, person) if person else client


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Flask, str], None]:
    """Loads the demo town without its lives: at length once an engine, then from what was kept of it."""
    kept: dict[str, Snapshot] = {}

    def load(app: Flask, engine: str) -> None:
        if engine in kept:
            kept[engine].restore(app)
            return
        content = read("town.json")
        load_town(content)
        db.session.commit()
        load_guides(read_guides(Path(FOLDER) / "articles", on_skip=_never), report=Report())
        load_town_documents()
        load_rules(read("rules.json"), content["organization"])
        db.session.commit()
        kept[engine] = take(app, tmp_path_factory.mktemp(f"town-{engine}"))

    return load


@pytest.fixture
def town(app: Flask, engine: str, loaded: Callable[[Flask, str], None]) -> Town:
    """The demo town without its lives: each journey tells its own."""
    loaded(app, engine)
    return Town(app)


@pytest.fixture
def live(town: Town, telephone: Running, served: str, worker: None) -> Town:
    """The town with its telephone network, its server and its worker."""
    town.network = telephone
    return town


def _never(name: str, why: str) -> None:
    raise AssertionError(f"{name}: {why}")
