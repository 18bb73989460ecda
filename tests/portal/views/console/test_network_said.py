"""While the telephone network is left in peace, every desk says so, and why; once it answers, no more."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.database import db
from portal.telephony import circuit
from tests import make
from tests.signing import signed_in


@pytest.fixture
def desk(app: Flask, client: Any) -> Any:
    signed_in(client, make.staff())
    db.session.commit()
    return client


def fail() -> None:
    for _ in range(circuit.MOST_FAILURES):
        circuit.failed(clock.now())


@pytest.mark.parametrize(
    ("happens", "sentence"),
    [
        (fail, "Le réseau téléphonique ne répond pas"),
        (circuit.refuse_credentials, "refuse notre identification"),
    ],
)
def test_the_desk_says_why_nothing_leaves_until_the_network_answers(
    desk: Any, happens: Any, sentence: str
) -> None:
    assert sentence not in desk.get("/console/").text
    happens()
    assert sentence in desk.get("/console/").text
    circuit.answered()
    assert sentence not in desk.get("/console/").text
