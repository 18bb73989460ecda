"""The tree that a page showed, carried by the form that acts on it: who comes second is shown both."""

from __future__ import annotations

from typing import Any

from flask import request
from itsdangerous import BadSignature, URLSafeSerializer

from portal.views.context import settings


def seal(tree: dict[str, Any]) -> str:
    """The tree as a hidden field carries it: signed, so that what comes back is what we showed."""
    return str(_signer().dumps(tree))


def seen() -> dict[str, Any] | None:
    """The tree that the page of this form showed; None for what we did not sign."""
    try:
        return dict(_signer().loads(request.form.get("tree", "")))
    except BadSignature:
        return None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="tree")
