"""Moments as Twilio writes them."""

from __future__ import annotations

from email.utils import formatdate
from time import time


def rfc2822(moment: float | None) -> str | None:
    return None if moment is None else formatdate(moment, usegmt=False).replace("-0000", "+0000")


def now() -> str:
    return rfc2822(time()) or ""
