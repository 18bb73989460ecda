"""What is asked of the network about calls, on the network that stands in."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.config import Settings
from portal.telephony import sending
from simulator import Running
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
