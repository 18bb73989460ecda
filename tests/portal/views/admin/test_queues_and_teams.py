"""Queues, skills, telephones and teams, as the administration keeps them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.database import db
from portal.desk import keeping
from portal.desk.models import Queue
from portal.jobs import Job
from portal.staff import teams
from portal.staff.models import Staff, Team
from portal.views.admin.people.queues import NEW
from tests import make
from tests.signing import send, signed_in

SKILLS = ["access:relay", "language:ar"]


@pytest.fixture
def admin(app: Flask, client: Any) -> Any:
    person = make.staff("administrator")
    make.topic("logement")
    db.session.commit()
    return signed_in(client, person)


def post(client: Any, path: str, **data: Any) -> Any:
    return send(client, path, data)


def save(client: Any, found: Queue, **typed: Any) -> Any:
    page = client.get(f"/admin/queues/{found.id}").text
    seen = re.findall(r'name="seen" value="(\w+)"', page)[0]
    return post(client, f"/admin/queues/{found.id}", **{**NEW, "name": found.name, "seen": seen, **typed})


def the_queue() -> Queue:
    return db.session.scalars(db.select(Queue)).one()


def test_a_queue_is_made_with_its_topics_agents_and_times(admin: Any) -> None:
    agent = make.staff(phone="+33199000021")
    typed = {**NEW, "name": "Logement", "topics": ["logement"], "agents": [agent.id], "ring_s": 15}
    assert post(admin, "/admin/queues", **typed).status_code == 302
    kept = keeping.kept(the_queue())
    assert (kept["topics"], kept["agents"], kept["ring_s"]) == (["logement"], [agent.id], 15)
    assert [one.name for one in keeping.served_by(agent.id)] == ["Logement"]
    assert "Logement" in admin.get("/admin/queues").text
    assert post(admin, "/admin/queues", **typed).status_code == 422


def test_whoever_is_added_to_a_queue_is_offered_who_waits_in_it(admin: Any) -> None:
    made = make.queue("logement")
    agent = make.staff()
    db.session.commit()
    asked = db.select(Job).filter_by(kind="match")
    save(admin, made, ring_s=20)
    assert db.session.scalars(asked).all() == []
    save(admin, made, ring_s=20, agents=[agent.id])
    assert [job.payload for job in db.session.scalars(asked)] == [{"organization": made.organization_id}]


def test_two_organizations_may_each_have_a_queue_of_that_name(app: Flask) -> None:
    by = make.staff("administrator").actor
    towns = [make.organization().id, make.organization("ailleurs").id]
    made = [
        keeping.add_queue(organization_id=town, by=by, name="Accueil", topics=[], agents=[], **NEW)
        for town in towns
    ]
    assert [one.slug for one in made] == ["accueil", f"accueil-{towns[1]}"]


def test_a_form_sent_twice_makes_one_thing(admin: Any) -> None:
    key = {"form_key": "k" * 20}
    line = {"name": "Astreinte", "number": "01 99 00 00 77", "languages": ["fr"]}
    forms = {
        "queues": {**NEW, "name": "Logement"},
        "teams": {"name": "Accueil"},
        "lines": line,
        "scripts": {"name": "A"},
    }
    for door, typed in forms.items():
        for _ in range(2):
            assert post(admin, f"/admin/{door}", **typed, **key).status_code == 302
        assert post(admin, f"/admin/{door}", **typed).status_code == 422


def test_what_a_queue_cannot_be_is_refused_beside_its_field(admin: Any) -> None:
    for field, value in (("ring_s", "1"), ("wrap_up_s", "99999"), ("callback_after_s", ""), ("name", " ")):
        answer = post(admin, "/admin/queues", **{**NEW, "name": "Accueil", field: value})
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text


def test_a_queue_that_nobody_serves_says_so(admin: Any) -> None:
    assert "Personne ne sert cette file" in admin.get(f"/admin/queues/{make.queue().id}").text


def test_a_stale_save_of_a_queue_shows_both(admin: Any) -> None:
    found, agent = make.queue(), make.staff()
    assert save(admin, found, agents=[agent.id]).status_code == 302
    answer = save(admin, found, seen="0" * 16, name="Autre")
    assert answer.status_code == 409 and agent.name in answer.text
    assert [event.verb for event in history.of(the_queue())] == ["queue.changed"]


def test_agents_and_topics_of_nowhere_are_left_out(admin: Any) -> None:
    stranger = make.staff(of=make.organization("departement"))
    save(admin, make.queue(), agents=[stranger.id, 999_999, "x"], topics=["inconnu"])
    kept = keeping.kept(the_queue())
    assert kept["agents"] == [] and kept["topics"] == []


def member(client: Any, person: Staff, **typed: Any) -> Any:
    page = client.get(f"/admin/staff/{person.id}").text
    version = re.findall(r'name="version" value="(\d+)"', page)[0]
    who = {"first_name": person.first_name, "last_name": person.last_name, "role": person.role}
    return post(client, f"/admin/staff/{person.id}", **{**who, "version": version, **typed})


def test_what_an_agent_can_do_is_kept_and_told(admin: Any) -> None:
    agent = make.staff()
    for _ in range(2):
        assert member(admin, agent, skills=[*SKILLS, "language:klingon"]).status_code == 302
    assert keeping.skills_of(agent.id) == SKILLS
    asked = db.session.scalars(db.select(Job).filter_by(kind="match")).all()
    assert len(asked) == 1, "who waits for it may be theirs to take now"
    assert [event.verb for event in history.of(agent)] == ["staff.skills_changed"]
    assert "Compétences" in admin.get(f"/admin/staff/{agent.id}").text
    member(admin, agent)
    assert keeping.skills_of(agent.id) == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("sip:nadia@pbx.valbrune.example", "sip:nadia@pbx.valbrune.example"),
        ("sip:nadia.b@10.0.0.12:5060", "sip:nadia.b@10.0.0.12:5060"),
        ("SIP:Nadia@pbx.example;transport=tls", "sip:Nadia@pbx.example;transport=tls"),
        ("sips:nadia@pbx.example:5061", "sips:nadia@pbx.example:5061"),
        ("01 99 00 00 21", "+33199000021"),
    ],
)
def test_an_agent_answers_on_a_telephone_or_a_sip_address(admin: Any, typed: str, kept: str) -> None:
    agent = make.staff()
    assert member(admin, agent, phone=typed).status_code == 302
    assert db.session.get_one(Staff, agent.id).phone == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        *(
            (typed, "SIP")
            for typed in ("sip:nadia", "sip:nadia@", "sip:a b@c.fr", "sip:x@y.fr;x=y", "x@y.fr")
        ),
        ("12", "complet"),
    ],
)
def test_what_no_telephone_answers_is_refused(admin: Any, typed: str, said: str) -> None:
    answer = member(admin, make.staff(), phone=typed)
    error = re.findall(r'id="phone-error"[^>]*>(.*?)</p>', answer.text, re.DOTALL)
    assert answer.status_code == 422 and said in error[0]


def test_a_team_tells_whom_its_supervisor_sees(admin: Any) -> None:
    chief, ours, other = make.staff("supervisor"), make.staff(), make.staff()
    stranger = make.staff(of=make.organization("departement"))
    typed = {"name": "Accueil", "members": [chief.id, ours.id, stranger.id]}
    assert post(admin, "/admin/teams", **typed).status_code == 302
    assert teams.sees(chief, ours.id) and not teams.sees(chief, other.id)
    found = db.session.scalars(db.select(Team)).one()
    assert teams.members_of(found) == [chief.id, ours.id]
    assert post(admin, "/admin/teams", **typed).status_code == 422
    for _ in range(2):
        assert post(admin, f"/admin/teams/{found.id}", name="Accueil", members=[chief.id]).status_code == 302
    assert [event.verb for event in history.of(found)] == ["team.changed", "team.added"]
    assert post(admin, f"/admin/teams/{found.id}/removal").status_code == 302
    assert teams.sees(chief, other.id)
