"""Supervisors see their teams."""

from __future__ import annotations

from typing import Any

from flask import Flask

from portal.contacts import answering
from portal.database import db
from portal.history import Reading
from portal.staff.models import Team
from portal.staff.teams import sees
from tests import make
from tests.signing import signed_in


def team(*people: Any) -> None:
    town = make.organization()
    made = Team(organization_id=town.id, name="Accueil")
    db.session.add(made)
    for person in people:
        person.teams.append(made)
    db.session.flush()


def test_a_supervisor_sees_her_team_and_without_one_her_organization(app: Flask) -> None:
    supervisor, mine, other = make.staff("supervisor"), make.staff(), make.staff()
    stranger = make.staff(of=make.organization("departement"))
    assert [sees(supervisor, one.id) for one in (mine, other, stranger)] == [True, True, False]
    team(supervisor, mine)
    assert [sees(supervisor, one.id) for one in (mine, other, stranger)] == [True, False, False]
    assert not sees(supervisor, None)


def test_she_reads_the_reasons_of_her_team_only(app: Flask, client: Any) -> None:
    supervisor, mine, other = make.staff("supervisor"), make.staff(), make.staff()
    team(supervisor, mine)
    person = make.citizen(protected=True)
    for reader, reason in ((mine, "Rappel demandé"), (other, "Dossier de la voisine")):
        db.session.add(Reading(staff_id=reader.id, citizen_id=person.id, reason=reason))
    db.session.commit()
    page = signed_in(client, supervisor).get("/console/readings").text
    assert "Rappel demandé" in page and "Dossier de la voisine" not in page


def test_she_gives_back_what_her_team_has_in_hand_only(app: Flask) -> None:
    supervisor, mine, other = make.staff("supervisor"), make.staff(), make.staff()
    team(supervisor, mine)
    for agent, state in ((mine, "open"), (other, "in_progress")):
        contact = make.contact("text", state="in_progress", agent_id=agent.id)
        answering.give_back(contact, by=supervisor)
        assert contact.state == state
