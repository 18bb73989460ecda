"""The telephone network's side of a door: its requests, signed with the vendor's own code."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from flask import Flask
from twilio.request_validator import RequestValidator

LINE, NUMBER = "+33199000010", "+33639980001"


class Network:
    """Signs what it posts to `app`, as the network would."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.settings = app.extensions["settings"]

    def post(self, path: str, *, signature: str | None = None, word: str = "", **fields: Any) -> Any:
        """`word` is the network's mark of a request: the same when it makes it again."""
        fields = {"AccountSid": self.settings.twilio_account_sid, "From": NUMBER, "To": LINE, **fields}
        url = self.settings.public_base_url + path
        signer = RequestValidator(self.settings.twilio_auth_token)
        signature = signer.compute_signature(url, fields) if signature is None else signature
        headers = {"X-Twilio-Signature": signature} | ({"I-Twilio-Idempotency-Token": word} if word else {})
        return self.client.post(path, data=fields, headers=headers)

    def twiml(self, path: str, **fields: Any) -> ElementTree.Element:
        answer = self.post(path, **fields)
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == "text/xml"
        return ElementTree.fromstring(answer.text)


def verbs(twiml: ElementTree.Element) -> list[str]:
    return [verb.tag for verb in twiml]


def said(twiml: ElementTree.Element) -> str:
    return " ".join(say.text or "" for say in twiml.iter("Say"))
