"""A request that another organization of the instance sent to our service is answered at our desk, without a link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from time_machine import travel

from portal.database import db
from portal.errors import Refused
from portal.mail.models import Letter
from portal.news import TOLD
from portal.referrals.following import living, receivers, reminding
from portal.referrals.following.referring import refer
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


def test_without_an_address_it_arrives_at_the_desk_at_once_and_comes_home_done(
    client: Any, app: Flask, work: Callable[[], int]
) -> None:
    county = make.organization("departement", name="Département")
    service = make.service("pmi", of=county, phone="", email="")
    agent = make.staff(of=county, last_name="Leroy")
    made = refer(lives.contact(), service.id, reason="La PMI suit les familles", by=make.staff().actor)
    assert receivers.ways(service) == ["here", "told"]
    living.send(made, "here", nature="decision", fields=("subject",), by=make.staff().actor)
    assert made.arrived_at is not None and made.remind_at is not None
    assert f"desk:{county.id}" in db.session().info[TOLD], "its agents’ consoles have news"
    db.session.commit()
    desk = signed_in(client, agent)
    assert f"/console/received/{made.id}" in desk.get("/console/received").text
    act(desk, made, "accept")
    assert made.competent_received_at == made.arrived_at, "the clock of acceptance began when it was sent"
    act(desk, made, "close", outcome="done")
    assert made.state == "done"
    work()
    letters = db.session.scalars(db.select(Letter)).all()
    assert {one.to for one in letters} == {"aicha@exemple.fr"}, "nobody wrote to the service"
    said = "\n".join(one.body for one in letters)
    assert "Nous la lui avons transmise" in said and "est traitée" in said


def test_whoever_is_silent_at_the_desk_is_reminded_by_news_and_it_comes_back(made: Referral) -> None:
    made.way = "here"
    for _ in range(reminding.MOST_REMINDERS):
        assert made.remind_at is not None
        with travel(made.remind_at, tick=False):
            reminding.remind([made])
        assert f"desk:{made.service.organization_id}" in db.session().info[TOLD]
        db.session.commit()
    assert made.remind_at is not None
    with travel(made.remind_at, tick=False):
        reminding.remind([made])
    assert made.state == "expired"


@pytest.mark.parametrize("way", ["api", "phone", "none"])
def test_where_there_are_agents_it_may_be_sent_here_whatever_the_partner_chose(app: Flask, way: str) -> None:
    made = lives.proposed()
    make.staff(of=made.service.organization)
    partner = receivers.partner_of(made.service)
    assert partner is not None
    partner.way = way
    db.session.flush()
    assert "here" in receivers.ways(made.service)
    living.send(made, "here", by=make.staff().actor)
    assert made.arrived_at is not None and made.state == "sent"


def test_an_organization_without_agents_here_is_not_sent_to_here(app: Flask) -> None:
    made = lives.proposed()
    with pytest.raises(Refused):
        living.send(made, "here", by=make.staff().actor)
    agent = make.staff(of=made.service.organization)
    db.session.flush()
    assert "here" in receivers.ways(made.service)
    agent.disabled_at = made.created_at
    db.session.flush()
    assert "here" not in receivers.ways(made.service)
