"""Calls placed by the portal, the account's guard, numbers, and the history that outlives a restart."""

from dataclasses import replace

import pytest
from twilio.base.exceptions import TwilioRestException

from portal.telephony.client import make_client
from simulator import start
from tests.simulator.conftest import ACCOUNT, TOKEN

LINE = "+33199000010"
EVENTS = ["initiated", "ringing", "answered", "completed"]


def test_a_call_rings_is_answered_and_each_step_is_told_in_order(phone, portal, api):
    portal.says["/hello"] = (
        '<Gather numDigits="1" action="/key"><Say language="fr-FR">Tout va bien ?</Say></Gather>'
    )
    call = api.calls.create(
        to=phone.number,
        from_=LINE,
        url=portal.url + "/hello",
        status_callback=portal.url + "/status",
        status_callback_event=EVENTS,
        machine_detection="Enable",
    )
    assert (call.status, call.direction) == ("queued", "outbound-api")
    phone.wait_for("ringing")
    phone.answer()
    phone.press("1")
    assert portal.wait_for("/key")[0]["Digits"] == "1"
    told = portal.wait_for("/status", 4)
    assert [each["CallStatus"] for each in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [each["SequenceNumber"] for each in told] == ["0", "1", "2", "3"]
    assert told[-1]["AnsweredBy"] == "human" and int(told[-1]["CallDuration"]) >= 1
    done = api.calls(call.sid).fetch()
    assert (done.status, done.answered_by) == ("completed", "human")


@pytest.mark.parametrize(
    ("act", "status"),
    [("refuse", "busy"), ("nothing", "no-answer"), ("cancel", "canceled"), ("off", "failed")],
)
def test_a_call_that_nobody_takes_says_why(phone, portal, api, act, status):
    phone.state()
    if act == "off":
        phone.set_reachable(False)
    timeout = 5 if act == "nothing" else 600
    call = api.calls.create(
        to=phone.number,
        from_=LINE,
        twiml="<Response/>",
        timeout=timeout,
        status_callback=portal.url + "/status",
    )
    if act in {"refuse", "cancel"}:
        phone.wait_for("ringing")
        phone.refuse() if act == "refuse" else api.calls(call.sid).update(status="canceled")
    (told,) = portal.wait_for("/status")
    assert (told["CallStatus"], told["CallDuration"], told["SequenceNumber"]) == (status, "0", "0")


def test_a_call_that_rings_takes_no_new_instructions(phone, api):
    call = api.calls.create(to=phone.number, from_=LINE, twiml="<Response/>", timeout=600)
    phone.wait_for("ringing")
    with pytest.raises(TwilioRestException) as refused:
        api.calls(call.sid).update(twiml="<Response/>")
    assert refused.value.code == 21220


def test_a_phone_in_a_call_is_busy(phone, portal, api):
    portal.says["/telephone/voice"] = '<Pause length="1"/><Gather timeout="600"/>'
    phone.call(LINE)
    phone.wait_for("talking")
    call = api.calls.create(
        to=phone.number, from_=LINE, twiml="<Response/>", status_callback=portal.url + "/status"
    )
    assert portal.wait_for("/status")[0]["CallStatus"] == "busy"
    assert api.calls.list(to=phone.number, status="busy")[0].sid == call.sid
    assert len(api.calls.list()) == 2


def test_a_live_call_is_ended_or_sent_elsewhere_and_a_finished_one_is_not(phone, portal, api):
    portal.says |= {
        "/telephone/voice": '<Gather timeout="600"/>',
        "/there": '<Say>Ailleurs</Say><Gather timeout="600"/>',
    }
    phone.call(LINE)
    sid = portal.wait_for("/telephone/voice")[0]["CallSid"]
    phone.wait_to_be_asked()
    api.calls(sid).update(url=portal.url + "/there")
    phone.wait_to_hear("Ailleurs")
    api.calls(sid).update(status="completed")
    phone.wait_for("over")
    with pytest.raises(TwilioRestException) as refused:
        api.calls(sid).update(twiml="<Response/>")
    assert refused.value.code == 21220


@pytest.mark.parametrize(
    ("to", "sender", "twiml", "code"),
    [
        ("+15005550001", LINE, "<Response/>", 21217),
        ("+15005550002", LINE, "<Response/>", 21214),
        ("+15005550003", LINE, "<Response/>", 21215),
        ("+15005550004", LINE, "<Response/>", 21216),
        ("+33639980001", "+15005550001", "<Response/>", 21212),
        ("rien", LINE, "<Response/>", 21211),
        ("+33639980001", LINE, None, 21205),
    ],
)
def test_calls_that_twilio_refuses_are_refused(api, to, sender, twiml, code):
    with pytest.raises(TwilioRestException) as refused:
        api.calls.create(to=to, from_=sender, **({"twiml": twiml} if twiml else {}))
    assert (refused.value.status, refused.value.code) == (400, code)


def test_a_wrong_token_or_account_is_refused(network):
    for account, token, code in [(ACCOUNT, "faux", 20003), ("AC" + "2" * 32, TOKEN, 20003)]:
        with pytest.raises(TwilioRestException) as refused:
            make_client(account, token, network.url).messages("SM" + "1" * 32).fetch()
        assert (refused.value.status, refused.value.code) == (401, code)


def test_a_line_leads_where_it_is_set_up_to(phone, portal, api):
    line = api.incoming_phone_numbers.create(
        phone_number="+33199000020",
        friendly_name="CCAS",
        voice_url=portal.url + "/ccas",
        sms_url=portal.url + "/mot",
    )
    portal.says |= {"/ccas": "<Say>CCAS</Say>", "/ailleurs": "<Say>Ailleurs</Say>"}
    phone.call(line.phone_number)
    phone.wait_to_hear("CCAS")
    phone.wait_for("over")
    phone.write("+33199000020", "Bonjour")
    portal.wait_for("/mot")
    api.incoming_phone_numbers(line.sid).update(voice_url=portal.url + "/ailleurs")
    phone.call(line.phone_number)
    phone.wait_to_hear("Ailleurs")
    assert api.incoming_phone_numbers.list(phone_number="+33199000020")[0].friendly_name == "CCAS"


def test_every_webhook_is_signed(phone, portal):
    from portal.telephony.signature import is_signed

    phone.write(LINE, "été d'or")
    portal.says["/telephone/voice"] = '<Redirect method="GET">/get?q=%C3%A9</Redirect>'
    phone.call(LINE)
    portal.wait_for("/telephone/status/call")
    portal.wait_for("/telephone/text")
    posts = [seen for seen in portal.seen if seen.method == "POST"]
    for seen in posts:
        fields = {name: [value] for name, value in seen.fields.items()}
        assert is_signed(portal.url + seen.path, fields, None, seen.signature, [TOKEN]), seen
    assert len(posts) == 3


def test_history_outlives_a_restart(settings, tmp_path):
    kept = replace(settings, data_dir=tmp_path)
    with start(kept) as first:
        phone = first.handset("+33639980001")
        phone.write(LINE, "Bonjour")
        phone.call(LINE)
        phone.wait_for("over")
    with start(kept) as second:
        phone = second.handset("+33639980001")
        assert [each["body"] for each in phone.texts()] == ["Bonjour"]
        assert phone.state()["call"]["status"] == "completed"
