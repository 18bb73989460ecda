"""The switches: callbacks lost, doubled, late or out of order; REST calls refused, broken or left without a word."""

from time import monotonic

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

LINE = "+33199000010"


@pytest.fixture
def turn(network):
    def turn(**wanted):
        return requests.post(network.url + "/network", json=wanted, timeout=30)

    return turn


@pytest.fixture
def send(api, portal):
    def send(body="Bonjour"):
        return api.messages.create(
            to="+33639980001", from_=LINE, body=body, status_callback=portal.url + "/status"
        )

    return send


def statuses(portal):
    return [each["MessageStatus"] for each in portal.at("/status")]


def test_a_lost_callback_never_comes(turn, send, portal):
    turn(next_callbacks={"lose": 1})
    send()
    portal.wait_for("/status")
    assert statuses(portal) == ["delivered"]


def test_a_doubled_callback_comes_twice(turn, send, portal):
    turn(next_callbacks=["double"])
    send()
    portal.wait_for("/status", 3)
    assert statuses(portal) == ["sent", "sent", "delivered"]


def test_a_reordered_callback_is_overtaken_by_the_next(turn, send, portal):
    turn(next_callbacks=["reorder"])
    send()
    portal.wait_for("/status", 2)
    assert statuses(portal) == ["delivered", "sent"]


def test_a_callback_with_nothing_to_be_overtaken_by_comes_all_the_same(turn, send, portal):
    turn(next_callbacks=["", "reorder"])
    send()
    portal.wait_for("/status", 2)
    assert statuses(portal) == ["sent", "delivered"]


def test_a_delayed_callback_comes_late(turn, send, portal):
    turn(next_callbacks=["delay"], delay_s=0.3)
    started = monotonic()
    send()
    portal.wait_for("/status", 2)
    assert statuses(portal) == ["delivered", "sent"] and monotonic() - started >= 0.3


def test_a_text_of_a_citizen_may_come_twice(turn, phone, portal):
    turn(callbacks={"double": 1})
    phone.write(LINE, "Bonjour")
    first, second = portal.wait_for("/telephone/text", 2)
    assert first == second
    tokens = {seen.token for seen in portal.seen if seen.path == "/telephone/text"}
    assert len(tokens) == 1 and tokens != {""}


def test_instructions_may_be_asked_for_twice(turn, phone, portal):
    portal.says["/telephone/voice"] = "<Say>Bonjour</Say>"
    turn(voice={"double": 1})
    phone.call(LINE)
    phone.wait_for("over")
    assert len(portal.at("/telephone/voice")) == 2 and phone.transcript() == ["Bonjour"]


@pytest.mark.parametrize(("fault", "status", "code"), [("too_many", 429, 20429), ("error", 503, 20503)])
def test_a_rest_call_is_refused_and_nothing_is_done(turn, send, api, fault, status, code):
    turn(next_requests={fault: 1})
    with pytest.raises(TwilioRestException) as refused:
        send()
    assert (refused.value.status, refused.value.code) == (status, code)
    assert api.messages.list() == []


@pytest.mark.parametrize(("fault", "done"), [("silence", 1), ("refuse", 0)])
def test_a_rest_call_is_left_without_a_word(turn, send, api, fault, done):
    turn(next_requests={fault: 1})
    with pytest.raises(requests.ConnectionError):
        send()
    assert len(api.messages.list(to="+33639980001")) == done


def test_the_same_seed_brings_the_same_misfortunes(turn, network):
    faults = network.network.faults
    runs = []
    for _ in range(2):
        turn(seed=7, callbacks={"lose": 0.3, "double": 0.3})
        runs.append([faults.draw("callbacks") for _ in range(40)])
    assert runs[0] == runs[1] and set(runs[0]) == {"", "lose", "double"}


def test_switches_are_read_reset_and_checked(turn, network):
    assert turn(callbacks={"lose": 2}).status_code == 400
    assert turn(callbacks={"eat": 0.1}).status_code == 400
    assert turn(next_requests=["eat"]).status_code == 400
    assert turn(strange=1).status_code == 400
    turn(callbacks={"lose": 0.5}, next_requests={"error": 2})
    told = requests.get(network.url + "/network.json", timeout=30).json()
    assert told["callbacks"]["lose"] == 0.5 and told["next_requests"] == ["error", "error"]
    requests.post(network.url + "/network/reset", json={}, timeout=30)
    told = requests.get(network.url + "/network.json", timeout=30).json()
    assert told["callbacks"]["lose"] == 0 and told["next_requests"] == []
    assert [each["kind"] for each in requests.get(network.url + "/network/journal", timeout=30).json()] == []
