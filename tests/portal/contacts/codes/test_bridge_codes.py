"""Bridge codes: drawn once, said once, told apart from a slip, and worth nothing to who guesses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal import clock, history
from portal.contacts.codes import bridge_codes
from portal.contacts.codes.bridge_codes import Brought, bring, code_in, draw, read_code
from portal.contacts.models import BridgeCode, Contact
from portal.database import db
from portal.errors import Refused
from tests import make

SECRET = "un secret d’essai"
VISIT = Brought(read=("papiers", "cantine"), asked=("refaire ma carte",), commune="35238")

DIGITS = st.text("0123456789", min_size=7, max_size=7)


def drawn(brought: Brought = VISIT, visit: str = "visite") -> str:
    code = draw(brought, secret=SECRET, visit=visit)
    db.session.commit()
    return code


def said(contact: Contact, code: str) -> BridgeCode | None:
    found = bring(contact, code, secret=SECRET, by=history.CITIZEN)
    db.session.commit()
    return found


@given(DIGITS, st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_is_told_before_any_look_up(body: str, place: int, more: int) -> None:
    code = body + bridge_codes.check_digit(body)
    wrong = code[:place] + str((int(code[place]) + more) % 10) + code[place + 1 :]
    assert read_code(code) == code and read_code(wrong) == ""


@pytest.mark.parametrize("written", ["{}", "code {}", "Code : {}.", " {} ", "الرمز {}"])
def test_a_text_that_is_a_code_is_understood(written: str) -> None:
    body = "4821390"
    code = body + bridge_codes.check_digit(body)
    spaced = bridge_codes.spoken_code(code)
    assert code_in(written.format(code)) == code_in(written.format(spaced)) == code


def test_a_code_dictated_in_arabic_digits_is_understood() -> None:
    body = "4821390"
    code = body + bridge_codes.check_digit(body)
    assert code_in(code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))) == code


@pytest.mark.parametrize(
    "body", ["06 39 98 12 34", "Bonjour", "48 21 39 07 merci", "1234567", "", "12345678"]
)
def test_any_other_text_is_no_code(body: str) -> None:
    assert code_in(body) == ""


def test_a_code_brings_what_was_read_and_asked_once(app: Flask) -> None:
    code = drawn()
    first, second = make.contact(), make.contact()
    found = said(first, code)
    assert found is not None and (found.read, found.asked) == (["papiers", "cantine"], ["refaire ma carte"])
    assert first.commune == "35238"
    assert said(second, code) is None and second.commune == ""
    assert [one.contact_id for one in bridge_codes.brought_to([first.id, second.id])] == [first.id]


def test_said_twice_in_one_contact_it_is_one_event(app: Flask) -> None:
    code, contact = drawn(), make.contact()
    assert said(contact, code) == said(contact, code)
    assert [event.verb for event in history.of(contact)] == ["contact.bridged"]


def test_the_commune_that_is_known_stays(app: Flask) -> None:
    contact = make.contact(commune="35001")
    said(contact, drawn())
    assert contact.commune == "35001"


def test_a_code_runs_out(app: Flask) -> None:
    code, contact = drawn(), make.contact()
    with time_machine.travel(clock.now() + bridge_codes.LIFE + timedelta(seconds=1)):
        assert said(contact, code) is None


def test_only_a_digest_is_kept(app: Flask) -> None:
    code = drawn()
    (row,) = db.session.scalars(db.select(BridgeCode))
    assert code not in str(row.code_hash)


def test_whoever_tries_many_is_stopped(app: Flask) -> None:
    contact = make.contact()
    for n in range(bridge_codes.MOST_TRIED):
        body = f"{n:07d}"
        assert said(contact, body + bridge_codes.check_digit(body)) is None
    with pytest.raises(Refused, match="essayés"):
        said(contact, drawn())


def test_a_visit_draws_so_many_and_no_more(app: Flask) -> None:
    for _ in range(bridge_codes.MOST_MADE):
        drawn()
    with pytest.raises(Refused, match="trop de codes"):
        drawn()
    assert drawn(visit="une autre")


def test_two_who_say_one_code_at_once_do_not_both_have_it(app: Flask) -> None:
    code = drawn()
    ids = [make.contact().id for _ in range(4)]
    db.session.commit()

    def say(contact_id: int) -> bool:
        with app.app_context():
            return said(db.session.get_one(Contact, contact_id), code) is not None

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(say, ids)) == 1


def test_what_nobody_said_is_forgotten_and_what_served_stays_with_its_contact(app: Flask) -> None:
    contact = make.contact()
    said(contact, drawn())
    drawn()
    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert bridge_codes.forget_old() == 2
        assert bridge_codes.forget_old() == 0
    db.session.expire_all()
    (kept,) = db.session.scalars(db.select(BridgeCode))
    assert (kept.contact_id, kept.code_hash, kept.read) == (contact.id, None, ["papiers", "cantine"])
