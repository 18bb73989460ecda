"""Numbers and addresses in what a confirmed citizen wrote are guesses: kept with their reason, refused once for all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.citizens import sighting
from portal.citizens.identifying import identify
from portal.citizens.models import Citizen, IdentifierLink
from portal.citizens.sighting import Sighting
from portal.contacts.recording import add_message, attribute
from portal.database import db
from portal.views.console import words
from tests import make
from tests.signing import send, signed_in

MOBILE, DAY = "+33639981234", date(2026, 3, 3)
LETTER = """Bonjour,

Je n’ai pas reçu ma carte. Pouvez-vous m’appeler au 06 39 98 12 34 ?

Cordialement,
Aïcha Benali
aicha.benali@exemple.fr / 01.99.00.12.34

Le mardi 3 mars 2026 à 10:12, Mairie <mairie@ville.fr> a écrit :
> Appelez le 02 61 91 00 99
"""


def test_a_letter_shows_its_authors_numbers_and_not_what_it_quotes() -> None:
    assert sorted(sighting.sightings(LETTER), key=lambda one: one.value) == [
        Sighting("phone", "+33199001234", "signature"),
        Sighting("phone", MOBILE, "message"),
        Sighting("email", "aicha.benali@exemple.fr", "signature"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Le 06/07/2026 à 10 h, dossier 0612345678901, 06,12 €",
        "J’ai appelé le 0 800 123 456 et le 3939, puis le 15",
        "Référence AB12-3456-78, n° 12 34 56 78 90",
        "Les voisins : 06 39 98 00 01, 06 39 98 00 02, 06 39 98 00 03, 06 39 98 00 04, 06 39 98 00 05",
        "",
    ],
)
def test_dates_references_services_and_lists_are_nobodys_number(text: str) -> None:
    assert sighting.sightings(text) == []


@pytest.mark.parametrize(
    "typed", ["+33 6 39 98 12 34", "+33 (0)6 39 98 12 34", "0033639981234", "06.39.98.12.34"]
)
def test_a_number_is_read_however_it_is_typed(typed: str) -> None:
    assert [one.value for one in sighting.sightings(f"Au {typed}, merci.")] == [MOBILE]


def links(person: Citizen) -> list[tuple[str, str]]:
    query = db.select(IdentifierLink).filter_by(citizen_id=person.id)
    return sorted((one.identifier.value, one.certainty) for one in db.session.scalars(query))


def test_what_a_confirmed_citizen_writes_is_a_guess_with_its_evidence(app: Flask) -> None:
    person = make.citizen("Aïcha Benali")
    contact = make.contact("web", citizen_id=person.id, certainty="confirmed")
    add_message(contact, "Rappelez-moi au 06 39 98 12 34")
    assert links(person) == [(MOBILE, "probable")]
    used = make.identifier("phone", MOBILE)
    assert identify(used).match == "probable" and contact.identifier_id is None
    said = words.evidence(used.links[0].evidence)
    assert said.startswith("vu dans un message du ")
    assert words.evidence("signature:2026-03-03") == "vu dans la signature d’un message du 3 mars 2026"


def test_nothing_is_guessed_of_who_is_not_confirmed_until_they_are(app: Flask) -> None:
    person = make.citizen("Aïcha Benali")
    contact = make.contact("text", citizen_id=person.id, certainty="probable")
    add_message(contact, "Rappelez-moi au 06 39 98 12 34")
    assert links(person) == []
    attribute(contact, person, certainty="confirmed", by=history.SYSTEM)
    assert links(person) == [(MOBILE, "probable")]


def test_a_number_known_to_be_anothers_or_a_services_is_not_guessed(app: Flask) -> None:
    make.citizen("Paul Benali", phone=MOBILE)
    make.service("caf", phone="+33199000050", email="caf@caf.example")
    person = make.citizen("Aïcha Benali")
    contact = make.contact("web", citizen_id=person.id, certainty="confirmed", line="+33199000010")
    add_message(
        contact, "Mon fils : 06 39 98 12 34. La CAF 01 99 00 00 50, caf@caf.example ; vous 01 99 00 00 10"
    )
    assert links(person) == []


def test_an_agent_refuses_a_guess_and_it_is_not_made_again(app: Flask, client: Any) -> None:
    person, agent = make.citizen("Aïcha Benali"), make.staff()
    used = make.identifier("phone", MOBILE)
    sighting.note("Au 06 39 98 12 34", person, written_on=DAY)
    call = make.contact(identifier_id=used.id, state="in_progress", agent_id=agent.id)
    signed_in(client, agent)
    page = client.get(f"/console/contacts/{call.id}").text
    assert "vu dans un message du 3 mars 2026" in page and "Aïcha Benali" in page
    send(client, f"/console/contacts/{call.id}/identity", {"deny": "1"})
    assert links(person) == [] and call.certainty == "denied"
    assert sighting.note("Au 06 39 98 12 34", person, written_on=DAY) == []
    assert identify(used).match == "unknown"


def test_an_agent_confirms_a_guess(app: Flask, client: Any) -> None:
    person, agent = make.citizen("Aïcha Benali"), make.staff()
    used = make.identifier("phone", MOBILE)
    sighting.note("Au 06 39 98 12 34", person, written_on=DAY)
    call = make.contact(identifier_id=used.id, state="in_progress", agent_id=agent.id)
    assert call.citizen_id is None  # a guess writes nothing on the contact
    signed_in(client, agent)
    typed = {"citizen": str(person.id), "remember": "1"}
    send(client, f"/console/contacts/{call.id}/identity", typed)
    assert links(person) == [(MOBILE, "confirmed")] and call.citizen_id == person.id
