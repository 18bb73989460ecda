"""Codes that nobody uses: the administrators are told, and the block of numbers that asks for them is slowed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock
from portal.cases.models import Case
from portal.citizens.codes import LIFE
from portal.citizens.models import Code
from portal.contacts.codes.code_rates import A_BLOCK, A_COUNTRY, SLOWLY, may_go
from portal.database import db
from portal.jobs import Job
from portal.telephony.models import Alert
from tests import make
from tests.network import LINE
from tests.signing import send

BLOCK = "+3363998"
ANOTHER = "+33639977777"


def codes_to(prefix: str, sent: int, *, used: int = 0, age: timedelta = timedelta(hours=1)) -> None:
    """So many codes, each to another number that begins so."""
    at = clock.now() - age
    for n in range(sent):
        number = make.identifier("phone", f"{prefix}{n:0{12 - len(prefix)}d}")
        db.session.add(
            Code(
                identifier_id=number.id,
                subject_type="cases",
                subject_id=n,
                code_hash="",
                created_at=at,
                expires_at=at + LIFE,
                used_at=at if n < used else None,
            )
        )
    db.session.flush()


def told() -> list[str]:
    return list(db.session.scalars(db.select(Alert.sentence)))


def test_a_block_whose_codes_serve_hardly_anybody_is_slowed_and_told_of_once(app: Flask) -> None:
    codes_to(BLOCK, 40, used=2)
    assert [may_go(f"{BLOCK}{n:04d}") for n in range(8)] == [True] * SLOWLY + [False] * (8 - SLOWLY)
    (sentence,) = told()
    assert f"{BLOCK}…" in sentence and "2 sur 40" in sentence and f"{SLOWLY} par heure" in sentence
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        assert may_go(f"{BLOCK}9999"), "slowed, not forbidden"


def test_the_numbers_beside_it_are_served_as_ever(app: Flask) -> None:
    codes_to(BLOCK, 40)
    assert all(may_go(ANOTHER) for _ in range(SLOWLY * 2))
    assert told() == []


@pytest.mark.parametrize(
    ("sent", "used", "age"),
    [
        (A_BLOCK - 1, 0, timedelta(hours=1)),  # too few to say anything
        (40, 10, timedelta(hours=1)),  # one in four serves
        (40, 0, timedelta(minutes=5)),  # they may still be typed
        (40, 0, timedelta(hours=25)),  # of another day
    ],
)
def test_codes_that_are_few_used_recent_or_old_slow_nobody(
    app: Flask, sent: int, used: int, age: timedelta
) -> None:
    codes_to(BLOCK, sent, used=used, age=age)
    assert all(may_go(f"{BLOCK}0001") for _ in range(SLOWLY * 2))
    assert told() == []


def test_a_country_is_told_of_and_never_slowed(app: Flask) -> None:
    for block in range(A_COUNTRY // 10):
        codes_to(f"+336{block:04d}", 10)
    assert all(may_go(ANOTHER) for _ in range(SLOWLY * 2))
    (sentence,) = told()
    assert "+33…" in sentence and f"0 sur {A_COUNTRY}" in sentence and "par heure" not in sentence
    assert may_go("+262692123456") and len(told()) == 1, "another country has its own figures"


@pytest.mark.parametrize(("way", "kind"), [("", "send_code"), ("aloud", "call_code")])
def test_neither_a_text_nor_a_call_takes_the_code_where_it_is_slowed(
    app: Flask, client: Any, way: str, kind: str
) -> None:
    make.organization(phone=LINE, email="accueil@ville.example")
    make.line(LINE)
    written = {"subject": "Cantine", "body": "Comment inscrire mon fils ?", "form_key": "k" * 20}
    send(client, "/fr/requests/new", {**written, "reach": f"{BLOCK}1234"})
    reference = db.session.scalars(db.select(Case.reference)).one()
    codes_to(BLOCK, 40)
    for _ in range(SLOWLY):
        assert may_go(f"{BLOCK}1234")
    db.session.commit()
    answer = send(client, "/fr/requests/follow", {"reference": reference, "way": way})
    assert answer.status_code == 303, "the same answer as ever"
    assert db.session.scalar(db.select(Job.id).filter_by(kind=kind)) is None
