"""Who is looked for: by number, address, reference or name; the number of one person opens their file."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from portal import history
from portal.cases.opening import open_case
from portal.cases.references import spoken
from portal.citizens.identifying import add_citizen
from portal.database import db
from portal.history import Reading
from portal.staff import onlookers
from tests import make
from tests.signing import send, signed_in

NUMBER = "+33639980001"


def readings() -> list[tuple[int, str]]:
    return [
        (one.citizen_id, one.reason) for one in db.session.scalars(db.select(Reading).order_by(Reading.id))
    ]


def find(client: Any, typed: str) -> str:
    answer = send(client, "/console/citizens", {"who": typed})
    return str((client.get(answer.location) if answer.location else answer).text)


def test_a_citizen_is_found_by_number_address_name_or_reference(app: Flask, at_desk: Any) -> None:
    person = add_citizen("Éloïse Lefèvre", by=history.SYSTEM)
    make.link(person, make.identifier("phone", NUMBER))
    make.link(person, make.identifier("email", "eloise@exemple.fr"))
    case = open_case(make.contact(citizen_id=person.id, subject="Cantine"), by=make.staff().actor)
    elsewhere = open_case(
        make.contact(of=make.organization("departement"), subject="RSA"), by=make.staff().actor
    )
    for typed in ("06 39 98 00 01", "ELOISE@exemple.fr", "lefevre el", spoken(case.reference).lower()):
        page = find(at_desk, typed)
        assert "Éloïse Lefèvre" in page and f"/console/citizens/{person.id}" in page, typed
    assert "Personne ne correspond" in find(at_desk, "dupont")
    assert "RSA" not in find(at_desk, elsewhere.reference)
    assert "nécessaire" in find(at_desk, " ")


def test_the_number_of_one_person_leads_straight_to_their_file(app: Flask, at_desk: Any) -> None:
    anne = make.citizen("Anne Petit", phone=NUMBER)
    for typed in ("06 39 98 00 01", NUMBER):
        answer = send(at_desk, "/console/citizens", {"who": typed})
        assert answer.status_code == 302 and answer.location == f"/console/citizens/{anne.id}"
    make.link(make.citizen("Paul Petit"), make.identifier("phone", NUMBER))
    page = find(at_desk, NUMBER)
    assert "Anne Petit" in page and "Paul Petit" in page, "a shared number says who shares it"


def test_to_a_browser_with_scripts_the_file_of_a_number_is_the_answer(app: Flask, client: Any) -> None:
    reader, colleague = make.staff(last_name="Petit"), make.staff(last_name="Martin")
    anne, at_desk = make.citizen("Anne Petit", phone=NUMBER), signed_in(client, reader)
    address = f"/console/citizens/{anne.id}"
    onlookers.look(address, by=colleague, types=False)
    db.session.commit()
    answer = send(at_desk, "/console/citizens", {"who": NUMBER, "at_once": "1"})
    assert answer.status_code == 200 and "<h1>Anne Petit</h1>" in answer.text
    assert f'data-address="{address}"' in answer.text and f'name="back" value="{address}"' in answer.text
    assert '<a href="/console/citizens" aria-current="true"' in answer.text
    assert "Camille Martin</bdi> lit aussi cette page" in answer.text
    assert readings() == [(anne.id, "")]
    anne.protected = True
    db.session.commit()
    answer = send(at_desk, "/console/citizens", {"who": NUMBER, "at_once": "1"})
    assert "Personne protégée" in answer.text and "Anne" not in answer.text
    assert 'data-address="/console/found/' in answer.text


def test_to_a_browser_with_scripts_so_is_whom_it_may_be(app: Flask, at_desk: Any) -> None:
    make.citizen("Anne Petit", phone=NUMBER)
    make.link(make.citizen("Paul Petit"), make.identifier("phone", NUMBER))
    answer = send(at_desk, "/console/citizens", {"who": NUMBER, "at_once": "1"})
    assert answer.status_code == 200 and "Anne Petit" in answer.text and "Paul Petit" in answer.text
    address = re.findall(r'data-address="(/console/found/[^"]+)"', answer.text)[0]
    assert NUMBER not in address
    again = at_desk.get(address)
    assert "Anne Petit" in again.text and "Paul Petit" in again.text and NUMBER[-4:] in again.text


def test_namesakes_are_told_apart_by_the_ends_of_their_numbers(app: Flask, at_desk: Any) -> None:
    for number in ("+33639980011", "+33639980022"):
        make.link(add_citizen("Marie Martin", by=history.SYSTEM), make.identifier("phone", number))
    page = find(at_desk, "martin")
    assert "00 11" in page and "00 22" in page and "06 39 98" not in page


def test_what_came_from_a_number_that_is_nobodys_yet_is_found_by_it(app: Flask, at_desk: Any) -> None:
    used = make.identifier("phone", NUMBER)
    make.contact("text", identifier_id=used.id, subject="Première question")
    assert "Première question" in find(at_desk, "0639980001")
    make.link(make.citizen("Paul"), used)
    assert "Première question" not in find(at_desk, "0639980001")


def test_a_protected_person_is_not_named_to_who_finds_their_number(app: Flask, at_desk: Any) -> None:
    make.citizen("Inès Secret", phone=NUMBER, protected=True)
    page = find(at_desk, NUMBER)
    assert "Personne protégée" in page and "Inès" not in page
