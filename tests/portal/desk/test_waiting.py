"""Who waits, in which order, and who it may be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import event

from portal import clock, history
from portal.cases.opening import keep_promise, promise
from portal.contacts import answering, recording
from portal.contacts.models import DISTRESS
from portal.database import db
from portal.desk import offering, places
from portal.desk.waiting import due_promises, enqueue, in_progress, queue_for_topic, waiting
from portal.staff.models import Team, team_members
from tests import make


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_who_holds_a_telephone_comes_first_then_the_longest_waiting(app: Flask) -> None:
    town, now = make.organization(), clock.now()
    web = make.contact("web", started_at=now - timedelta(hours=2))
    text = make.contact("text", started_at=now - timedelta(hours=3))
    voicemail = make.contact("phone", state="waiting", started_at=now - timedelta(days=1), ended_at=now)
    second = make.contact("phone", state="waiting", started_at=now - timedelta(minutes=1))
    first = make.contact("phone", state="waiting", started_at=now - timedelta(minutes=2))
    make.contact("phone")  # still listening to the menu
    make.contact("web", state="in_progress")
    make.contact("web", state="wrapped_up")
    make.contact("web", of=make.organization("departement"))
    found = waiting(town.id)
    assert [one.contact for one in found] == [first, second, voicemail, text, web]
    assert [one.on_the_line for one in found] == [True, True, False, False, False]
    assert waiting(town.id, limit=2) == found[:2]
    web.step = DISTRESS
    urgent = {one.contact.id for one in waiting(town.id) if one.at_once}
    assert urgent == {first.id, second.id, web.id}
    assert [one.contact for one in waiting(town.id)] == [web, first, second, voicemail, text]


def test_those_in_line_are_shown_in_the_order_in_which_they_are_offered(app: Flask) -> None:
    town, now, queue = make.organization(), clock.now(), make.queue(long_wait_s=600)
    numbers = [make.identifier("phone", f"+3363998000{n}").id for n in range(5)]
    ordinary, urgent, asked, put_off, gone = (
        places.stand_in_line(make.contact(identifier_id=number), queue, priority=priority)
        for number, priority in zip(numbers, (50, 10, 50, 50, 50), strict=True)
    )
    for place, minutes in ((ordinary, 5), (asked, 7), (put_off, 8), (gone, 9)):
        place.since = now - timedelta(minutes=minutes)
    for place in (asked, put_off):
        places.ask_call_back(place.contact)
    asked.not_before = now
    offering.withdraw(gone.contact, "hung_up")
    written = make.contact("web", started_at=now - timedelta(hours=1))
    found = waiting(town.id)
    assert [one.contact.id for one in found if one.at_once] == [
        place.contact_id for place in (urgent, asked, ordinary)
    ]
    rest = {one.contact.id: one for one in found if not one.at_once}
    assert set(rest) == {written.id, put_off.contact_id, gone.contact_id}
    assert rest[put_off.contact_id].call_back_at == put_off.not_before
    assert rest[gone.contact_id].place is gone and "à rappeler" in gone.contact.step
    asked.since = now - timedelta(minutes=21)  # whoever waits too long passes before everybody
    assert waiting(town.id)[0].contact is asked.contact


def test_a_call_that_left_the_line_or_a_message_waits_to_be_called_back(app: Flask) -> None:
    town, now = make.organization(), clock.now()
    hung_up = make.contact(
        state="open", queue_id=make.queue().id, ended_at=now, started_at=now - timedelta(minutes=9)
    )
    spoke = make.contact(state="open", started_at=now - timedelta(minutes=5))
    recording.add_message(spoke, "Message vocal (5 s)")
    make.contact(state="open", ended_at=now)  # heard the menu and hung up
    used = make.identifier("phone", "+33639980001")
    texted = make.contact(state="open", ended_at=now, identifier_id=used.id)  # by the menu, as they asked
    sent = {"by": history.SYSTEM, "automatic": True, "purpose": "answer", "form_key": None}
    answering.reply(texted, "Trier ses déchets", channel="text", **sent)
    found = waiting(town.id)
    assert [one.contact for one in found] == [hung_up, spoke]
    assert not any(one.on_the_line for one in found)


def test_who_writes_again_waits_from_then(app: Flask) -> None:
    town, now = make.organization(), clock.now()
    old = make.contact("web", started_at=now - timedelta(days=30))
    fresh = make.contact("web", started_at=now - timedelta(minutes=5))
    answering.wrap_up(old, "answered", note="", by=make.staff().actor)
    recording.add_message(old, "Encore une question")
    assert [one.contact for one in waiting(town.id)] == [fresh, old]
    assert waiting(town.id)[1].since >= now


def test_who_it_may_be(app: Flask) -> None:
    town = make.organization()
    aicha, paul = make.citizen("Aïcha", phone="+33639980001"), make.citizen("Paul")
    one, shared = make.identifier("phone", "+33639980001"), make.identifier("phone", "+33639980002")
    for person in (aicha, paul):
        make.link(person, shared)
    known = make.contact("text", identifier_id=one.id)
    several = make.contact("text", identifier_id=shared.id)
    denied = make.contact("text", identifier_id=one.id, certainty="denied")
    hidden = make.contact("phone", state="waiting")
    people = {found.contact.id: found for found in waiting(town.id)}
    assert people[known.id].people == (aicha,)
    assert set(people[several.id].people) == {aicha, paul}
    assert people[denied.id].people == ()
    assert people[hidden.id].hidden and people[hidden.id].people == ()


def test_the_desk_takes_as_many_selects_for_fifty_as_for_one(app: Flask) -> None:
    town, queue, topic = make.organization(), make.queue(), make.topic()
    sent = []
    for size in (1, 50):
        for n in range(size):
            person = make.citizen(f"Citoyen {n}", phone=f"+3363998{size:02d}{n:02d}")
            used = make.identifier("phone", f"+3363998{size:02d}{n:02d}")
            make.contact("text", identifier_id=used.id, queue_id=queue.id, topic_id=topic.id)
            assert person.id
        db.session.commit()
        db.session.expunge_all()
        with counted() as statements:
            found = waiting(town.id)
            assert all(one.people[0].name and one.topic and one.queue for one in found)
        sent.append(len([one for one in statements if one.startswith("SELECT")]))
    assert sent == [3, 3]


def test_what_is_promised_is_due_until_it_is_kept(app: Flask) -> None:
    agent, contact, now = make.staff(), make.contact(), clock.now()
    soon = promise(contact, "Rappeler", now + timedelta(hours=1), by=agent.actor)
    promise(contact, "Écrire", now + timedelta(days=3), by=agent.actor)
    tomorrow = now + timedelta(days=1)
    assert due_promises(agent, tomorrow) == [soon]
    assert due_promises(make.staff(of=make.organization("departement")), tomorrow) == []
    keep_promise(soon, by=agent.actor)
    assert due_promises(agent, tomorrow) == []


def test_a_promise_is_shown_to_who_made_it_and_to_who_supervises_them(app: Flask) -> None:
    agent, other, contact = make.staff(), make.staff(), make.contact()
    hers, stranger = make.staff("supervisor"), make.staff("supervisor")
    team = Team(organization_id=agent.organization_id, name="Accueil")
    elsewhere = Team(organization_id=agent.organization_id, name="Ailleurs")
    db.session.add_all([team, elsewhere])
    db.session.flush()
    for group, who in ((team, agent), (team, hers), (elsewhere, stranger), (elsewhere, other)):
        db.session.execute(team_members.insert().values(team_id=group.id, staff_id=who.id))
    soon = clock.now() + timedelta(hours=1)
    made = promise(contact, "Rappeler", soon, by=agent.actor)
    tomorrow = soon + timedelta(days=1)
    assert [due_promises(one, tomorrow) for one in (agent, hers)] == [[made], [made]]
    assert [due_promises(one, tomorrow) for one in (other, stranger)] == [[], []]
    made.owner_id = None
    db.session.flush()
    assert due_promises(other, tomorrow) == [made]
    made.given_up_at = clock.now()
    db.session.flush()
    assert due_promises(agent, tomorrow) == []


def test_a_topic_has_its_queue_else_the_first_one(app: Flask) -> None:
    from portal.desk.models import queue_topics

    town, topic = make.organization(), make.topic()
    assert queue_for_topic(topic.id, organization_id=town.id) is None
    second, first = make.queue("enfance", position=2), make.queue("accueil", position=1)
    make.queue("ailleurs", organization_id=make.organization("departement").id)
    assert queue_for_topic(topic.id, organization_id=town.id) is first
    db.session.execute(db.insert(queue_topics).values(queue_id=second.id, topic_id=topic.id))
    assert queue_for_topic(topic.id, organization_id=town.id) is second
    assert queue_for_topic(None, organization_id=town.id) is first


def test_a_queued_call_waits_and_a_taken_one_is_in_progress(app: Flask) -> None:
    agent, contact, queue = make.staff(), make.contact(), make.queue()
    assert waiting(agent.organization_id) == []
    for _ in range(2):
        enqueue(contact, queue)
    assert [one.queue for one in waiting(agent.organization_id)] == [queue]
    answering.take(contact, by=agent)
    assert waiting(agent.organization_id) == []
    assert [one.contact for one in in_progress(agent)] == [contact]
    assert in_progress(make.staff()) == []


def test_who_is_only_probable_is_guessed_and_of_a_shared_number_several(app: Flask) -> None:
    town = make.organization()
    aicha, paul = make.citizen("Aïcha"), make.citizen("Paul")
    hers, shared, nobodys = (make.identifier("phone", f"+3363998000{n}") for n in (1, 2, 3))
    make.link(aicha, hers, "probable")
    for person in (aicha, paul):
        make.link(person, shared)
    said = {"citizen_id": aicha.id, "certainty": "probable"}
    guessed, several, told = (
        make.contact("web", identifier_id=one.id, **said) for one in (hers, shared, nobodys)
    )
    found = {one.contact.id: one for one in waiting(town.id)}
    assert found[guessed.id].guessed and found[guessed.id].people == (aicha,)
    assert set(found[several.id].people) == {aicha, paul} and not found[several.id].guessed
    assert found[told.id].guessed and found[told.id].people == (aicha,)
