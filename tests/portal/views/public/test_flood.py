"""One address that sends without end is asked to wait, before anything is kept of what it sends."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.views import limits
from tests.signing import send


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_requests_without_end_are_asked_to_wait_and_what_was_acknowledged_is_not(
    app: Flask, client: Any
) -> None:
    limits.limiter.reset()
    app.config["RELAIS_LIMITS"] = True
    try:
        told = [send(client, "/fr/requests/thread", {}).status_code for _ in range(125)]
        with clock.as_of(clock.now()):
            counted_then = limits._off()
    finally:
        app.config["RELAIS_LIMITS"] = False
        limits.limiter.reset()
    assert (told[0], told[-1], counted_then) == (303, 429, True)
