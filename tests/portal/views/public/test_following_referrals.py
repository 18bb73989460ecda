"""The follow-up page says who has the request now, since when, and what silence means."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from time_machine import travel

from portal import clock
from portal.contacts.models import Contact
from portal.database import db
from portal.referrals.following import asking, chains, living
from portal.referrals.models import Referral
from tests import make
from tests.portal.referrals import lives


@pytest.fixture
def made(app: Flask) -> Referral:
    with travel("2026-03-02T10:00Z", tick=False):
        return lives.sent(nature="request")


def follow(client: Any, made: Referral, language: str = "fr") -> str:
    """The page of the matter that a code has just opened."""
    whose = db.session.get_one(Contact, made.contact_id).identifier_id
    with client.session_transaction() as session:
        session["opened"] = [made.case_id, int(clock.now().timestamp()) + 600, whose]
    return str(client.get(f"/{language}/requests/thread").text)


def test_it_says_who_has_it_since_when_and_what_silence_means(client: Any, made: Referral) -> None:
    page = follow(client, made)
    assert "Transmise, pas encore lue" in page and "2 mars 2026" in page
    assert "Sans réponse le 2 mai 2026" in page
    assert "votre nom, comment vous joindre" in page
    assert "« La CAF verse les aides »" in page, "in the very words that the service reads"


def test_the_whole_way_stays_to_be_seen_in_the_reader_s_language(client: Any, made: Referral) -> None:
    living.refuse(made, "not_for_us")
    assert "Nous l’avons reprise : un agent cherche" in follow(client, made)
    again = chains.send_again(made, lives.receiver("cpam").id, reason="r", by=make.staff())
    assert again is not None
    assert "CPAM" not in follow(client, made), "what nobody sent yet is not told"
    living.send(again, "email", nature="request", by=make.staff().actor)
    page = follow(client, made, "ar")
    assert page.index("CPAM") < page.index("CAF"), "who has it now comes first"
    assert "رفضته هذه المصلحة" in page


def test_a_missing_piece_and_a_question_are_asked_for_there(client: Any, made: Referral) -> None:
    asking.ask(made, "Quel est votre loyer ?", to_citizen=True, form_key="q" * 20)
    assert "Quel est votre loyer ?" in follow(client, made)
    living.refuse(made, "missing_piece", note="Le bail signé")
    page = follow(client, made)
    assert "Il manque une pièce" in page and "Le bail signé" in page
    assert "suspendu" in page


def test_who_was_told_where_to_go_reads_it_is_for_them_to_go(client: Any, app: Flask) -> None:
    from portal.cases.opening import open_case

    contact = lives.contact()
    open_case(contact, by=make.staff().actor)
    made = lives.sent(contact, way="told")
    assert "À vous de contacter ce service" in follow(client, made)


def test_the_receipt_says_when_silence_speaks(client: Any, made: Referral) -> None:
    contact = db.session.get_one(Contact, made.contact_id)
    with client.session_transaction() as session:
        session["receipt"] = contact.case_id
    page = client.get("/fr/requests/receipt").text
    assert "Si personne ne répond" in page
    assert "CAF" in page and "01 99 00 00 50" in page
