"""The receipt of a text: all that the law asks for, once, in the language of the text; none where none may go."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from flask import Flask

from portal.articles import index
from portal.cases.due import clocks
from portal.cases.models import Case, Clock
from portal.citizens import consents
from portal.contacts.models import Message
from portal.database import db
from portal.history import CITIZEN
from portal.lines.models import Line
from portal.telephony.parts import count
from tests import make
from tests.network import LINE, NUMBER, Network

NOON = "2026-03-02T11:00Z"


@pytest.fixture
def network(app: Flask) -> Network:
    make.organization(name="Mairie de Valbrune", phone="+33199000010", email="accueil@valbrune.example")
    make.line(LINE)
    db.session.commit()
    return Network(app)


def tell(network: Network, body: str, sid: str = "SM1", **more: Any) -> list[str]:
    """Texts this, and returns what we have answered so far."""
    with time_machine.travel(NOON, tick=False):
        network.twiml("/telephone/text", MessageSid=sid, Body=body, **more)
    db.session.expire_all()
    return list(db.session.scalars(db.select(Message.body).filter_by(direction="out").order_by(Message.id)))


def receipt() -> Clock | None:
    return clocks.clocks_of(db.session.scalars(db.select(Case)).one()).get("receipt")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "Bonjour, je demande une place en crèche pour ma fille",
            (
                "2 mars 2026",
                "01 99 00 00 10",
                "accueil@valbrune.example",
                "2 mai 2026",
                "2 mois",
                "/fr/requests",
            ),
        ),
        (
            "Hello, I would like to ask for a place in the nursery",
            ("2 March 2026", "accueil@valbrune.example", "2 May 2026", "2 months", "/en/requests/follow"),
        ),
        (
            "السلام عليكم، أريد مكانا في الحضانة لابنتي",
            ("2 مارس 2026", "2 مايو 2026", "شهرين", "/ar/requests/follow"),
        ),
    ],
)
def test_a_text_gets_its_whole_receipt_at_once(network: Network, body: str, words: tuple[str, ...]) -> None:
    (told,) = tell(network, body)
    for one in ("Mairie de Valbrune", *words):
        assert one in told, told
    one = receipt()
    assert one is not None and one.state == "met"


def test_a_french_receipt_costs_two_parts(network: Network) -> None:
    (told,) = tell(network, "Bonjour, je demande une place en crèche")
    assert count(told).parts == 2, told


def test_it_is_given_once_however_often_they_write_and_the_network_tells_it(network: Network) -> None:
    tell(network, "Bonjour, je demande une place en crèche")
    tell(network, "Bonjour, je demande une place en crèche")
    assert len(tell(network, "Vous êtes là ?", "SM2")) == 1


def test_what_the_organization_says_comes_first_and_the_law_follows(network: Network) -> None:
    line = db.session.scalars(db.select(Line)).one()
    line.texts = {**line.texts, "text_received": {"fr": "Merci ! Réf. {reference}."}}
    db.session.commit()
    (told,) = tell(network, "Bonjour, je demande une place en crèche")
    assert told.startswith("Merci ! Réf. ") and told.count("éf. ") == 1
    assert "Mairie de Valbrune, 01 99 00 00 10, accueil@valbrune.example" in told and "2 mai 2026" in told


def test_the_day_that_the_organization_promises_is_that_of_its_clock(network: Network) -> None:
    line = db.session.scalars(db.select(Line)).one()
    line.texts = {**line.texts, "text_received": {"fr": "Réf. {reference} : une réponse d'ici le {date}."}}
    db.session.commit()
    (told,) = tell(network, "Bonjour, je demande une place en crèche")
    first = clocks.clocks_of(db.session.scalars(db.select(Case)).one())["first_answer"]
    assert f"une réponse d'ici le {first.due_at.day} mars 2026. Demande du 2 mars 2026." in told


def test_an_answer_that_is_sure_brings_the_receipt_with_it(network: Network, app: Flask) -> None:
    make.article(
        "Refaire une carte d’identité", body="Prenez rendez-vous pour refaire votre carte d’identité."
    )
    db.session.commit()
    index.rebuild(app.extensions["settings"].index_dir)
    (told,) = tell(network, "refaire une carte d'identité")
    assert "/fr/articles/" in told and "Demande du 2 mars 2026" in told and "01 99 00 00 10" in told
    assert told.count("Mairie de Valbrune") == 1


def test_who_asked_for_no_texts_gets_none_and_the_receipt_is_still_owed(network: Network) -> None:
    consents.stop(make.identifier("phone", NUMBER), LINE, evidence="word", by=CITIZEN)
    db.session.commit()
    assert tell(network, "Bonjour, je demande une place en crèche") == []
    one = receipt()
    assert one is not None and one.state == "running"
    tell(network, "REPRISE", "SM2")
    assert "2 mai 2026" in tell(network, "Je demande toujours une place", "SM3")[-1]
    assert receipt().state == "met"


def test_a_cry_for_help_is_not_met_with_deadlines(network: Network) -> None:
    (told,) = tell(network, "j'ai envie de mourir")
    assert "112" in told and "2026" not in told
    one = receipt()
    assert one is not None and (one.state, one.means) == ("running", clocks.REGISTERED)


def test_nobody_is_owed_a_receipt_at_a_hidden_number(network: Network) -> None:
    assert tell(network, "Bonjour", From="+266696687") == []
    assert receipt() is None


@pytest.mark.parametrize("body", ["Merci !", "Ok merci, bonne journée", "Thank you very much", "شكرا جزيلا"])
def test_thanks_open_no_matter_and_get_no_receipt(network: Network, body: str) -> None:
    assert tell(network, body) == []
    assert db.session.scalars(db.select(Case)).all() == []
    [message] = db.session.scalars(db.select(Message))
    assert (message.body, message.contact.state) == (body, "wrapped_up")


@pytest.mark.parametrize("body", ["oui", "Non merci", "ok", "👍"])
def test_a_word_that_answers_something_waits_for_a_person(network: Network, body: str) -> None:
    assert tell(network, body) == []
    [message] = db.session.scalars(db.select(Message))
    assert (message.contact.state, message.contact.case_id) == ("open", None)
    assert len(tell(network, "Quand passe-t-on prendre les encombrants ?", "SM2")) == 1, "it goes on"


def test_a_text_without_a_word_is_read_and_gets_no_receipt(network: Network) -> None:
    network.post("/telephone/text", MessageSid="SM1", Body=" ")
    [message] = db.session.scalars(db.select(Message))
    assert message.body == "(sans texte)" and message.contact.case_id is None
    assert message.contact.state in ("open", "waiting")


@pytest.mark.parametrize("body", ["Merci de me rappeler", "ok ?", "Merci, et pour la cantine ?"])
def test_thanks_that_ask_for_something_are_a_request(network: Network, body: str) -> None:
    assert len(tell(network, body)) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("my husband hits me please help", "In danger?"),
        ("please help me I am lost", "/en/requests"),
        ("I need a passport", "/en/requests"),
        ("lost my wallet", "/en/requests"),
        ("je suis seule a la maison", "/fr/requests"),
        ("perdu ma carte", "/fr/requests"),
    ],
)
def test_a_short_text_is_answered_in_its_language(network: Network, body: str, said: str) -> None:
    (told,) = tell(network, body)
    assert said in told, told
