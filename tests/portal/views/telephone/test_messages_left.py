"""What is said around a message left: asked for, thanked for, and no text promised to whom none reaches."""

from __future__ import annotations

from typing import Any

import pytest

from portal.contacts.texts.texting import spend
from portal.database import db
from portal.lines.models import Line
from portal.telephony.senders import sender_for
from tests.network import LINE, Network, said
from tests.portal.views.telephone.test_telephone import contacts


def test_a_message_is_thanked_for_in_its_language_and_promises_no_text_in_vain(
    network: Network, line: Line
) -> None:
    for call, number, by_text in (("CA1", "+33639980001", True), ("CA2", "+33142345678", False)):
        fields = {"CallSid": call, "From": number, "RecordingDuration": "5"}
        told = said(network.twiml("/telephone/voice/recorded?lang=en", **fields))
        assert told.startswith("Your reference: ") and ("You also get it by text." in told) is by_text
        assert ("I repeat:" in told) is not by_text


def left(network: Network, call: str, number: str, language: str = "fr") -> Any:
    """What is heard once a message was left."""
    fields = {"CallSid": call, "From": number, "RecordingDuration": "5"}
    return network.twiml(f"/telephone/voice/recorded?lang={language}", **fields)


@pytest.mark.parametrize("number", ["+266696687", "+33142345678"])
def test_a_towns_own_promise_of_a_text_is_made_to_who_gets_one(
    network: Network, line: Line, number: str
) -> None:
    line.texts = {
        "voicemail": {"fr": "Laissez un message. Vous recevrez un SMS."},
        "voicemail_thanks": {"fr": "Merci. Un SMS vous parvient. Au revoir.", "en": "We send you a text."},
    }
    db.session.commit()
    at = "/telephone/voice/voicemail?lang=fr"
    (
        network.twiml("/telephone/voice", CallSid="CA1"),
        network.twiml("/telephone/voice", CallSid="CA2", From=number),
    )
    assert said(network.twiml(at, CallSid="CA1")) == "Laissez un message. Vous recevrez un SMS."
    assert said(left(network, "CA1", "+33639980001")).endswith("Merci. Un SMS vous parvient. Au revoir.")
    assert said(network.twiml(at, CallSid="CA2", From=number)) == "Laissez un message."
    told = said(left(network, "CA2", number))
    assert told.endswith("Merci. Au revoir.") and "SMS" not in told
    assert said(left(network, "CA2", number, "en")).endswith(
        "Your message has been saved. Thank you, and goodbye."
    )


def test_a_text_that_the_budget_held_back_is_not_promised(network: Network, line: Line) -> None:
    network.twiml("/telephone/voice", CallSid="CA1")
    (contact,) = contacts()
    for _ in range(10):
        spend(contact, sender_for(LINE), automatic=False, purpose="reply")
    db.session.commit()
    assert "SMS" not in said(left(network, "CA1", "+33639980001"))
    (sent,) = [message for message in contacts()[0].messages if message.direction == "out"]
    assert sent.error == "budget:number"


def test_thanks_written_in_french_alone_are_said_by_a_french_voice(network: Network, line: Line) -> None:
    line.texts = {"voicemail_thanks": {"fr": "Merci, au revoir."}}
    db.session.commit()
    heard = [
        (say.get("language"), say.text) for say in left(network, "CA1", "+33639980001", "en").iter("Say")
    ]
    assert heard[-1] == ("fr-FR", "Merci, au revoir.") and heard[0][0] == "en-GB"
