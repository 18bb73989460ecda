"""A code that a call says: to whoever holds a telephone that reads no texts, and written nowhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock
from portal.cases.models import Case
from portal.citizens import codes
from portal.citizens.models import Code, CodeCall
from portal.database import Base, db
from portal.jobs import Job
from portal.telephony.dialling import is_fixed
from simulator import Running
from tests import make
from tests.network import LINE, Network, said
from tests.signing import send

NEW, FOLLOW, CODE = (f"/fr/requests/{name}" for name in ("new", "follow", "code"))
LANDLINE, MOBILE = "+33199000077", "+33639981234"
WRITTEN = {"subject": "Cantine", "body": "Comment inscrire mon fils ?", "form_key": "k" * 20}


@pytest.fixture(autouse=True)
def town(app: Flask) -> None:
    make.organization(phone=LINE, email="accueil@ville.example")
    make.line(LINE)


def ask(client: Any, reach: str = LANDLINE, *, lang: str = "fr", **typed: str) -> Case:
    """A request, and a code asked for to follow it."""
    send(client, NEW, {**WRITTEN, "reach": reach})
    case = db.session.scalars(db.select(Case)).one()
    again = send(client, f"/{lang}/requests/follow", {"reference": case.reference, **typed})
    assert again.status_code == 303
    return case


def the_call() -> CodeCall:
    return db.session.scalars(db.select(CodeCall)).one()


def digits(app: Flask) -> str:
    return codes.digits_of(the_call(), secret=app.extensions["settings"].secret_key)


def picked_up(app: Flask, **fields: str) -> str:
    ends = {"CallSid": "CA" + "7" * 32, "From": LINE, "To": LANDLINE, **fields}
    return said(Network(app).twiml(f"/telephone/voice/spoken-code?call={the_call().id}", **ends))


def kinds() -> list[str]:
    query = db.select(Job.kind).where(Job.kind.in_(("call_code", "send_code")))
    return list(db.session.scalars(query.order_by(Job.id)))


@pytest.mark.parametrize(
    ("number", "fixed"),
    [
        ("+33142345678", True),  # Paris
        ("+33972345678", True),  # a box
        ("+262262201234", True),  # Saint-Denis
        ("+33612345678", False),
        ("+262692123456", False),
        ("+33800231313", False),
        ("112", False),
    ],
)
def test_which_telephones_read_no_texts(number: str, fixed: bool) -> None:
    assert is_fixed(number) is fixed


def test_a_landline_rings_and_a_mobile_is_written_to_unless_a_call_is_wanted(app: Flask, client: Any) -> None:
    ask(client, "01 42 34 56 78")
    assert kinds() == ["call_code"]


@pytest.mark.parametrize(
    ("reach", "way", "kind"),
    [(MOBILE, "", "send_code"), (MOBILE, "aloud", "call_code"), ("aicha@exemple.fr", "aloud", "send_code")],
)
def test_who_asks_for_a_call_is_called_where_there_is_a_telephone(
    client: Any, reach: str, way: str, kind: str
) -> None:
    ask(client, reach, way=way)
    assert kinds() == [kind]


def test_the_code_is_said_twice_digit_by_digit_and_opens_the_matter(app: Flask, client: Any) -> None:
    ask(client, way="aloud")
    heard = picked_up(app)
    assert heard.count(", ".join(digits(app)) + ".") == 2 and "Mairie vous appelle" in heard
    assert picked_up(app) == heard, "asked again, it says the same"
    assert send(client, CODE, {"code": digits(app)}).location.endswith("/fr/requests/thread")
    assert "n’est plus valable" in picked_up(app), "used, it is not said again"


@pytest.mark.parametrize(("lang", "words"), [("en", "Here is the code"), ("ar", "رمز")])
def test_it_is_said_in_the_language_of_the_page(app: Flask, client: Any, lang: str, words: str) -> None:
    ask(client, lang=lang, way="aloud")
    assert words in picked_up(app) and the_call().language == lang


def test_it_is_said_to_nobody_else_nor_too_late(app: Flask, client: Any) -> None:
    ask(client, way="aloud")
    right = digits(app)
    assert ", ".join(right) not in picked_up(app, To=MOBILE)
    unsigned = Network(app).post(
        f"/telephone/voice/spoken-code?call={the_call().id}", signature="x", CallSid="CA1"
    )
    assert unsigned.status_code == 403
    with time_machine.travel(clock.now() + codes.LIFE + timedelta(seconds=1)):
        assert ", ".join(right) not in picked_up(app)
    assert "n’est plus valable" in said(
        Network(app).twiml("/telephone/voice/spoken-code?call=99999", CallSid="CA2")
    )


def test_the_code_is_written_nowhere(app: Flask, client: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(client, way="aloud")
        right = digits(app)
        picked_up(app)
    rows = [
        json.dumps([str(value) for value in row])
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(table.select())
    ]
    spelled = (right, ", ".join(right), " ".join(right))
    assert not [row for row in rows if any(one in row for one in spelled[1:])]
    assert not [row for row in rows if f'"{right}"' in row] and right not in the_call().seed
    assert not any(one in caplog.text for one in spelled)


def test_the_limits_are_those_of_texted_codes(client: Any) -> None:
    case = ask(client, way="aloud")
    for _ in range(9):
        send(client, FOLLOW, {"reference": case.reference, "way": "aloud"})
    assert len(kinds()) == 5
    send(client, FOLLOW, {"reference": case.reference})
    assert len(db.session.scalars(db.select(Code)).all()) == 5, "nor one by text, then"


def test_a_known_and_an_unknown_reference_answer_alike(client: Any) -> None:
    case = ask(client, way="aloud")
    known = client.get(CODE).text
    send(client, FOLLOW, {"reference": "K7QF-3MXT-2B", "way": "aloud"})
    assert "va sonner" in known and "deux fois" in known
    assert case.reference not in client.get(CODE).text


def test_the_telephone_rings_once_and_its_end_is_known(
    app: Flask,
    client: Any,
    telephone: Running,
    served: str,
    work: Callable[[], int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    ask(client, way="aloud")
    work()
    phone = telephone.handset(LANDLINE)
    phone.wait_for("ringing")
    work()
    assert len([one for one in telephone.network.calls.values() if one.to == LANDLINE]) == 1
    phone.answer()
    phone.wait_to_hear("Je répète")
    phone.wait_for("over")
    heard = " ".join(phone.transcript())
    assert heard.count(", ".join(digits(app))) == 2
    assert (
        "Calls.json" in caplog.text
    )  # what was asked of the network is logged, as what is said of it would be
    assert digits(app) not in caplog.text
    db.session.rollback()
    assert the_call().provider_ref in telephone.network.calls and the_call().state in ("answered", "ended")


@pytest.mark.parametrize("fault", ["silence", "refuse", "error", "too_many"])
def test_a_network_that_fails_once_neither_loses_nor_doubles_it(
    client: Any, telephone: Running, work: Callable[[], int], fault: str
) -> None:
    ask(client, way="aloud")
    telephone.network.faults.turn({"next_requests": {fault: 1}})
    for minutes in range(0, 9, 2):
        with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=True):
            work()
    assert len([one for one in telephone.network.calls.values() if one.to == LANDLINE]) == 1


def test_once_the_code_is_dead_nobody_is_called(
    client: Any, telephone: Running, work: Callable[[], int]
) -> None:
    ask(client, way="aloud")
    with time_machine.travel(clock.now() + codes.LIFE + timedelta(seconds=1), tick=True):
        work()
    assert not telephone.network.calls and the_call().state == "failed"
