"""What we ask of the network, and what its answers mean for another try.

Neither a text nor a call has an idempotency key at the network: after a silence, what was asked may have been
done. Whoever asks must look (`find_texts`, `find_calls`) before asking again. Everything raises `Rejected`, `Busy` or
`Unsure` (see `refusals`); `Away`, a kind of `Busy`, while the circuit is open.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from portal import clock
from portal.config import Settings
from portal.database import hold_nothing
from portal.telephony import allowance, circuit
from portal.telephony.client import CONNECT_S, READ_S, elsewhere, make_client
from portal.telephony.parts import as_sent
from portal.telephony.refusals import Away, Busy, Rejected, Unsure

Answer = TypeVar("Answer")

__all__ = ["Away", "Busy", "Rejected", "Unsure"]

VALIDITY_S = 4 * 3600  # a text that cannot be delivered for so long says something that is no longer true
PROGRESS = ["initiated", "ringing", "answered", "completed"]  # what we are told of the calls that we place
LIVE = ("in-progress", "ringing", "queued")
LISTED = 1000  # the most that the network puts on a page
API = "https://api.twilio.com"
LARGEST_SOUND = 32 * 1024 * 1024  # an hour of speech
LARGEST_PICTURE = 10 * 1024 * 1024
# where the network keeps what came with texts
FILE_HOSTS = ("mms.twiliocdn.com", "s3-external-1.amazonaws.com")
TOO_LARGE, ELSEWHERE = 413, 404
UNKNOWN = (404, 20404)
CREDENTIALS = 20003


def send_text(
    settings: Settings,
    *,
    to: str,
    sender: str,
    body: str,
    callback: str = "",
    validity_s: int = VALIDITY_S,
) -> str:
    """Sends a text and returns the network's id for it; after `validity_s` the network stops trying to deliver it."""
    more = {"status_callback": callback} if callback else {}
    sent = _ask(
        lambda: _client(settings).messages.create(
            to=to, from_=sender, body=as_sent(body), validity_period=validity_s, **more
        )
    )
    return str(sent.sid)


def find_texts(settings: Settings, *, to: str, sender: str, body: str, since: datetime) -> list[str]:
    """Ids of the texts with these words that the network took since then.

    Told apart here, by when they were made: one that still queues at the network has not been sent, and a list of
    those sent since then would leave it out.
    """
    listed = _ask(lambda: _client(settings).messages.list(to=to, from_=sender, limit=100))
    ours = (text for text in listed if (text.date_created or since) >= since)
    return [str(text.sid) for text in ours if text.body == as_sent(body)]


def text_state(settings: Settings, text_ref: str) -> tuple[str, str]:
    """What the network says of this text now: its status, and the number of its error if there is one."""
    found = _ask(lambda: _client(settings).messages(text_ref).fetch())
    return str(getattr(found.status, "value", found.status)), str(found.error_code or "")


def place_call(settings: Settings, *, to: str, sender: str, url: str, callback: str, ring_s: int) -> str:
    """Calls a telephone, when its turn has come; once picked up it does what `url` says. The network's id for it."""
    placed = _ask(
        lambda: _client(settings).calls.create(
            to=to,
            from_=sender,
            url=url,
            timeout=ring_s,
            status_callback=callback,
            status_callback_event=PROGRESS,
        ),
        first=lambda: allowance.wait_for_turn("calls", settings.twilio_calls_per_second),
    )
    return str(placed.sid)


def find_calls(settings: Settings, *, to: str, sender: str, since: datetime) -> list[str]:
    """Ids of the calls between these two that the network took since then, the latest first.

    Told apart here, by when they were made: a call that still queues at the network has not begun, and a list of
    those begun since then would leave it out.
    """
    listed = _ask(lambda: _client(settings).calls.list(to=to, from_=sender, limit=50))
    ours = (call for call in listed if not call.parent_call_sid)  # not those that a `<Dial>` called
    return [str(call.sid) for call in ours if (call.date_created or since) >= since]


def call_state(settings: Settings, call_ref: str) -> str:
    """What the network says of this call now: queued, ringing, in-progress, completed, busy, no-answer…"""
    return str(_ask(lambda: _client(settings).calls(call_ref).fetch()).status)


def live_calls(settings: Settings) -> set[str]:
    """Ids of the calls that the network says go on: a few lists, however many there are."""
    calls = _client(settings).calls
    return {
        str(call.sid)
        for status in LIVE
        for call in _ask(partial(calls.list, status=status, page_size=LISTED, limit=10 * LISTED))
    }


def redirect_call(settings: Settings, call_ref: str, twiml: str) -> None:
    """Takes a live call from wherever it is and has it do this instead."""
    _ask(lambda: _client(settings).calls(call_ref).update(twiml=twiml))


def hang_up(settings: Settings, call_ref: str) -> None:
    """Ends a call, whatever it is doing."""
    _ask(lambda: _client(settings).calls(call_ref).update(status="completed"))


def fetch_recording(settings: Settings, recording_ref: str) -> bytes:
    """A sound kept by the network, as MP3: asked of its own address by its id, never of one that somebody gave us."""
    place = f"Recordings/{recording_ref}.mp3"
    return _ask(lambda: _file(settings, place, largest=LARGEST_SOUND))


def fetch_picture(settings: Settings, text_ref: str, picture_ref: str) -> bytes:
    """What came with a text, asked for in the same way. The network sends us on to where it keeps such things."""
    place = f"Messages/{text_ref}/Media/{picture_ref}"
    return _ask(lambda: _file(settings, place, largest=LARGEST_PICTURE))


def delete_recording(settings: Settings, recording_ref: str) -> None:
    """The network keeps this sound no longer. One that it does not know is gone already; any other refusal is not."""
    _forget(_client(settings).recordings(recording_ref).delete)


def delete_picture(settings: Settings, text_ref: str, picture_ref: str) -> None:
    """The network keeps no longer what came with a text."""
    _forget(_client(settings).messages(text_ref).media(picture_ref).delete)


def _forget(what: Callable[[], object]) -> None:
    try:
        _ask(what)
    except Rejected as refusal:
        if refusal.code not in UNKNOWN:
            raise


def _file(settings: Settings, place: str, *, largest: int) -> bytes:
    """A file of our account. Sent on, we go once, to a host of the network's, and do not say there who we are."""
    who = (settings.twilio_account_sid, settings.twilio_auth_token)
    address = elsewhere(f"{API}/2010-04-01/Accounts/{who[0]}/{place}", settings.twilio_base_url)
    data, onward = _get(address, who, largest)
    if onward and _keeps_files(settings, onward):
        data, onward = _get(onward, None, largest)
    if onward:
        raise Rejected(ELSEWHERE)
    return data


def _get(address: str, who: tuple[str, str] | None, largest: int) -> tuple[bytes, str]:
    """What is at this address, and no other; or nothing, and the one that it sends us on to."""
    import requests

    limits = (CONNECT_S, READ_S)
    with requests.get(address, auth=who, timeout=limits, allow_redirects=False, stream=True) as answer:
        if answer.is_redirect:
            return b"", urljoin(address, answer.headers["Location"])
        if answer.status_code != requests.codes.ok:
            raise _refusal(answer.status_code, answer.status_code)
        data = b""
        for piece in answer.iter_content(1 << 16):
            data += piece
            if len(data) > largest:
                raise Rejected(TOO_LARGE)
    return data, ""


def _keeps_files(settings: Settings, address: str) -> bool:
    """Whether the network keeps files at this address."""
    there, base = urlsplit(address), urlsplit(settings.twilio_base_url)
    return (there.scheme == "https" and there.netloc in FILE_HOSTS) or (
        bool(base.netloc) and (there.scheme, there.netloc) == (base.scheme, base.netloc)
    )


def _ask(what: Callable[[], Answer], first: Callable[[], None] | None = None) -> Answer:
    """Asks the network, with nothing held meanwhile, and tells the circuit what came of it."""
    hold_nothing()
    was_failing = circuit.enter()
    if first is not None:
        first()
    asked_at = clock.now()
    try:
        answer = _told_apart(what)
    except (Busy, Unsure) as failure:
        if not isinstance(failure, Away):
            circuit.failed(asked_at)
        raise
    except Rejected:
        if was_failing:
            circuit.answered()
        raise
    if was_failing:
        circuit.answered()
    return answer


def _told_apart(what: Callable[[], Answer]) -> Answer:
    import requests
    from twilio.base.exceptions import TwilioException

    try:
        return what()
    except TwilioException as refusal:
        raise _refusal(*_status_and_code(refusal)) from refusal
    except (
        requests.exceptions.RequestException,
        ValueError,
    ) as silence:  # ValueError: not the JSON it promised
        raise (Busy() if _never_left(silence) else Unsure()) from silence


def _status_and_code(refusal: Exception) -> tuple[int, int]:
    """The HTTP status and the network's own code. The vendor's lists raise an error of their own, without either."""
    answer = refusal.args[1] if len(refusal.args) > 1 else None
    status = getattr(refusal, "status", 0) or getattr(answer, "status_code", 503)
    return status, getattr(refusal, "code", 0) or status


def _refusal(status: int, code: int) -> Busy | Unsure | Rejected:
    if status == 401 or code == CREDENTIALS:
        return Away(circuit.refuse_credentials())
    if status == 429:
        return Busy()
    return Unsure() if status >= 500 else Rejected(code)


def _never_left(silence: Exception) -> bool:
    """Whether the network was not even reached: what was asked was not done."""
    import requests
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    if isinstance(silence, requests.exceptions.ConnectTimeout):
        return True
    cause = silence.args[0] if silence.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _client(settings: Settings) -> Any:
    return _made(settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_base_url, READ_S)


@lru_cache(maxsize=4)
def _made(account_sid: str, auth_token: str, base_url: str, read_s: float) -> Any:
    return make_client(account_sid, auth_token, base_url, read_s)
