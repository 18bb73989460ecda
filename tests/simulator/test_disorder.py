"""Webhooks five times and at once, days late and shuffled; a network that is slow, broken or away."""

from time import monotonic, sleep

import pytest
import requests
from flask import Response
from twilio.base.exceptions import TwilioRestException

from portal.telephony.client import make_client
from simulator.calls.leg import Leg
from tests.simulator.conftest import ACCOUNT, TOKEN

LINE, PHONE = "+33199000010", "+33639980001"


def test_each_webhook_may_come_five_times_at_once(network, phone, portal):
    here, most = [], []

    def slowly():
        here.append(1)
        sleep(0.3)
        most.append(len(here))
        here.pop()
        return "<Message>Reçu</Message>"

    portal.says["/telephone/text"] = slowly
    network.network.faults.turn({"copies": 5, "parallel": True})
    phone.write(LINE, "Bonjour")
    portal.wait_for("/telephone/text", 5)
    network.settle()
    assert max(most) > 1
    assert len({seen.token for seen in portal.seen}) == 1
    phone.wait_for_text("Reçu")
    assert [each["body"] for each in phone.texts()] == ["Bonjour", "Reçu"]


def test_instructions_are_asked_for_as_often_and_followed_once(network, phone, portal):
    portal.says |= {"/telephone/voice": "<Say>Bonjour</Say>"}
    network.network.faults.turn({"copies": 3, "parallel": True})
    phone.call(LINE)
    phone.wait_for("over")
    portal.wait_for("/telephone/voice", 3)
    assert phone.transcript() == ["Bonjour"]
    portal.wait_for("/telephone/status/call", 3)


def test_webhooks_are_put_aside_and_told_days_late_in_another_order(network, phone, portal, api):
    network.hold_webhooks()
    for number in range(8):
        phone.write(LINE, str(number))
    sleep(0.05)
    assert portal.at("/telephone/text") == []
    assert network.release_webhooks(order="shuffled") == 8
    bodies = [each["Body"] for each in portal.at("/telephone/text")]
    assert sorted(bodies) == [str(number) for number in range(8)] and bodies != sorted(bodies)
    phone.write(LINE, "à l’heure")
    portal.wait_for("/telephone/text", 9)


def test_it_settles_once_whoever_hung_up_is_gone_and_the_portal_was_told(network, phone, portal, monkeypatch):
    """The call that hangs up is slow to notice: it is waited for all the same."""
    portal.says["/telephone/voice"] = '<Gather timeout="600"/>'
    phone.call(LINE)
    phone.wait_to_be_asked()
    as_usual = Leg.move

    def slowly(leg, status):
        sleep(0.3)
        as_usual(leg, status)

    monkeypatch.setattr(Leg, "move", slowly)
    phone.hang_up()
    network.settle()
    assert [told["CallStatus"] for told in portal.at("/telephone/status/call")] == ["completed"]


def test_the_door_holds_and_releases_too(network, phone, portal):
    requests.post(network.url + "/network/hold", json={}, timeout=30)
    phone.write(LINE, "Un")
    phone.write(LINE, "Deux")
    answer = requests.post(network.url + "/network/release", json={"order": "reversed"}, timeout=30)
    assert answer.json() == {"released": 2}
    portal.wait_for("/telephone/text", 2)
    assert [each["Body"] for each in portal.at("/telephone/text")] == ["Deux", "Un"]
    wrong = requests.post(network.url + "/network/release", json={"order": "au hasard"}, timeout=30)
    assert wrong.status_code == 400


def test_a_slow_network_does_it_and_answers_late(network, api):
    network.network.faults.turn({"next_requests": ["slow", "broken"], "silence_s": 0.3})
    started = monotonic()
    assert api.messages.create(to=PHONE, from_=LINE, body="Un").sid
    assert monotonic() - started >= 0.3
    with pytest.raises(TwilioRestException) as broken:
        api.messages.create(to=PHONE, from_=LINE, body="Deux")
    assert broken.value.status == 500
    assert [each.body for each in api.messages.list()] == ["Un"]


def test_a_network_that_went_away_refuses_connections_and_comes_back(network):
    network.go_away()
    api = make_client(ACCOUNT, TOKEN, network.url)
    with pytest.raises(requests.ConnectionError):
        api.messages.list()
    network.come_back()
    assert make_client(ACCOUNT, TOKEN, network.url).messages.list() == []


def test_the_fallback_is_asked_whenever_a_document_fails(network, phone, portal):
    network.network.line(LINE).voice_fallback_url = portal.url + "/secours"
    portal.says |= {
        "/telephone/voice": '<Gather numDigits="1" timeout="600" action="/broken"/>',
        "/broken": 500,
        "/secours": "<Say>Un incident nous empêche de vous répondre</Say>",
    }
    phone.call(LINE)
    phone.wait_to_be_asked()
    phone.press("1")
    phone.wait_to_hear("Un incident")
    told = portal.at("/secours")[0]
    assert told["ErrorCode"] == "11200" and told["ErrorUrl"].endswith("/broken")


def test_a_redirection_makes_a_get_that_has_lost_its_fields(phone, portal):
    portal.says |= {
        "/telephone/voice": Response("", 302, {"Location": "/moved"}),
        "/moved": "<Say>Ici</Say>",
    }
    phone.call(LINE)
    phone.wait_to_hear("Ici")
    (moved,) = [seen for seen in portal.seen if seen.path == "/moved"]
    assert (moved.method, moved.fields) == ("GET", {})


def test_a_portal_that_cannot_be_reached_is_an_error_to_hear(network, phone, portal):
    network.network.faults.turn({"next_voice": ["fail"]})
    phone.call(LINE)
    phone.wait_for("over")
    assert phone.transcript()[-1].startswith("We're sorry") and portal.at("/telephone/voice") == []
