"""Numbers, addresses, and who may be behind them."""

from __future__ import annotations

import pytest
from flask import Flask

from portal import history
from portal.citizens import access
from portal.citizens.identifying import (
    add_citizen,
    email_address,
    identifier,
    identify,
    link,
    phone_number,
    reach,
)
from portal.database import db
from portal.errors import Missing, NotYours, Refused
from tests import make


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("06 39 98 12 34", "+33639981234"),
        ("+33 6 39 98 12 34", "+33639981234"),
        ("01.99.00.00.10", "+33199000010"),
        ("0690 00 12 34", "+590690001234"),
        ("+32 470 12 34 56", "+32470123456"),
    ],
)
def test_a_number_has_one_form_however_it_is_typed(typed: str, number: str) -> None:
    assert phone_number(typed) == number


@pytest.mark.parametrize("typed", ["", "12", "06 39 98", "bonjour", "+999123"])
def test_what_is_no_number_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refused, match="pas complet"):
        phone_number(typed)


def test_an_address_is_kept_in_lower_case_and_what_is_none_is_refused() -> None:
    assert email_address(" Aicha@Exemple.FR ") == "aicha@exemple.fr"
    assert reach("aicha@exemple.fr") == ("email", "aicha@exemple.fr")
    for typed in ("aicha@", "@exemple.fr", "a b@exemple.fr", "a@b\r\nBcc: x@y.fr"):
        with pytest.raises(Refused):
            email_address(typed)


def test_a_number_is_who_it_may_be(app: Flask) -> None:
    alone, shared, guessed = "+33639980001", "+33639980002", "+33639980003"
    aicha = make.citizen("Aïcha", phone=alone)
    for name in ("Paul", "Jeanne"):
        make.citizen(name, phone=shared)
    make.link(make.citizen("Luc"), make.identifier("phone", guessed), "probable")
    assert identify(None).match == "hidden"
    assert identify(identifier("phone", "+33639980009")).match == "unknown"
    assert identify(identifier("phone", alone)).citizens == (aicha,)
    assert identify(identifier("phone", alone)).match == "one"
    assert identify(identifier("phone", shared)).match == "several"
    assert identify(identifier("phone", guessed)).match == "probable"


def test_a_confirmed_link_is_never_made_probable_again(app: Flask) -> None:
    citizen, number = make.citizen(), make.identifier("phone", "+33639980001")
    link(number, citizen, certainty="probable", evidence="form", by=history.CITIZEN)
    link(number, citizen, certainty="confirmed", evidence="code", by=history.CITIZEN)
    assert (
        link(number, citizen, certainty="probable", evidence="form", by=history.CITIZEN).certainty
        == "confirmed"
    )
    assert [event.details["certainty"] for event in history.of(citizen)] == ["confirmed", "probable"]


def test_a_name_is_kept_without_the_spaces_around_its_words(app: Flask) -> None:
    assert add_citizen("  Éloïse   Lefèvre-Cœur ", by=history.SYSTEM).name == "Éloïse Lefèvre-Cœur"


def test_a_protected_file_asks_for_a_reason(app: Flask) -> None:
    person = make.citizen(protected=True)
    agent, named = make.staff("agent"), make.staff("agent", may_open_protected=True)
    with pytest.raises(access.Protected):
        access.open_citizen(person.id, by=agent)
    assert access.open_citizen(person.id, by=agent, reason="Rappel demandé") is person
    assert access.open_citizen(person.id, by=named) is person
    with pytest.raises(NotYours):
        access.open_citizen(person.id, by=make.staff("administrator"), reason="curieux")
    with pytest.raises(Missing):
        access.open_citizen(person.id + 1, by=agent)
    db.session.commit()
