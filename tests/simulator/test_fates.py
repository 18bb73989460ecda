"""What becomes of texts: refused at once, lost on the way, too old when their turn comes."""

import pytest
from twilio.base.exceptions import TwilioRestException

LINE, PHONE = "+33199000010", "+33639980001"


@pytest.mark.parametrize(
    ("to", "sender", "body", "code"),
    [
        ("+33399000", LINE, "x", 21211),
        ("+3363998000100", LINE, "x", 21211),
        ("+4915112345678", LINE, "x", 21408),
        ("+33491000000", LINE, "x", 21614),
        ("+262692000000", "38123", "x", 21612),
        ("+15005550006", "Valbrune", "x", 21612),
        (PHONE, LINE, "Trop à la fois [21611]", 21611),
    ],
)
def test_what_cannot_be_sent_is_refused_at_once(api, to, sender, body, code):
    with pytest.raises(TwilioRestException) as refused:
        api.messages.create(to=to, from_=sender, body=body)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert api.messages.list() == []


@pytest.mark.parametrize(
    ("code", "status"),
    [(30003, "undelivered"), (30005, "undelivered"), (30007, "undelivered"), (30001, "failed")],
)
def test_a_code_in_the_words_is_what_becomes_of_them(portal, api, code, status):
    callback = portal.url + "/status"
    sent = api.messages.create(to=PHONE, from_=LINE, body=f"Bonjour [{code}]", status_callback=callback)
    last = portal.wait_for("/status", 1 if status == "failed" else 2)[-1]
    assert (last["MessageStatus"], last["ErrorCode"]) == (status, str(code))
    kept = api.messages(sent.sid).fetch()
    assert (kept.status, kept.error_code) == (status, code) and kept.error_message


def test_the_switches_choose_a_fate_too(network, portal, api):
    network.network.faults.turn({"next_texts": ["21612", "30007"]})
    with pytest.raises(TwilioRestException) as refused:
        api.messages.create(to=PHONE, from_=LINE, body="Un")
    assert refused.value.code == 21612
    api.messages.create(to=PHONE, from_=LINE, body="Deux", status_callback=portal.url + "/status")
    assert portal.wait_for("/status", 2)[-1]["ErrorCode"] == "30007"


def test_overseas_territories_are_reached(api):
    for number in ("+262692000000", "+590690000000", "+689870000000"):
        assert api.messages.create(to=number, from_=LINE, body="Bonjour").status == "queued"


def test_a_text_that_stands_too_long_expires(network, portal, api):
    network.network.faults.turn({"text_queue_s": 1.2})
    callback = portal.url + "/status"
    sent = api.messages.create(
        to=PHONE, from_=LINE, body="Évacuez", validity_period=1, status_callback=callback
    )
    (told,) = portal.wait_for("/status")
    assert (told["MessageStatus"], told["ErrorCode"]) == ("failed", "30036")
    assert api.messages(sent.sid).fetch().status == "failed"
    with pytest.raises(TwilioRestException):
        api.messages.create(to=PHONE, from_=LINE, body="x", validity_period=36001)
