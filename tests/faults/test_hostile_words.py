"""Whoever speaks like the network and is not, or like it and strangely: refused or answered, never an error of ours."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.contacts.models import Contact
from portal.database import db
from portal.telephony.models import NetworkEvent
from simulator.webhooks.signing import sign
from tests import make
from tests.network import LINE, NUMBER, Network

STRANGE = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("\x00\u202e\u2066\u200b\ufeff\ud7ff\U0001f4de\r\n'\"<&%{}\\;—"),
    ),
    max_size=60,
)
FIELDS = (
    *("CallSid", "MessageSid", "From", "To", "CallStatus", "MessageStatus", "Digits", "SpeechResult", "Body"),
    *("SequenceNumber", "DialCallStatus", "DialCallSid", "DialBridged", "QueueResult", "RecordingSid"),
    *("RecordingDuration", "RecordingSource", "ErrorCode", "OptOutType", "TranscriptionText", "Unknown\x00"),
)


def doors(app: Flask) -> list[str]:
    rules = app.url_map.iter_rules()
    return sorted(
        rule.rule for rule in rules if rule.rule.startswith("/telephone/") and "POST" in rule.methods
    )


class Stranger(Network):
    """Signs whatever it sends, several values of a field among it."""

    def send(self, path: str, fields: MultiDict[str, str], signature: str | None = None) -> Any:
        told = {name: fields.getlist(name) for name in fields}
        signature = (
            sign(self.settings.twilio_auth_token, self.settings.public_base_url + path, told)
            if (signature is None)
            else signature
        )
        headers = {"X-Twilio-Signature": signature} if signature != "none" else {}
        return self.client.post(path, data=fields, headers=headers)


@pytest.fixture
def stranger(app: Flask) -> Stranger:
    queue, line = make.queue("accueil"), make.line(LINE)
    make.serving(queue)
    make.published(line, make.menu(make.choice("1", make.queue_step())))
    db.session.commit()
    return Stranger(app)


def usual(stranger: Stranger, **more: str) -> MultiDict[str, str]:
    account = stranger.settings.twilio_account_sid
    return MultiDict({"AccountSid": account, "From": NUMBER, "To": LINE, "CallSid": "CA1", **more})


def events() -> int:
    return db.session.scalar(db.select(db.func.count(NetworkEvent.id))) or 0


@pytest.mark.parametrize("signature", ["none", "", "forged", "é", "A" * 5000])
def test_what_is_not_signed_opens_no_door(app: Flask, stranger: Stranger, signature: str) -> None:
    for door in doors(app):
        assert stranger.send(door, usual(stranger), signature).status_code == 403, door
    assert events() == 0 and db.session.scalars(db.select(Contact)).all() == []


def test_another_account_opens_no_door(app: Flask, stranger: Stranger) -> None:
    for door in doors(app):
        assert stranger.send(door, usual(stranger, AccountSid="AC" + "9" * 32)).status_code == 403, door


def test_a_body_of_a_megabyte_is_refused_and_no_door_fails(app: Flask, stranger: Stranger) -> None:
    large = usual(stranger, SpeechResult="a" * (1024 * 1024 + 10), MessageSid="SM1")
    for door in doors(app):
        assert stranger.send(door, large).status_code in (200, 204, 413), door


@pytest.mark.parametrize("lacking", ["CallSid", "From", "To", "MessageSid", "AccountSid"])
def test_a_field_that_is_missing_or_empty_is_no_error(app: Flask, stranger: Stranger, lacking: str) -> None:
    for given_empty in (False, True):
        fields = usual(stranger, MessageSid="SM1", Body="Bonjour", Digits="1", RecordingDuration="3")
        fields.pop(lacking)
        if given_empty:
            fields[lacking] = ""
        for door in doors(app):
            assert stranger.send(door, fields).status_code in (200, 204, 403), door


def test_a_field_told_twice_is_no_error(app: Flask, stranger: Stranger) -> None:
    fields = usual(stranger, MessageSid="SM1", Digits="1")
    for name in ("CallSid", "From", "Digits", "Unknown"):
        fields.add(name, "another")
    for door in doors(app):
        assert stranger.send(door, fields).status_code in (200, 204), door


def test_calls_without_an_id_are_not_one_call(app: Flask, stranger: Stranger) -> None:
    """The network always gives one; were it lost, two strangers would share what each has told."""
    fields = usual(stranger)
    fields.pop("CallSid")
    assert stranger.send("/telephone/voice", fields).status_code == 400
    assert db.session.scalars(db.select(Contact)).all() == []


@settings(max_examples=60, deadline=None)
@given(
    door=st.integers(0, 100),
    fields=st.dictionaries(st.sampled_from(FIELDS), STRANGE, max_size=8),
    query=st.dictionaries(
        st.sampled_from(["lang", "v", "at", "tries", "trial", "offer", "leg"]), STRANGE, max_size=3
    ),
)
def test_strange_words_are_answered(
    app: Flask, stranger: Stranger, door: int, fields: dict[str, str], query: dict[str, str]
) -> None:
    every = doors(app)
    told = usual(stranger)
    for name, value in fields.items():
        told[name] = value
    path = every[door % len(every)] + ("?" + urlencode(query) if query else "")
    assert stranger.send(path, told).status_code < 500, path


@pytest.mark.parametrize(
    "words", [secrets.token_hex(200_000), "\u202e\x00" * 1000, "\x00"], ids=["huge", "rtl", "nul"]
)
def test_huge_and_poisoned_words_are_cut_or_cleaned(app: Flask, stranger: Stranger, words: str) -> None:
    for door in doors(app):
        for name in ("Digits", "SpeechResult", "Body", "TranscriptionText", "CallSid", "RecordingSid"):
            fields = usual(stranger, MessageSid="SM1", RecordingDuration="5")
            fields[name] = words
            assert stranger.send(door, fields).status_code in (200, 204, 400, 403, 413), (door, name)
