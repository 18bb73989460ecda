"""The client by which we speak to the telephone network: Twilio, or what answers at a configured address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from twilio.rest import Client


CONNECT_S, READ_S = 3.0, 7.0  # together ten seconds: no thread is held longer


def make_client(account_sid: str, auth_token: str, base_url: str = "", timeout_s: float = READ_S) -> Client:
    """A client that speaks to `base_url`, if given, and gives up after `timeout_s` (the vendor's never does).

    The vendor's library has no setting for another address: scheme and host are swapped as a request leaves.
    It is imported here because it costs most of a second, which a process that sends nothing need not pay.
    """
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    class HttpClient(TwilioHttpClient):
        def request(self, method: str, url: str, *args: Any, **named: Any) -> Any:
            return super().request(method, elsewhere(url, base_url), *args, **named)

    http = HttpClient(timeout=timeout_s)
    http.timeout = (min(CONNECT_S, timeout_s), timeout_s)  # its constructor only takes one number for both
    return Client(account_sid, auth_token, http_client=http)


def elsewhere(url: str, base_url: str) -> str:
    """`url` with the scheme, host and leading path of `base_url`; unchanged when there is none."""
    if not base_url:
        return url
    base, asked = urlsplit(base_url), urlsplit(url)
    return urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + asked.path, asked.query, ""))
