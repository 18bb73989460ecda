"""Signing a webhook as Twilio does: the address, then each field's name and value, sorted by name."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence


def sign(token: str, url: str, fields: Mapping[str, str | Sequence[str]]) -> str:
    """The value of `X-Twilio-Signature`; repeated values of a name are sorted and counted once."""
    text = url
    for name in sorted(fields):
        value = fields[name]
        values = [value] if isinstance(value, str) else value
        text += "".join(name + each for each in sorted(set(values)))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
