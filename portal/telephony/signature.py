"""Whether a request really comes from the telephone network.

Twilio signs the address it calls followed by the form's fields. It does so from its own idea of that address,
which is not always the one received: with or without a port, without the user's name, with other escapes.
Its libraries each know a part of these habits; the union of them is here. Trying several spellings of one
address gives nothing to a forger, who lacks the key for any of them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs, quote

ADDRESS = re.compile(
    r"^(?P<scheme>[a-z][a-z0-9+.-]*)://(?:(?P<user>[^/?#]*)@)?(?P<host>\[[^\]/?#]*\]|[^:/?#]*)"
    r"(?P<port>:\d*)?(?P<path>[^?]*)(?P<query>\?.*)?$",
    re.IGNORECASE | re.DOTALL,
)
STANDARD_PORTS = {"http": ":80", "https": ":443"}
KEPT_IN_PATHS = "!$%&'()*+,-./:;=@[\\]^_|~"
KEPT_IN_QUERIES = "!$%&()*+,-./:;=?@[\\]^_`{|}~"

Params = Mapping[str, Sequence[str]]


def is_signed(
    url: str, params: Params | None, body: str | None, signature: str | None, tokens: Sequence[str]
) -> bool:
    """Whether `signature` is that of this request, by any of our tokens (two while a token is being changed).

    `url` is the public address (see `rebuild_url`), `params` every value of every form field, `body` the raw
    text of a request that is not a form: its digest must then stand in the address as `bodySHA256`.
    """
    if not signature or not _is_body_of(url, body, has_fields=bool(params)):
        return False
    fields = _joined(params or {})
    given = signature.encode("utf-8", "replace")
    matches = False
    for token in filter(None, tokens):
        for spelling in _spellings(url):
            matches |= hmac.compare_digest(_sign(token, spelling + fields), given)
    return matches


def rebuild_url(public_base_url: str, path: str, raw_query: str | bytes = "") -> str:
    """The address as the network called it: our configured base, then path and query exactly as received."""
    query = raw_query.decode("latin-1") if isinstance(raw_query, bytes) else raw_query
    return public_base_url.rstrip("/") + path + ("?" + query if query else "")


def judge_vectors(path: Path | str) -> tuple[int, int, list[str]]:
    """How many of a file's vectors `is_signed` judges right, of how many, and the names of the others."""
    vectors = json.loads(Path(path).read_text(encoding="utf-8"))
    wrong = [
        vector["nom"]
        for vector in vectors
        if vector["valide"]
        != is_signed(
            vector["url_recue"], vector["parametres"], vector["corps"], vector["signature"], [vector["jeton"]]
        )
    ]
    return len(vectors) - len(wrong), len(vectors), wrong


def _sign(token: str, text: str) -> bytes:
    digest = hmac.new(token.encode("utf-8"), text.encode("utf-8", "surrogatepass"), hashlib.sha1)
    return base64.b64encode(digest.digest())


def _joined(params: Params) -> str:
    return "".join(name + value for name in sorted(params) for value in sorted(set(_values(params, name))))


def _values(params: Params, name: str) -> Iterable[str]:
    """Every value of a name: a mapping to a lone text, or a MultiDict given as it is, must lose none."""
    every = getattr(params, "getlist", None)
    values = every(name) if every else params[name]
    return [str(value) for value in values] if isinstance(values, list | tuple) else [str(values)]


def _is_body_of(url: str, body: str | None, *, has_fields: bool) -> bool:
    """Whether nothing but fields was received, or the very body whose digest stands in the address."""
    if has_fields:
        return True
    digests = parse_qs(url.partition("#")[0].partition("?")[2]).get("bodySHA256")
    if not digests:
        return not body
    found = hashlib.sha256((body or "").encode("utf-8", "surrogatepass")).hexdigest()
    return hmac.compare_digest(found.encode(), digests[0].lower().encode("utf-8", "replace"))


def _spellings(url: str) -> list[str]:
    """The ways the network may have written this address when it signed it; the received one comes first."""
    received = url.partition("#")[0]
    parts = ADDRESS.match(received)
    if parts is None:
        return [received]
    query = parts["query"] or ""
    tails = [
        (parts["path"] or "") + query,
        (parts["path"] or "") + query.replace("'", "%27"),
        (quote(parts["path"], KEPT_IN_PATHS) or "/") + quote(query, KEPT_IN_QUERIES),
    ]
    scheme, host = parts["scheme"], parts["host"]
    # dict, not set: each spelling once, in a stable order
    return list(
        dict.fromkeys(
            start + port + tail
            for start in _starts(scheme, parts["user"], host)
            for port in _ports(scheme.lower(), parts["port"] or "")
            for tail in tails
        )
    )


def _starts(scheme: str, user: str | None, host: str) -> list[str]:
    users = [f"{user}@", ""] if user is not None else [""]
    hosts = dict.fromkeys([(scheme, host), (scheme.lower(), host.lower())])
    return [f"{written}://{user}{name}" for written, name in hosts for user in users]


def _ports(scheme: str, port: str) -> list[str]:
    """As received, without, and the standard one where none was received."""
    return [port, ""] if port else ["", STANDARD_PORTS.get(scheme, "")]
