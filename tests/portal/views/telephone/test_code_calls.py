"""A code that a call says: to whoever holds a telephone that reads no texts, and written nowhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock
from portal.cases.models import Case
from portal.citizens import codes
from portal.citizens.models import Code, CodeCall, Identifier
from portal.contacts.codes import code_calls
from portal.contacts.models import Contact
from portal.database import Base, db
from portal.jobs import Job
from portal.lines.models import Line
from portal.telephony.dialling import is_fixed
from portal.telephony.models import Alert
from simulator import Running
from tests import make
from tests.network import LINE, Network, said
from tests.signing import send

NEW, FOLLOW, CODE = (f"/fr/requests/{name}" for name in ("new", "follow", "code"))
LANDLINE, MOBILE, MACHINES = "+33199000077", "+33639981234", "+33948000010"
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
    """The latest."""
    return db.session.scalars(db.select(CodeCall).order_by(CodeCall.id.desc()).limit(1)).one()


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
    # what was asked of the network is logged, as what is said of it would be
    assert "Calls.json" in caplog.text
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


def called_already(people: int, sender: str = LINE, age: timedelta = timedelta(days=1)) -> None:
    """So many others whom our machine called from this number."""
    for n in range(people):
        used, at = make.identifier("phone", f"+33199000{n:03d}"), clock.now() - age
        row = {"subject_type": "cases", "subject_id": n, "code_hash": "", "created_at": at, "expires_at": at}
        code = Code(identifier_id=used.id, **row)
        db.session.add(code)
        db.session.flush()
        db.session.add(CodeCall(code_id=code.id, seed=str(n), sender=sender, language="fr", at=at))
    db.session.commit()


@pytest.mark.parametrize(
    ("people", "age", "rings"),
    [(4, timedelta(days=1), True), (5, timedelta(days=1), False), (5, timedelta(days=31), True)],
)
def test_from_a_town_halls_number_a_machine_calls_five_people_in_thirty_days(
    client: Any, people: int, age: timedelta, rings: bool
) -> None:
    called_already(people, age=age)
    assert ("Entendre le code" in client.get(FOLLOW).text) is rings
    ask(client)
    assert kinds() == (["call_code"] if rings else [])
    assert bool(db.session.scalars(db.select(Alert.sentence)).all()) is not rings


def test_ten_who_ask_at_once_are_five(app: Flask) -> None:
    subject_id = make.contact("web").id
    used = [make.identifier("phone", f"+331990002{n:02d}").id for n in range(10)]
    db.session.commit()
    ready, town = Barrier(len(used)), {"sender": LINE, "language": "fr", "secret": "s"}

    def ask_for(number: int) -> bool:
        with app.app_context():
            ready.wait(60)
            whose, about = db.session.get_one(Identifier, number), db.session.get_one(Contact, subject_id)
            asked = code_calls.ask(whose, about, address=str(number), **town)
            db.session.commit()
            return asked

    with ThreadPoolExecutor(len(used)) as pool:
        assert sum(pool.map(ask_for, used)) == 5
    assert db.session.scalar(db.select(db.func.count()).select_from(CodeCall)) == 5


def test_one_of_the_five_is_called_again(client: Any) -> None:
    called_already(4)
    case = ask(client)
    assert "Entendre le code" not in client.get(FOLLOW).text
    send(client, FOLLOW, {"reference": case.reference})
    assert kinds() == ["call_code"] * 2


def test_where_no_machine_may_call_a_mobile_gets_a_text_and_the_page_says_so(client: Any) -> None:
    called_already(5)
    ask(client, MOBILE, way="aloud")
    assert kinds() == ["send_code"]
    shown = client.get(CODE).text
    assert "vient de partir" in shown and "va sonner" not in shown and "voix dit" not in shown
    assert "Appelez-nous" in client.get(FOLLOW).text


def test_from_a_number_for_machines_everybody_is_called(
    app: Flask, client: Any, telephone: Running, work: Callable[[], int]
) -> None:
    the_line = db.session.scalars(db.select(Line)).one()
    the_line.automatic_number = MACHINES
    called_already(9, MACHINES)
    ask(client)
    work()
    (call,) = [one for one in telephone.network.calls.values() if one.to == LANDLINE]
    assert call.sender == MACHINES
    assert "Mairie vous appelle" in picked_up(app, From=MACHINES)
    assert db.session.scalar(db.select(Alert.id)) is None


def test_who_calls_that_number_back_is_greeted_by_the_line(app: Flask) -> None:
    db.session.scalars(db.select(Line)).one().automatic_number = MACHINES
    db.session.commit()
    assert "Bonjour, mairie" in said(
        Network(app).twiml("/telephone/voice", To=MACHINES, CallSid="CA" + "8" * 32)
    )
