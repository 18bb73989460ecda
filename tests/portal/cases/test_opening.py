"""Matters, references and promises."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal import clock
from portal.cases.opening import case_by_reference, keep_promise, open_case, open_promises, promise
from portal.cases.references import ALPHABET, draw_reference, read_reference, spoken
from portal.errors import Refused
from tests import make


@given(st.integers(0, 9), st.sampled_from(ALPHABET))
def test_a_wrong_character_is_told_before_any_look_up(place: int, character: str) -> None:
    reference = draw_reference()
    typed = reference[:place] + character + reference[place + 1 :]
    assert read_reference(typed) == (reference if typed == reference else "")


def test_a_reference_is_read_however_it_is_typed() -> None:
    reference = draw_reference()
    for typed in (spoken(reference), spoken(reference).lower(), f" {reference} ", " ".join(reference)):
        assert read_reference(typed) == reference
    for typed in ("", "ABC", reference + "2", "é" * 10, reference[:-1] + "O"):
        assert read_reference(typed) == ""


def test_a_contact_has_one_case_found_by_its_reference(app: Flask) -> None:
    contact, agent = make.contact(subject="Cantine"), make.staff()
    case = open_case(contact, by=agent.actor)
    assert open_case(contact, by=agent.actor) is case
    assert case_by_reference(case.reference) is case
    assert case_by_reference("") is None


def test_a_promise_is_due_until_it_is_kept(app: Flask) -> None:
    person, agent = make.citizen(), make.staff()
    contact = make.contact(citizen_id=person.id)
    tomorrow = clock.now() + timedelta(days=1)
    made = promise(contact, "Rappeler", tomorrow, by=agent.actor)
    assert open_promises(person.id, by=agent) == [made]
    keep_promise(made, by=agent.actor)
    assert open_promises(person.id, by=agent) == []
    for text, due in (("", tomorrow), ("Rappeler", clock.now() - timedelta(minutes=1))):
        with pytest.raises(Refused):
            promise(contact, text, due, by=agent.actor)
