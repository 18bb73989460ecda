"""A message left is heard by agents, as a download, and forgotten in time; a conversation only where turned on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from portal import clock, jobs
from portal.contacts.models import Recording
from portal.database import brief_read, db
from simulator import Running
from tests import make
from tests.journeys.telephones import ANNE, CITIZEN, Office, open_office
from tests.sending import silence
from tests.signing import signed_in
from tests.until import until


def recordings() -> list[Recording]:
    with brief_read() as session:
        return list(session.scalars(db.select(Recording).order_by(Recording.id)))


def sounds(app: Flask) -> list[Path]:
    return [
        path for path in (app.extensions["settings"].files_dir / "recordings").glob("*/*") if path.is_file()
    ]


def leave_a_message(office: Office) -> None:
    phone = office.call()
    phone.wait_to_be_asked("record")
    phone.speak("Ma rue n’est plus éclairée.")
    phone.press("#")
    phone.wait_for("over")
    until(recordings)


def test_a_message_left_is_fetched_downloaded_and_forgotten_in_time(
    app: Flask, telephone: Running, served: str, work: Callable[[], int]
) -> None:
    office = open_office(app, telephone, {"do": "voicemail", "says": {}})
    leave_a_message(office)
    work()
    (kept,) = recordings()
    assert (kept.kind, kept.state) == ("voicemail", "kept") and kept.size > 0 and len(sounds(app)) == 1
    answer = office.browsers[office.anne.id].get(f"/console/recordings/{kept.id}")
    assert answer.status_code == 200 and len(answer.data) == kept.size
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    page = office.browsers[office.anne.id].get(f"/console/contacts/{kept.contact_id}")
    assert f'<audio controls preload="none" src="/console/recordings/{kept.id}"' in page.text
    assert "media-src 'self'" in page.headers["Content-Security-Policy"], "it is listened to where it stands"
    stranger = signed_in(app.test_client(), make.staff(of=make.organization("ailleurs")))
    assert stranger.get(f"/console/recordings/{kept.id}").status_code == 404
    with time_machine.travel(clock.now() + timedelta(days=186), tick=True):
        jobs.enqueue("purge_recordings", {})
        work()
    assert recordings()[0].state == "purged" and sounds(app) == [] and not telephone.network.recordings
    assert office.browsers[office.anne.id].get(f"/console/recordings/{kept.id}").status_code in (401, 404)


@pytest.mark.parametrize("refuses", [False, True])
def test_a_conversation_is_recorded_only_after_a_notice_that_was_not_refused(
    app: Flask, telephone: Running, served: str, worker: None, refuses: bool
) -> None:
    office = open_office(app, telephone, records_calls=True)
    with nullcontext() if refuses else silence(telephone):
        citizen = office.call()
        citizen.wait_to_hear("peut être enregistré")
        if refuses:
            citizen.press("9")
            citizen.wait_to_hear("ne sera pas enregistré")
        office.phone(ANNE).wait_for("ringing")
    agent = office.pick_up()
    agent.wait_to_be_with(CITIZEN)
    page = office.browsers[office.anne.id].get(f"/console/contacts/{office.contact().id}").text
    assert ("Conversation enregistrée" in page) is not refuses
    agent.speak("Bonjour.")
    citizen.wait_to_hear("Bonjour.")
    agent.hang_up()
    citizen.wait_for("over")
    until(lambda: office.contact().ended_at)
    if refuses:
        assert recordings() == []
    else:
        until(lambda: [one.state for one in recordings()] == ["kept"])


def test_a_conversation_is_not_recorded_by_default(
    app: Flask, telephone: Running, served: str, worker: None
) -> None:
    office = open_office(app, telephone)
    _citizen, agent = office.talk()
    agent.hang_up()
    until(lambda: office.contact().ended_at)
    assert not telephone.network.recordings
