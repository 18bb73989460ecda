"""What we ask of the network, and what its answers mean for another try.

Neither a text nor a call has an idempotency key at the network: after a silence, what was asked may have been
done. Whoever asks must look (`find_texts`) before asking again.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from portal.config import Settings
from portal.database import hold_nothing
from portal.telephony.client import make_client

VALIDITY_S = 4 * 3600  # a text that cannot be delivered for so long says something that is no longer true


class Rejected(Exception):
    """Refused for good; `code` is the network's."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Busy(Exception):
    """Not taken, and nothing was done: safe to ask again later."""


class Unsure(Exception):
    """No answer, or a broken one: it may have been done."""


def send_text(settings: Settings, *, to: str, sender: str, body: str, callback: str = "") -> str:
    """Sends a text and returns the network's id for it. Raises `Rejected`, `Busy` or `Unsure`."""
    more = {"status_callback": callback} if callback else {}
    sent = _ask(
        lambda: _client(settings).messages.create(
            to=to, from_=sender, body=body, validity_period=VALIDITY_S, **more
        )
    )
    return str(sent.sid)


def find_texts(settings: Settings, *, to: str, sender: str, body: str, since: datetime) -> list[str]:
    """Ids of the texts with these words that the network took since then."""
    listed = _ask(
        lambda: _client(settings).messages.list(to=to, from_=sender, date_sent_after=since, limit=100)
    )
    return [str(text.sid) for text in listed if text.body == body]


def redirect_call(settings: Settings, call_ref: str, twiml: str) -> None:
    """Takes a live call from wherever it is and has it do this instead. Raises as `send_text` does."""
    _ask(lambda: _client(settings).calls(call_ref).update(twiml=twiml))


def _ask(what: Any) -> Any:
    import requests
    from twilio.base.exceptions import TwilioRestException

    hold_nothing()
    try:
        return what()
    except TwilioRestException as refusal:
        if refusal.status == 429:
            raise Busy from refusal
        if refusal.status >= 500:
            raise Unsure from refusal
        raise Rejected(refusal.code or refusal.status) from refusal
    except requests.exceptions.ConnectTimeout as away:
        raise Busy from away
    except requests.exceptions.RequestException as silence:
        raise Unsure from silence


def _client(settings: Settings) -> Any:
    return _made(settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_base_url)


@lru_cache(maxsize=4)
def _made(account_sid: str, auth_token: str, base_url: str) -> Any:
    return make_client(account_sid, auth_token, base_url)
