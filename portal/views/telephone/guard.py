"""The network's own guard: its signature over the address it called and every field it sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from portal.telephony import tokens
from portal.telephony.signature import is_signed, rebuild_url
from portal.views.context import settings
from portal.views.guards import guarded_by
from portal.views.spooling import check_way, way

LONGEST_ID = 64
# heard by whoever is in a room, or told of our own addresses: the network names no call
NAMELESS = ("telephone.apart", "telephone.alone", "telephone.trouble")


def signed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Open to the network only. A missing or wrong signature is 403, whatever else is wrong with the request."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        token = _signing_token()
        if not token:
            abort(403)
        if not _is_named():
            abort(400)
        check_way()
        if token != settings().twilio_auth_token:
            tokens.tell_former(settings())
        answer = view(*args, **kwargs)
        way().tell(None)
        return answer

    return guarded_by("signed", guarded)


def is_from_the_network() -> bool:
    """Whether the signature is the network's, over the address it called and all it sent."""
    return bool(_signing_token())


def _signing_token() -> str:
    """Which of our tokens signed this request; empty where none did, or where it is of another account."""
    ours = settings()
    url = rebuild_url(ours.public_base_url, request.path, request.query_string)
    fields = {name: request.form.getlist(name) for name in request.form}
    signature = request.headers.get("X-Twilio-Signature")
    by = (token for token in tokens.accepted(ours) if is_signed(url, fields, None, signature, [token]))
    found = next(by, "")
    if request.form.get("AccountSid", ours.twilio_account_sid) != ours.twilio_account_sid:
        return ""
    if found:
        request.form, request.args = _clean(request.form), _clean(request.args)
    return found


def _is_named() -> bool:
    """Whether it says which call or text it is about: two that bear no name would be taken for one."""
    ids = [value for name, value in request.form.items() if name.endswith("Sid")]
    named = request.form.get("CallSid") or request.form.get("MessageSid") or request.endpoint in NAMELESS
    return bool(named) and all(len(value) <= LONGEST_ID for value in ids)


def _clean(told: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    """What was told, without the one character that no database keeps. Only now: the signature is over all of it."""
    values = ((name, value) for name in told for value in told.getlist(name))
    return ImmutableMultiDict((name.replace("\0", ""), value.replace("\0", "")) for name, value in values)
