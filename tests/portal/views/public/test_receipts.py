"""The receipt of what was written: at once, with all that the law asks for, in the language of the citizen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from time_machine import travel

from portal import history
from portal.cases import keeping, saying
from portal.cases.due import clocks
from portal.cases.models import Case, ServiceLevel
from portal.cases.opening import open_case
from portal.contacts.models import Message
from portal.database import db
from portal.directions import hold_numbers
from portal.mail.models import Letter
from tests import make
from tests.signing import send

pytestmark = pytest.mark.usefixtures("town")
NEW = "requests/new"
WRITTEN = {
    "subject": "Ma carte",
    "body": "Faut-il une photo ?",
    "reach": "aicha@exemple.fr",
    "form_key": "k" * 20,
}


def the_case() -> Case:
    return db.session.scalars(db.select(Case)).one()


def the_letter(work: Callable[[], int]) -> str:
    work()
    return db.session.scalars(db.select(Letter)).one().body


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "fr",
            (
                "Nous avons bien reçu",
                "plus tard le 9 mars 2026",
                "jusqu’au 2 mai 2026 vaut refus",
                "deux mois",
            ),
        ),
        ("en", ("We received", "by 9 March 2026", "until 2 May 2026 means refusal", "two months")),
        ("ar", ("تلقينا رسالتكم", "9 مارس 2026", "2 مايو 2026", "شهران")),
    ],
)
def test_a_letter_says_when_who_and_what_silence_means(
    client: Any, work: Callable[[], int], language: str, words: tuple[str, ...]
) -> None:
    with travel("2026-03-02T09:00Z", tick=False):
        assert send(client, f"/{language}/{NEW}", WRITTEN).status_code == 303
        page = client.get(f"/{language}/requests/receipt").text
        body = the_letter(work)
    number = hold_numbers("01 99 00 00 10") if language == "ar" else "01 99 00 00 10"
    for needed in (number, "accueil@ville.example", "Mairie", *words):
        assert needed in body, needed
    for needed in words[2:]:
        assert needed in page, needed
    assert clocks.clocks_of(the_case())["receipt"].state == "met"


def test_a_text_says_it_too_in_few_words(client: Any) -> None:
    with travel("2026-03-02T09:00Z", tick=False):
        send(client, f"/fr/{NEW}", {**WRITTEN, "reach": "06 39 98 12 34"})
    text = db.session.scalars(db.select(Message).filter_by(direction="out")).one().body
    for needed in (
        "01 99 00 00 10",
        "accueil@ville.example",
        "2 mars 2026",
        "Sans réponse le 2 mai 2026",
        "recours",
    ):
        assert needed in text, needed


def test_what_cannot_be_sent_is_shown_and_stays_due(client: Any) -> None:
    """A landline reads no text: the page is all there is, and somebody is to call."""
    send(client, f"/fr/{NEW}", {**WRITTEN, "reach": "01 99 00 00 77", "preferred": "phone"})
    assert "Notez-la" in client.get("/fr/requests/receipt").text
    assert clocks.clocks_of(the_case())["receipt"].state == "running"


@pytest.mark.parametrize(
    ("nature", "words"),
    [
        ("complaint", "réputé refusé"),
        ("decision", "attestation"),
        ("information", "aucun délai légal"),
    ],
)
def test_a_topic_may_say_what_is_asked_for(app: Flask, nature: str, words: str) -> None:
    topic = make.topic()
    make._add(ServiceLevel(organization_id=make.organization().id, topic_id=topic.id, nature=nature))
    case = open_case(make.contact("web", topic_id=topic.id), by=history.CITIZEN)
    assert case.nature == nature
    assert words in " ".join(one[0] for one in saying.receipt_of(case).silence)


def test_no_answer_is_announced_for_a_day_that_is_past(app: Flask) -> None:
    with travel("2026-03-02T09:00Z", tick=False):
        case = open_case(make.contact("web"), by=history.CITIZEN)
        assert saying.receipt_of(case).answer is not None
    with travel("2026-04-02T09:00Z", tick=False):
        assert saying.receipt_of(case).answer is None


def test_without_an_address_to_write_to_the_postal_one_is_given(app: Flask) -> None:
    host = make.organization()
    host.email = ""
    make.service("accueil", of=host, address="1 place de la Mairie, 96000 Valbrune")
    case = open_case(make.contact("letter"), by=history.CITIZEN)
    assert saying.receipt_of(case).reach == ("01 99 00 00 10", "1 place de la Mairie, 96000 Valbrune")


def test_where_it_stands_is_said_in_plain_words(app: Flask) -> None:
    agent = make.staff()
    with travel("2026-03-02T09:00Z", tick=False):
        case = open_case(make.contact("web"), by=history.CITIZEN)
        assert saying.ANSWER in stands(case)
        keeping.wait_for(case, "Un bail", by=agent.actor)
        assert stands(case) == [saying.STANDS_STILL]
        keeping.resume(case, by=agent.actor)
    with travel("2026-03-12T09:00Z", tick=False):
        assert saying.LATE in stands(case)
        keeping.answered(case, by=agent.actor)
        assert saying.RESOLVED_BY in stands(case)
    with travel("2026-05-12T09:00Z", tick=False):
        assert saying.REJECTED in stands(case) and saying.APPEAL in stands(case)


def stands(case: Case) -> list[str]:
    return [sentence for sentence, _ in saying.standing(case)]
