"""What a person says of themselves lets the rules on it speak, and is kept nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.database import db
from portal.directory.editing import add_commune
from tests import make
from tests.portal.referrals import cast
from tests.signing import send, signed_in

WHY = "C’est l’affaire de"


@pytest.fixture
def look(app: Flask, client: Any) -> Any:
    """Presses « à qui cela revient » with what was ticked."""
    agent = make.staff()
    contact = make.contact("web", subject="Aide à domicile", state="in_progress", agent_id=agent.id)
    db.session.commit()
    signed_in(client, agent)
    path = f"/console/contacts/{contact.id}"

    def press(**typed: Any) -> str:
        return str(send(client, f"{path}/look", typed).text)

    press.contact = contact
    return press


@pytest.mark.parametrize(
    ("conditions", "typed"),
    [
        ({"ages": ["65_plus"]}, {"age": "65_plus"}),
        ({"flags": ["alone"]}, {"flags": ["deaf", "alone"]}),
        ({"urgencies": ["today"]}, {"urgency": "today"}),
    ],
)
def test_a_rule_on_the_person_speaks_once_the_agent_says_it(
    look: Any, conditions: dict[str, Any], typed: dict[str, Any]
) -> None:
    cast.rule(**conditions)
    db.session.commit()
    assert WHY not in look() and WHY not in look(age="pigeon")
    before = len(history.of(look.contact))
    page = look(**typed)
    assert WHY in page and "Rien n’en est gardé" in page
    panel = page.partition("Ce que la personne dit")[2].partition("</details>")[0]
    ticked = sum(len(one) if isinstance(one, list) else 1 for one in typed.values())
    assert panel.count(" selected") + panel.count(" checked") == ticked
    assert len(history.of(look.contact)) == before


def test_the_commune_is_that_of_the_contact_else_of_who_it_surely_is(look: Any) -> None:
    add_commune("35238", "Rennes", ["35000"])
    cast.rule(communes=["35238"])
    person = make.citizen("Aïcha Benali")
    person.commune = "35238"
    look.contact.citizen_id, look.contact.certainty = person.id, "probable"
    db.session.commit()
    assert WHY not in look()
    look.contact.certainty = "confirmed"
    db.session.commit()
    assert WHY in look()
