"""Several questions in one contact, each with its own answer and end."""

from __future__ import annotations

import pytest
from flask import Flask

from portal import history
from portal.cases import questions
from portal.cases.due.clocks import clocks_of
from portal.cases.opening import open_case
from portal.cases.questions import Said
from portal.errors import Missing, Refused
from tests import make


def test_each_question_has_its_topic_its_answer_and_its_end(app: Flask) -> None:
    contact, agent, topic = make.contact(), make.staff(), make.topic()
    first = questions.ask(contact, Said("Quand passe la benne ?"), by=agent)
    second = questions.ask(contact, Said("Où payer la cantine ?", topic_id=topic.id), by=agent)
    assert questions.ask(contact, Said("Quand passe la benne ?"), by=agent) is first
    done = Said("Quand passe la benne ?", answer="Le mardi", disposition="answered")
    assert questions.answer(first, done, by=agent)
    assert not questions.answer(first, done, by=agent)
    assert questions.questions_of([contact.id]) == [first, second]
    assert [one.verb for one in history.of(first)] == ["question.answered", "question.asked"]
    assert "mardi" not in str([one.details for one in history.of(first)])


def test_a_question_may_have_a_case_of_its_own_beside_that_of_the_contact(app: Flask) -> None:
    contact, agent, topic = make.contact(subject="Benne"), make.staff(), make.topic()
    case = open_case(contact, by=agent.actor)
    asked = questions.ask(contact, Said("Où payer la cantine ?", topic_id=topic.id), by=agent)
    own = questions.open_its_case(asked, by=agent)
    assert questions.open_its_case(asked, by=agent) is own
    assert (own.subject, own.topic_id, contact.case_id) == ("Où payer la cantine ?", topic.id, case.id)
    assert own.reference != case.reference and "first_answer" in clocks_of(own)


@pytest.mark.parametrize(
    "said", [Said(" "), Said("x" * 301), Said("a", disposition="x"), Said("a", topic_id=999)]
)
def test_a_question_that_cannot_be_kept_says_why(app: Flask, said: Said) -> None:
    with pytest.raises(Refused):
        questions.ask(make.contact(), said, by=make.staff())


def test_a_question_of_another_contact_does_not_exist(app: Flask) -> None:
    asked = questions.ask(make.contact(), Said("Quand ?"), by=make.staff())
    with pytest.raises(Missing):
        questions.find_question(make.contact(), asked.id)
