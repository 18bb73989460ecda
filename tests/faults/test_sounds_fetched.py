"""A sound that is fetched from a network that fails, or by a worker that dies: kept once, whole, and never given up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from portal.contacts.calls import recordings
from portal.contacts.models import Recording
from portal.database import db
from portal.telephony import sending
from simulator import Running
from simulator.ground.records import Recording as Sound
from tests import make
from tests.processes import a_worker
from tests.sending import turn, work_later
from tests.until import until

pytestmark = pytest.mark.slow


def note(telephone: Running) -> int:
    """The network has a sound, and told us so. Nothing stays open."""
    sound = Sound("CA1", "Bonjour", 2, "DialVerb", 2, "")
    telephone.network.keep(telephone.network.recordings, sound)
    recordings.note(make.contact(), "conversation", sound.sid, 2)
    noted = db.session.scalars(db.select(Recording.id)).one()
    db.session.commit()
    return noted


def files(app: Flask) -> list[Path]:
    folder = recordings.folder(app.extensions["settings"].files_dir)
    return [path for path in folder.glob("*/*") if path.is_file()]


def is_kept_whole(app: Flask, recording_id: int) -> bool:
    db.session.rollback()
    kept = db.session.get_one(Recording, recording_id, populate_existing=True)
    sizes = [path.stat().st_size for path in files(app)]
    return kept.state == "kept" and sizes == [kept.size] and kept.size > 0


@pytest.mark.parametrize("fault", ["silence", "refuse", "error", "too_many", "broken"])
def test_a_network_that_fails_for_a_while_costs_no_sound(
    app: Flask, telephone: Running, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Thirty seconds of silence, all times a hundred times shorter."""
    monkeypatch.setattr(sending, "READ_S", 0.1)
    recording = note(telephone)
    turn(telephone, requests={fault: 1.0}, silence_s=0.3)
    work()
    assert db.session.get_one(Recording, recording).state == "waiting" and files(app) == []
    turn(telephone, requests={fault: 0.0}, silence_s=0)
    work_later(work)
    assert is_kept_whole(app, recording)


def test_a_worker_killed_while_it_fetches_leaves_the_sound_to_the_next(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    recording = note(telephone)
    turn(telephone, next_requests={"silence": 1}, silence_s=20)
    asked = telephone.network.faults.coming["requests"]
    with a_worker(app) as process:
        until(lambda: not asked, "its question")
        process.kill()
        process.join()
    turn(telephone, next_requests=[], silence_s=0)
    assert not asked and files(app) == []
    work_later(work)
    assert is_kept_whole(app, recording)
