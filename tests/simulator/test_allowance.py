"""So many calls a second: the others stand behind, queued, without a word; `<Dial>` and calls that come in do not."""

from dataclasses import replace
from time import monotonic

import pytest

from portal.telephony.client import make_client
from simulator import start
from tests.simulator.conftest import ACCOUNT, TOKEN

LINE = "+33199000010"
PHONES = [f"+3363998000{number}" for number in range(1, 5)]


@pytest.fixture
def slow(settings):
    with start(replace(settings, calls_per_second=1.0, patience=1.0)) as running:
        yield running


def test_calls_beyond_the_allowance_stand_queued_in_their_order(slow):
    api = make_client(ACCOUNT, TOKEN, slow.url)
    started = monotonic()
    placed = [api.calls.create(to=each, from_=LINE, twiml="<Response/>") for each in PHONES]
    placing = monotonic() - started
    assert {call.status for call in placed} == {"queued"}
    slow.handset(PHONES[0]).wait_for("ringing")
    assert slow.handset(PHONES[3]).state()["state"] == "dialling"
    slow.handset(PHONES[3]).wait_for("ringing")
    assert monotonic() - started >= 2.9
    waits = [int(api.calls(call.sid).fetch().queue_time) for call in placed]
    assert waits == sorted(waits) and waits[3] >= 1000 * (2.9 - placing)


def test_a_call_called_off_gives_its_turn_to_the_next(slow, portal):
    api = make_client(ACCOUNT, TOKEN, slow.url)
    status = portal.url + "/status"
    placed = [
        api.calls.create(to=each, from_=LINE, twiml="<Response/>", status_callback=status) for each in PHONES
    ]
    for call in placed[1:3]:
        api.calls(call.sid).update(status="canceled")
    assert {each["CallStatus"] for each in portal.wait_for("/status", 2)} == {"canceled"}
    slow.handset(PHONES[3]).wait_for("ringing")
    assert int(api.calls(placed[3].sid).fetch().queue_time) < 2400  # and not three seconds


def test_calls_that_come_in_do_not_stand_behind(slow, portal):
    api = make_client(ACCOUNT, TOKEN, slow.url)
    for each in PHONES:
        api.calls.create(to=each, from_=LINE, twiml="<Response/>")
    portal.says["/telephone/voice"] = '<Dial timeout="20"><Number>+33199000051</Number></Dial>'
    caller = slow.handset("+33639980009")
    caller.call(LINE)
    slow.handset("+33199000051").wait_for("ringing")
    assert slow.handset(PHONES[3]).state()["state"] == "dialling"
