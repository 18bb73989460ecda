"""The way an agent takes through a script is kept on the contact, however often its steps are sent."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.contacts import answering
from portal.contacts.models import Contact
from portal.database import db
from portal.errors import Missing, Refused
from portal.scripts import editing, walking
from portal.staff.models import Staff
from tests import make
from tests.portal.scripts import cast


@pytest.fixture
def call(app: Flask) -> tuple[Contact, Staff]:
    agent = make.staff()
    return make.contact(state="in_progress", agent_id=agent.id), agent


def told(contact: Contact) -> list[str]:
    return [event.verb.removeprefix("contact.script_") for event in history.of(contact)][::-1]


def test_a_step_sent_twice_is_taken_once(call: Any) -> None:
    contact, agent = call
    made = cast.script()
    paths = {walking.begin(contact, made.id, by=agent).id for _ in range(2)}
    (path_id,) = paths
    for _ in range(2):
        path = walking.take_step(contact, path_id, 0, 1, by=agent)
    assert [(one["asked"], one["answer"], one["by"]) for one in path.steps] == [
        ("Perdue ou volée ?", "Volée", agent.id)
    ]
    assert path.ended_at is not None and walking.current(path)["service"] == "gendarmerie"
    assert told(contact) == ["begun", "ended"]


def test_a_script_begun_and_gone_through_by_two_tabs_at_once_is_one_path(app: Flask, call: Any) -> None:
    contact, agent = call
    made, ready = cast.script(), Barrier(2)
    ids = (contact.id, made.id, agent.id)
    db.session.commit()

    def walk(_tab: int) -> None:
        with app.app_context():
            person = db.session.get_one(Staff, ids[2])
            db.session.commit()
            ready.wait(60)
            held = answering.hold_contact(ids[0], by=person)
            path = walking.begin(held, ids[1], by=person)
            walking.take_step(held, path.id, 0, 1, by=person)
            db.session.commit()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(walk, range(2)))
    db.session.expire_all()
    (path,) = walking.paths_of(db.session.get_one(Contact, ids[0]))
    assert [one["answer"] for one in path.steps] == ["Volée"]
    assert told(db.session.get_one(Contact, ids[0])) == ["begun", "ended"]


def test_another_answer_goes_on_from_there_and_one_can_come_back(call: Any) -> None:
    contact, agent = call
    path = walking.begin(contact, cast.script().id, by=agent)
    walking.take_step(contact, path.id, 0, 1, by=agent)
    walking.take_step(contact, path.id, 0, 0, by=agent)
    assert [one["answer"] for one in path.steps] == ["Perdue"]
    for _ in range(2):
        walking.go_back(contact, path.id, 0, by=agent)
    assert path.steps == [] and path.ended_at is None
    assert told(contact) == ["begun", "ended", "ended", "went_back"]


def test_a_call_goes_on_with_the_version_it_began_with(call: Any) -> None:
    contact, agent = call
    made = cast.script()
    path = walking.begin(contact, made.id, by=agent)
    by = make.staff("administrator").actor
    editing.begin_with(made, "2", by=by)
    editing.remove_step(made, "1", by=by)
    editing.remove_step(made, "3", by=by)
    editing.publish(made, version=made.version, by=by)
    walking.take_step(contact, path.id, 0, 1, by=agent)
    assert walking.current(path)["says"] == "Portez plainte d’abord."


def test_only_who_has_the_contact_goes_through_and_only_where_it_is(call: Any) -> None:
    contact, agent = call
    made = cast.script()
    with pytest.raises(Refused):
        walking.begin(contact, made.id, by=make.staff())
    path = walking.begin(contact, made.id, by=agent)
    for place, choice in ((0, 7), (2, 0)):
        with pytest.raises(Refused):
            walking.take_step(contact, path.id, place, choice, by=agent)
    other = make.contact(state="in_progress", agent_id=agent.id)
    with pytest.raises(Missing):
        walking.take_step(other, path.id, 0, 0, by=agent)


def test_scripts_for_the_topic_or_the_queue_come_first(call: Any) -> None:
    contact, agent = call
    contact.topic_id, contact.queue_id = make.topic("identite").id, make.queue().id
    by_topic = cast.script("Par thème", topics=["identite"])
    by_queue = cast.script("Par file", queues=[contact.queue_id])
    other, begun = cast.script("Autre"), cast.script("Commencé")
    walking.begin(contact, begun.id, by=agent)
    drafted = editing.add_script("Brouillon", organization_id=contact.organization_id, by=agent.actor)
    found = walking.offered(contact)
    assert list(found.fitting) == [by_queue, by_topic] and list(found.others) == [other]
    assert drafted not in found.others
