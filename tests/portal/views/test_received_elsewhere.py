"""A request that another organization of the instance sent to our service is answered at our desk, without a link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.database import db
from portal.mail.models import Letter
from portal.referrals.following import living
from portal.referrals.models import Referral
from tests import make
from tests.portal.referrals import cast, lives
from tests.signing import signed_in, token


@pytest.fixture
def made(app: Flask) -> Referral:
    """Of the town's, to a service of the department, which has agents here."""
    county = make.organization("departement", name="Département")
    make.service("pmi", of=county, phone="+33199000077")
    lives.receiver("pmi", "pmi@departement.example")
    return lives.sent(to="pmi", nature="request")


@pytest.fixture
def desk(client: Any, made: Referral) -> Any:
    """An agent of the department's."""
    agent = make.staff(of=made.service.organization, last_name="Leroy")
    db.session.commit()
    return signed_in(client, agent)


def act(desk: Any, made: Referral, name: str, **fields: Any) -> Any:
    data = {"csrf_token": token(desk), "form_key": name * 20, "seen": made.state, **fields}
    return desk.post(f"/console/received/{made.id}/{name}", data=data)


def test_it_is_read_with_what_was_sent_and_nothing_else_of_the_person(desk: Any, made: Referral) -> None:
    made.shared = {"subject": "Aide au logement", "reason": "La PMI suit les familles"}
    db.session.commit()
    assert f"/console/received/{made.id}" in desk.get("/console/received").text
    page = desk.get(f"/console/received/{made.id}").text
    assert "Aide au logement" in page and "La PMI suit les familles" in page
    for kept in ("Benali", "aicha@exemple.fr", "loyer"):
        assert kept not in page
    assert made.state == "sent", "reading changes nothing"
    assert desk.get(f"/console/contacts/{made.contact_id}").status_code == 404
    assert desk.get(f"/console/referrals/{made.id}").status_code == 404


def test_it_is_taken_asked_about_and_closed_and_the_person_is_told(
    desk: Any, made: Referral, work: Callable[[], int]
) -> None:
    assert act(desk, made, "accept", note="Mardi à 9 h").status_code == 302
    assert (made.state, made.receiver, made.note) == ("accepted", "Camille Leroy", "Mardi à 9 h")
    act(desk, made, "ask", body="Quel âge ?", to_citizen="1")
    assert made.messages[-1].author == "Camille Leroy"
    assert "Quel âge ?" in desk.get(f"/console/received/{made.id}").text
    act(desk, made, "close", outcome="done")
    assert made.state == "done"
    work()
    said = "\n".join(db.session.scalars(db.select(Letter.body).filter_by(to="aicha@exemple.fr")))
    assert "s’occupe de votre demande" in said and "Quel âge ?" in said and "est traitée" in said
    over = desk.get(f"/console/received/{made.id}").text
    assert "Benali" not in over and "n’est plus montré" in over


def test_a_refusal_says_why_and_whose_it_is(desk: Any, made: Referral) -> None:
    assert act(desk, made, "refuse", reason="missing_piece").status_code == 422
    other = cast.service("cpam")
    act(desk, made, "refuse", reason="not_for_us", why="Voyez la CPAM", service=str(other.id))
    assert (made.state, made.refusal, made.redirect_to_id) == ("refused", "not_for_us", other.id)


def test_a_colleague_who_was_faster_is_seen(desk: Any, made: Referral) -> None:
    seen = made.state
    living.receive(made, who="Paul")
    db.session.commit()
    assert act(desk, made, "accept", seen=seen).status_code == 409
    assert made.state == "received"


def test_what_was_sent_to_others_does_not_exist_here(desk: Any, made: Referral) -> None:
    other = lives.sent(lives.contact(email="b@exemple.fr"))
    told = lives.sent(lives.contact(email="c@exemple.fr"), "pmi", way="told")
    db.session.commit()
    for one in (other, told):
        assert desk.get(f"/console/received/{one.id}").status_code == 404
        assert act(desk, one, "accept").status_code == 404
