"""An answer on the follow-up page is told of, where its citizen can be written to, and says nothing of the matter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal import history
from portal.cases.models import Case
from portal.cases.opening import open_case
from portal.cases.references import spoken
from portal.citizens import consents
from portal.contacts.answering import reply
from portal.contacts.models import Contact, Message
from portal.database import db
from tests import make

NUMBER, ADDRESS = "+33639980001", "rose@exemple.fr"
ANSWER = "Votre dossier de logement est complet."


@pytest.fixture
def asked(app: Flask) -> Callable[..., Contact]:
    def ask(kind: str, value: str, **more: str) -> Contact:
        contact = make.contact("web", identifier_id=make.identifier(kind, value).id, **more)
        open_case(contact, by=history.CITIZEN)
        db.session.commit()
        return contact

    return ask


def answered(contact: Contact, work: Callable[[], int], *, automatic: bool = False) -> list[Message]:
    """What left for the citizen because of an answer on the page, asked for twice."""
    for _ in range(2):
        reply(contact, ANSWER, channel="web", form_key="f", by=make.staff().actor, automatic=automatic)
        db.session.commit()
        work()
    db.session.refresh(contact)
    return [one for one in contact.messages if one.direction == "out" and one.channel != "web"]


@pytest.mark.parametrize(
    ("language", "says"),
    [("fr", "une réponse à votre demande"), ("en", "answer to your request"), ("ar", "في انتظاركم")],
)
def test_who_asked_by_the_site_is_told_by_text_that_an_answer_waits(
    asked: Callable[..., Contact], work: Callable[[], int], language: str, says: str
) -> None:
    make.line()
    contact = asked("phone", NUMBER, language=language)
    (told,) = answered(contact, work)
    assert (told.channel, told.automatic) == ("text", True)
    assert says in told.body and f"/{language}/requests/follow" in told.body
    assert contact.case_id is not None and "logement" not in told.body


def test_who_left_an_address_is_told_by_letter(
    asked: Callable[..., Contact], work: Callable[[], int]
) -> None:
    contact = asked("email", ADDRESS, step="Attend une réponse")
    (told,) = answered(contact, work)
    assert told.channel == "email" and "page de suivi" in told.body and "logement" not in told.body
    assert contact.step == ""
    assert spoken(db.session.get_one(Case, contact.case_id).reference) in told.body


def test_who_wants_no_text_or_cannot_get_one_is_sent_none(
    asked: Callable[..., Contact], work: Callable[[], int]
) -> None:
    make.line()
    stopped = asked("phone", NUMBER)
    consents.stop(stopped.identifier, consents.ANY, evidence="told", by=history.CITIZEN)
    assert answered(stopped, work) == []


def test_what_no_person_wrote_is_not_told_of(asked: Callable[..., Contact], work: Callable[[], int]) -> None:
    make.line()
    assert answered(asked("phone", NUMBER), work, automatic=True) == []
