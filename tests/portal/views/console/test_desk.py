"""The desk through its doors: who waits is seen, taken once, and seen afresh."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask

from portal import clock
from portal.cases.opening import promise
from portal.contacts.models import Contact
from portal.database import db
from portal.desk.models import Offer
from portal.jobs import Job
from portal.views.console import words as told
from portal.views.console.room import measured
from tests import make
from tests.signing import send, signed_in


def test_the_desk_says_who_waits_and_who_it_may_be(app: Flask, client: Any) -> None:
    agent, queue = make.staff(phone="+33199000021"), make.queue("etat-civil", name="Papiers")
    make.citizen("Aïcha Benali", phone="+33639980001")
    shared = make.identifier("phone", "+33639980002")
    for name in ("Paul Durand", "Jeanne Durand"):
        make.link(make.citizen(name), shared)
    one = make.identifier("phone", "+33639980001")
    make.contact(state="waiting", queue_id=queue.id, identifier_id=one.id)
    make.contact("text", identifier_id=shared.id, subject="Carte perdue", language="ar")
    make.contact(state="waiting", queue_id=queue.id)
    make.contact("web", of=make.organization("departement"), subject="Ailleurs")
    page = signed_in(client, agent).get("/console/").text
    for words in ("Aïcha Benali", "Plusieurs personnes possibles", "Numéro masqué", "Carte perdue", "Arabe"):
        assert words in page
    for words in ("Durand", "Ailleurs"):
        assert words not in page


def test_a_wait_of_hours_cannot_be_read_as_a_time_of_day(app: Flask) -> None:
    since = clock.now() - timedelta(hours=20, minutes=53, seconds=20)
    assert told.waited(since) == "20 h 53 min"
    assert measured.since(since) == "20\u00a0h\u00a053\u00a0min"


def test_the_desk_does_not_name_a_protected_person(app: Flask, client: Any) -> None:
    agent = make.staff()
    person = make.citizen("Inès Secret", phone="+33639980001", protected=True)
    make.contact("text", citizen_id=person.id, certainty="probable")
    page = signed_in(client, agent).get("/console/").text
    assert "Personne protégée" in page and "Inès" not in page


def test_what_the_desk_asks_for_again_is_a_piece_of_it_and_is_told_when_nothing_changed(
    app: Flask, client: Any
) -> None:
    agent = make.staff()
    make.contact("web", subject="Cantine", started_at=clock.now() - timedelta(hours=2))
    first = signed_in(client, agent).get("/console/waiting")
    assert "Cantine" in first.text and "<html" not in first.text
    again = client.get("/console/waiting", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_an_open_desk_is_told_when_the_session_ended(app: Flask, client: Any) -> None:
    assert client.get("/console/waiting", headers={"Sec-Fetch-Mode": "cors"}).status_code == 401


def test_a_call_is_taken_once_and_put_through(app: Flask, client: Any) -> None:
    first, second = make.staff(phone="+33199000021"), make.staff(phone="+33199000022")
    call = make.contact(state="waiting", queue_id=make.queue().id)
    signed_in(client, first)
    for _ in range(2):
        taken = send(client, f"/console/contacts/{call.id}/take")
        assert taken.headers["Location"] == f"/console/contacts/{call.id}"
    other = signed_in(app.test_client(), second)
    late = send(other, f"/console/contacts/{call.id}/take")
    assert late.headers["Location"] == "/console/"
    assert "autre s’en occupe" in other.get("/console/").text
    rings = db.session.scalars(db.select(Offer).filter_by(contact_id=call.id)).one()
    jobs = db.session.scalars(db.select(Job).filter_by(kind="connect_call"))
    assert rings.staff_id == first.id and [job.payload for job in jobs] == [{"offer": rings.id}]


def test_what_was_promised_for_today_is_on_the_desk_until_it_is_kept(app: Flask, client: Any) -> None:
    agent, contact = make.staff(), make.contact()
    made = promise(contact, "Rappeler pour la cantine", clock.now() + timedelta(minutes=1), by=agent.actor)
    made.due_at = clock.now() - timedelta(hours=1)
    page = signed_in(client, agent).get("/console/").text
    assert "Rappeler pour la cantine" in page and "en retard" in page
    assert send(client, f"/console/promises/{made.id}/keep").status_code == 302
    assert "Rappeler pour la cantine" not in client.get("/console/").text


def test_a_supervisor_sees_what_colleagues_have_begun_and_an_agent_does_not(app: Flask, client: Any) -> None:
    colleague, supervisor = make.staff(last_name="Dubreuil"), make.staff("supervisor")
    make.contact("web", state="in_progress", agent_id=colleague.id)
    assert "Dubreuil" in signed_in(client, supervisor).get("/console/").text
    assert "Dubreuil" not in signed_in(app.test_client(), make.staff()).get("/console/").text


def test_a_contact_is_handed_to_another_queue(app: Flask, client: Any) -> None:
    agent, other = make.staff(), make.queue("enfance")
    theirs = make.queue("ailleurs", organization_id=make.organization("departement").id)
    contact = make.contact("web", state="in_progress", agent_id=agent.id, queue_id=make.queue().id)
    path = f"/console/contacts/{contact.id}/give-back"
    send(signed_in(client, agent), path, {"queue": other.id})
    assert (contact.state, contact.queue_id) == ("waiting", other.id)
    send(client, f"/console/contacts/{contact.id}/take")
    send(client, path, {"queue": theirs.id})
    assert (contact.state, contact.queue_id) == ("waiting", other.id)


def test_an_empty_desk_says_what_to_do(app: Flask, client: Any) -> None:
    agent = make.staff()
    page = signed_in(client, agent).get("/console/").text
    assert "Personne n’attend" in page and "/console/contacts/new" in page


def test_a_contact_given_back_waits_again(app: Flask, client: Any) -> None:
    agent, supervisor = make.staff(), make.staff("supervisor")
    contact = make.contact("web", state="in_progress", agent_id=agent.id)
    signed_in(client, agent)
    send(client, f"/console/contacts/{contact.id}/give-back", {"note": "Rappelle à 14 h"})
    found = db.session.get_one(Contact, contact.id)
    assert (found.state, found.agent_id, found.note) == ("open", None, "Rappelle à 14 h")
    found.state, found.agent_id = "in_progress", agent.id
    send(
        signed_in(app.test_client(), supervisor),
        f"/console/contacts/{contact.id}/give-back",
    )
    assert db.session.get_one(Contact, contact.id).state == "open"


def test_every_queue_shows_its_oldest_and_says_how_many_more(app: Flask, client: Any) -> None:
    full, short = make.queue("etat-civil", name="Papiers"), make.queue("enfance", name="Enfance")
    for n in range(30):
        since = clock.now() - timedelta(hours=40 - n)
        make.contact("web", queue_id=full.id, subject=f"Papier n° {n:02}", started_at=since)
    make.contact("web", queue_id=short.id, subject="Crèche", started_at=clock.now())
    page = signed_in(client, make.staff()).get("/console/").text
    assert "Papier n° 00" in page and "Papier n° 22" in page and "Papier n° 23" not in page
    assert "Papiers (30)" in page and "7 de plus" in page and "Crèche" in page
    alone = client.get(f"/console/?queue={full.id}").text
    assert "Papier n° 23" in alone and "Crèche" not in alone and "Toutes les files" in alone
    assert "Papier n° 23" in client.get(f"/console/waiting?queue={full.id}").text
    theirs = make.queue("ailleurs", organization_id=make.organization("departement").id)
    assert "Crèche" in client.get(f"/console/?queue={theirs.id}").text


def test_what_is_beside_the_queues_is_short_until_all_is_asked_for(app: Flask, client: Any) -> None:
    agent = make.staff()
    for n in range(10):
        started = clock.now() - timedelta(hours=20 - n)
        make.contact(
            "web", state="in_progress", agent_id=agent.id, subject=f"À moi n° {n}", started_at=started
        )
    page = signed_in(client, agent).get("/console/mine").text
    assert "À moi n° 7" in page and "À moi n° 8" not in page and "et 2 de plus" in page
    assert "À moi n° 9" in client.get("/console/mine?all=1").text
