"""A town with a line, topics, articles and services, whose network, worker and server really run."""

from __future__ import annotations

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
from tests.snapshot import load_once

LINE, TEXTS = "+33199000010", "38010"
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


@pytest.fixture
def town(app: Flask, engine: str, run: Path) -> Town:
    """The demo town without its lives: each journey tells its own."""
    load_once(app, run, f"town-{engine}", _load)
    return Town(app)


def _load() -> None:
    content = read("town.json")
    load_town(content)
    db.session.commit()
    load_guides(read_guides(Path(FOLDER) / "articles", on_skip=_never), report=Report())
    load_town_documents()
    load_rules(read("rules.json"), content["organization"])
    db.session.commit()


@pytest.fixture
def live(town: Town, telephone: Running, served: str, worker: None) -> Town:
    """The town with its telephone network, its server and its worker."""
    town.network = telephone
    return town


def _never(name: str, why: str) -> None:
    raise AssertionError(f"{name}: {why}")
