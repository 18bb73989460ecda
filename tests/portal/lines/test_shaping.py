"""Several people write one menu at once: each step is compared with what its writer saw, and none is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from portal.database import db
from portal.errors import Missing, Refused, Stale
from portal.history import SYSTEM
from portal.lines import menus, shaping
from portal.lines.models import Line
from tests import make

WRITERS, LIMIT_S = 6, 60


@pytest.fixture
def line(app: Flask) -> Line:
    found = make.line()
    choices = [{"key": str(n), "label": {"fr": f"Choix {n}"}} for n in range(WRITERS)]
    menus.draft(found, {"do": "choose", "says": {}, "choices": choices}, SYSTEM)
    return found


def tree(line: Line) -> Any:
    found = shaping.current(line)
    return found.tree if found else {}


def test_steps_written_at_the_same_instant_are_all_kept(app: Flask, line: Line) -> None:
    line_id, ready = line.id, Barrier(WRITERS)
    db.session.commit()

    def write(n: int) -> None:
        with app.app_context():
            own = db.session.get_one(Line, line_id)
            db.session.commit()
            ready.wait(LIMIT_S)
            said = {"do": "say", "says": {"fr": f"Texte {n}"}}
            shaping.save_step(own, str(n), said, seen=shaping.digest(None), by=SYSTEM)
            db.session.commit()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    db.session.expire_all()
    line = db.session.get_one(Line, line_id)
    said = [choice["then"]["says"]["fr"] for choice in tree(line)["choices"]]
    assert said == [f"Texte {n}" for n in range(WRITERS)]
    assert len(menus.versions(line)) == 1


def test_the_same_step_written_twice_is_refused_to_the_second_with_both(line: Line) -> None:
    seen = shaping.digest(None)
    shaping.save_step(line, "1", {"do": "say", "says": {"fr": "Un."}}, seen=seen, by=SYSTEM)
    shaping.save_step(line, "1", {"do": "say", "says": {"fr": "Un."}}, seen=seen, by=SYSTEM)
    with pytest.raises(Stale) as refused:
        shaping.save_step(line, "1", {"do": "say", "says": {"fr": "Deux."}}, seen=seen, by=SYSTEM)
    assert refused.value.theirs["says"] == {"fr": "Un."}


def test_what_is_published_is_not_touched_by_the_draft(line: Line) -> None:
    make.queue("accueil")
    menus.draft(line, {"do": "queue", "queue": "accueil"}, SYSTEM)
    version = shaping.current(line)
    assert version is not None
    menus.publish(version, SYSTEM)
    seen = shaping.digest(version.tree)
    shaping.save_step(line, "", {"do": "say", "says": {"fr": "Fermé."}}, seen=seen, by=SYSTEM)
    assert version.tree["do"] == "queue" and tree(line)["do"] == "say"
    shaping.drop_draft(line, by=SYSTEM)
    assert tree(line)["do"] == "queue"


def test_a_place_that_is_not_there_takes_nothing(line: Line) -> None:
    for path in ("9", "1-", "11"):
        with pytest.raises(Missing):
            shaping.save_step(line, path, {"do": "say", "says": {}}, seen=shaping.digest(None), by=SYSTEM)
    with pytest.raises(Refused):
        shaping.remove(line, "", by=SYSTEM)
