"""Texts both ways, and what becomes of them."""

from time import time

import pytest
from twilio.base.exceptions import TwilioRestException

LINE = "+33199000010"


def test_a_text_reaches_the_portal_as_it_was_written(phone, portal):
    body = "J’ai perdu ma carte d'identité à Besançon 🥵\nMerci & bonne journée à vous + 1"
    phone.write("01 99 00 00 10", body)
    (fields,) = portal.wait_for("/telephone/text")
    assert fields["Body"] == body and fields["From"] == phone.number and fields["To"] == LINE
    assert fields["MessageSid"] == fields["SmsSid"] and fields["NumSegments"] == "2"
    assert (fields["FromCountry"], fields["SmsStatus"]) == ("FR", "received")


def test_the_portal_may_answer_at_once(phone, portal):
    portal.says["/telephone/text"] = (
        "<Message><Body>Bonjour,\nla mairie ouvre à 9 h.</Body></Message><Redirect>/next</Redirect>"
    )
    portal.says["/next"] = "<Message>Suite</Message>"
    phone.write(LINE, "Horaires ?")
    assert phone.wait_for_text("mairie")["body"] == "Bonjour,\nla mairie ouvre à 9 h."
    phone.wait_for_text("Suite")


def test_a_text_sent_goes_through_its_states_and_each_is_told(phone, portal, api):
    sent = api.messages.create(
        to=phone.number, from_="Mairie", body="Votre code : 123456", status_callback=portal.url + "/status"
    )
    assert (sent.status, sent.direction, sent.num_segments) == ("queued", "outbound-api", "1")
    assert phone.wait_for_text("123456")["with"] == "Mairie"
    told = portal.wait_for("/status", 2)
    assert [(each["MessageSid"], each["MessageStatus"]) for each in told] == [
        (sent.sid, "sent"),
        (sent.sid, "delivered"),
    ]
    assert api.messages(sent.sid).fetch().status == "delivered"


def test_a_phone_out_of_reach_leaves_it_undelivered(phone, portal, api):
    phone.state()
    phone.set_reachable(False)
    api.messages.create(to=phone.number, from_=LINE, body="Coucou", status_callback=portal.url + "/status")
    last = portal.wait_for("/status", 2)[-1]
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", "30003")


def test_a_service_accepts_first(phone, portal, api):
    service = "MG" + "a" * 32
    sent = api.messages.create(
        to=phone.number, messaging_service_sid=service, body="Oui", status_callback=portal.url + "/status"
    )
    assert (sent.status, sent.num_segments) == ("accepted", "0")
    assert [each["MessageStatus"] for each in portal.wait_for("/status", 3)] == [
        "queued",
        "sent",
        "delivered",
    ]


def test_stop_is_obeyed_and_told(phone, portal, api):
    phone.write(LINE, "stop ")
    assert portal.wait_for("/telephone/text")[0]["Body"] == "stop "
    phone.wait_for_text("START")
    with pytest.raises(TwilioRestException) as refused:
        api.messages.create(to=phone.number, from_=LINE, body="Encore")
    assert (refused.value.status, refused.value.code) == (400, 21610)
    phone.write(LINE, "START")
    phone.wait_for_text("subscribed again")
    assert api.messages.create(to=phone.number, from_=LINE, body="De retour").sid


@pytest.mark.parametrize(
    ("to", "sender", "body", "code"),
    [
        ("", LINE, "x", 21604),
        ("+33639980001", "", "x", 21603),
        ("+33639980001", LINE, "", 21602),
        ("+33639980001", LINE, "x" * 1601, 21617),
        ("12", LINE, "x", 21211),
        ("+33639980001", "Trop long pour un nom", "x", 21212),
        ("+33199000099", LINE, "x", 21614),
        ("+15005550001", LINE, "x", 21211),
        ("+15005550002", LINE, "x", 21612),
        ("+15005550003", LINE, "x", 21408),
        ("+15005550004", LINE, "x", 21610),
        ("+15005550009", LINE, "x", 21614),
        ("+33639980001", "+15005550001", "x", 21212),
        ("+33639980001", "+15005550007", "x", 21606),
        ("+33639980001", "+15005550008", "x", 21611),
    ],
)
def test_what_twilio_refuses_is_refused_with_its_number(api, to, sender, body, code):
    with pytest.raises(TwilioRestException) as refused:
        api.messages.create(to=to, from_=sender, body=body)
    assert (refused.value.status, refused.value.code) == (400, code)


def test_texts_are_listed_by_number_and_date_in_pages(api, network):
    from datetime import UTC, datetime, timedelta

    for number in range(5):
        api.messages.create(to="+33639980001", from_=LINE, body=str(number))
    api.messages.create(to="+33639980002", from_=LINE, body="other")
    listed = api.messages.list(to="+33639980001", page_size=2)
    assert [each.body for each in listed] == ["4", "3", "2", "1", "0"]
    network.handset("+33639980001").wait_until(
        lambda _: all(text.sent for text in network.network.texts.values())
    )
    now = datetime.now(UTC)
    assert len(api.messages.list(date_sent=now.date())) == 6
    assert len(api.messages.list(date_sent_after=now - timedelta(minutes=1), from_=LINE)) == 6
    assert api.messages.list(date_sent_before=now - timedelta(days=1)) == []
    assert api.messages.list(date_sent_after=now + timedelta(hours=1)) == []


def test_a_text_is_emptied_forgotten_or_called_back(phone, api):
    sent = api.messages.create(to=phone.number, from_=LINE, body="Secret")
    phone.wait_for_text("Secret")
    assert api.messages(sent.sid).update(body="").body == ""
    assert api.messages(sent.sid).delete()
    with pytest.raises(TwilioRestException) as gone:
        api.messages(sent.sid).fetch()
    assert (gone.value.status, gone.value.code) == (404, 20404)
    from datetime import UTC, datetime

    later = datetime.fromtimestamp(time() + 3600, UTC)
    service = "MG" + "a" * 32
    plan = api.messages.create(
        to=phone.number, messaging_service_sid=service, body="Demain", schedule_type="fixed", send_at=later
    )
    assert plan.status == "scheduled"
    assert api.messages(plan.sid).update(status="canceled").status == "canceled"
