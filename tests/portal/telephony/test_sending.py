"""What is asked of the network about calls, on the network that stands in."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from werkzeug import Request, Response
from werkzeug.serving import make_server

from portal import clock, jobs
from portal.config import Settings
from portal.contacts.calls.recordings import note
from portal.contacts.models import Recording
from portal.database import db
from portal.jobs import Job
from portal.telephony import sending
from portal.telephony.models import Alert
from simulator import Running
from tests import make
from tests.network import LINE, NUMBER


@pytest.fixture
def settings(app: Flask) -> Settings:
    found: Settings = app.extensions["settings"]
    return found


def place(settings: Settings, **more: Any) -> str:
    ours = settings.public_base_url
    ends = {"to": NUMBER, "sender": LINE, **more}
    return sending.place_call(
        settings, url=f"{ours}/telephone/x", callback=f"{ours}/telephone/status/call", ring_s=20, **ends
    )


def test_a_call_is_placed_and_found_again(settings: Settings, telephone: Running) -> None:
    since = clock.now() - timedelta(seconds=5)
    ref = place(settings)
    assert telephone.handset(NUMBER).wait_for("ringing")
    assert sending.call_state(settings, ref) in ("queued", "ringing")
    assert sending.find_calls(settings, to=NUMBER, sender=LINE, since=since) == [ref]
    later = clock.now() + timedelta(minutes=1)
    assert sending.find_calls(settings, to=NUMBER, sender=LINE, since=later) == []


def test_a_text_leaves_without_the_spaces_that_would_double_its_price(
    settings: Settings, telephone: Running
) -> None:
    ends = {"to": NUMBER, "sender": LINE, "body": "Un problème\u00a0? Suivi\u00a0: demain"}
    since = clock.now() - timedelta(seconds=5)
    ref = sending.send_text(settings, **ends)
    telephone.handset(NUMBER).wait_for_text("Un problème ? Suivi : demain")
    assert sending.find_texts(settings, since=since, **ends) == [ref]


def test_a_call_is_hung_up(settings: Settings, telephone: Running) -> None:
    ref = place(settings)
    phone = telephone.handset(NUMBER)
    phone.wait_for("ringing")
    sending.hang_up(settings, ref)
    phone.wait_for("over")


def test_a_number_that_cannot_be_called_is_refused_for_good(settings: Settings, telephone: Running) -> None:
    with pytest.raises(sending.Rejected) as refusal:
        place(settings, to="+15005550001")
    assert refusal.value.code == 21217


def test_an_answer_that_never_comes_leaves_us_unsure(settings: Settings, telephone: Running) -> None:
    telephone.network.faults.turn({"next_requests": {"silence": 1}})
    with pytest.raises(sending.Unsure):
        place(settings)
    found = sending.find_calls(settings, to=NUMBER, sender=LINE, since=clock.now() - timedelta(minutes=1))
    assert len(found) == 1


@pytest.fixture
def refusing(app: Flask) -> Iterator[dict[str, int]]:
    """A network that refuses whatever it is asked, as this says; the application's settings name it."""
    said = {"status": 403, "code": 20403}

    @Request.application
    def refuse(_request: Request) -> Response:
        return Response(json.dumps({**said, "message": "no"}), said["status"])

    former = app.extensions["settings"]
    server = make_server("127.0.0.1", 0, refuse)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    app.extensions["settings"] = replace(former, twilio_base_url=f"http://127.0.0.1:{server.server_port}")
    yield said
    app.extensions["settings"] = former
    server.shutdown()
    server.server_close()


def test_a_sound_is_gone_only_where_the_network_does_not_know_it(
    refusing: dict[str, int], work: Callable[[], int]
) -> None:
    """Refused for another reason, it is there still: to forget ours alone would keep what was to be forgotten."""
    for n in range(2):
        note(make.contact(), "conversation", f"RE{n}{'0' * 31}", 2)
    db.session.execute(db.delete(Job))
    with time_machine.travel(clock.now() + timedelta(days=186), tick=True):
        jobs.enqueue("purge_recordings", {})
        work()
        assert {one.state for one in db.session.scalars(db.select(Recording))} == {"waiting"}
        assert "effacer" in db.session.scalars(db.select(Alert.sentence)).one()
        refusing.update(status=404, code=20404)
        jobs.enqueue("purge_recordings", {})
        work()
    db.session.expire_all()
    assert {one.state for one in db.session.scalars(db.select(Recording))} == {"purged"}
