"""The citizen's file: found by a POST, opened with a right to it, read in as many SELECTs however long the life."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import event

from portal import clock, history
from portal.cases.opening import open_case, promise
from portal.cases.references import spoken
from portal.citizens.models import Citizen, Flag
from portal.contacts.models import Contact, Message, Recording
from portal.database import db
from portal.directory.editing import add_commune
from portal.views.console.contact import composing
from tests import make
from tests.portal.desk.test_waiting import counted
from tests.portal.views.console.test_finding_people import find, readings
from tests.signing import send, signed_in

NUMBER = "+33639980001"


@contextmanager
def loaded() -> Iterator[list[Any]]:
    """The exchanges and messages that are read from the database meanwhile."""
    rows: list[Any] = []

    def note(row: Any, _context: Any) -> None:
        rows.append(row)

    for table in (Contact, Message):
        event.listen(table, "load", note)
    yield rows
    for table in (Contact, Message):
        event.remove(table, "load", note)


def test_the_file_says_first_what_to_know_then_what_came(app: Flask, at_desk: Any) -> None:
    agent, now = make.staff(), clock.now()
    person = make.citizen("Aïcha Benali", phone=NUMBER, language="ar", preferred_channel="text")
    make.link(person, make.identifier("email", "peut-etre@exemple.fr"), "probable")
    db.session.add(Flag(citizen_id=person.id, kind="interpreter", note="arabe"))
    gone = now - timedelta(days=2)
    db.session.add(Flag(citizen_id=person.id, kind="vulnerable", ends_on=gone.date(), ends_at=gone))
    old = make.contact(
        "web",
        citizen_id=person.id,
        certainty="confirmed",
        subject="Cantine",
        started_at=now - timedelta(days=40),
    )
    case = open_case(old, by=agent.actor)
    missed = promise(old, "Envoyer le formulaire", now + timedelta(minutes=1), by=agent.actor)
    missed.due_at = now - timedelta(days=1)
    db.session.add(
        Message(contact_id=old.id, direction="in", channel="web", body="Comment payer ?", state="received")
    )
    last = make.contact(
        citizen_id=person.id, certainty="confirmed", subject="Rappel", note="À rappeler lundi"
    )
    last.disposition, last.state = "promise_made", "wrapped_up"
    make.contact(of=make.organization("departement"), citizen_id=person.id, subject="Secret du département")
    page = at_desk.get(f"/console/citizens/{person.id}").text
    for words in (
        "Besoin d’un interprète",
        spoken(case.reference),
        "Envoyer le formulaire",
        "en retard",
        "Arabe",
        "préfère : SMS",
        "06 39 98 00 01",
        "peut-etre@exemple.fr",
        "probable",
        "Comment payer ?",
        "À rappeler lundi",
        "Suite promise",
    ):
        assert words in page, words
    for words in ("Personne vulnérable", "Secret du département"):
        assert words not in page
    assert readings() == [(person.id, "")]


def test_of_another_organizations_referral_only_the_fact_is_shown(app: Flask, at_desk: Any) -> None:
    from portal.referrals.following.referring import refer

    person, other = make.citizen(), make.organization("departement")
    contact = make.contact(of=other, citizen_id=person.id, subject="Affaire du département")
    refer(contact, make.service("caf").id, reason="Motif confidentiel", by=make.staff(of=other).actor)
    page = at_desk.get(f"/console/citizens/{person.id}").text
    assert "CAF" in page and "proposée" in page
    assert "Motif confidentiel" not in page and "Affaire du département" not in page


def test_a_protected_file_opens_with_a_written_reason_that_a_supervisor_reads(
    app: Flask, client: Any, at_desk: Any
) -> None:
    person = make.citizen("Inès Secret", protected=True)
    path = f"/console/citizens/{person.id}"
    closed = at_desk.get(path)
    assert closed.status_code == 403 and "Inès" not in closed.text
    for reason in ("", "urgent"):
        assert send(at_desk, f"{path}/reason", {"reason": reason}).status_code == 422
    assert at_desk.get(path).status_code == 403
    assert send(at_desk, f"{path}/reason", {"reason": "Rappel demandé par elle"}).status_code == 302
    assert "Inès Secret" in at_desk.get(path).text
    assert readings() == [(person.id, "Rappel demandé par elle")]
    supervisor = signed_in(app.test_client(), make.staff("supervisor"))
    assert "Rappel demandé par elle" in supervisor.get("/console/readings").text
    elsewhere = make.staff("supervisor", of=make.organization("departement"))
    assert "Rappel" not in signed_in(app.test_client(), elsewhere).get("/console/readings").text
    assert at_desk.get("/console/readings").status_code == 403
    named = signed_in(app.test_client(), make.staff(may_open_protected=True))
    assert "Inès Secret" in named.get(path).text


def test_a_long_life_is_read_page_by_page_in_as_many_selects_as_a_short_one(app: Flask, at_desk: Any) -> None:
    short, long = make.citizen("Courte"), make.citizen("Longue")
    town, now = make.organization().id, clock.now()
    rows = [
        {
            "organization_id": town,
            "channel": "text",
            "citizen_id": long.id,
            "certainty": "confirmed",
            "started_at": now - timedelta(hours=n),
            "subject": f"Sujet {n:05d}",
            "state": "wrapped_up",
        }
        for n in range(1000)
    ]
    db.session.execute(db.insert(Contact), rows)
    make.contact("text", citizen_id=short.id)
    db.session.execute(
        db.insert(Message).from_select(
            ["contact_id", "direction", "channel", "body", "automatic", "state", "error", "at"],
            db.select(
                Contact.id,
                db.literal("in"),
                db.literal("text"),
                Contact.subject,
                db.literal(False),
                db.literal("received"),
                db.literal(""),
                Contact.started_at,
            ),
        )
    )
    db.session.commit()
    counts, read = [], []
    for person in (short, long, short, long):
        path = f"/console/citizens/{person.id}"
        db.session.commit()
        with counted() as statements, loaded() as rows:
            page = at_desk.get(path)
        assert page.status_code == 200
        counts.append(len([one for one in statements if one.startswith("SELECT")]))
        read.append(len(rows))
    assert counts[2] == counts[3]
    assert 0 < read[2] < read[3] < 100, "a page of it, whatever its length"
    first = at_desk.get(f"/console/citizens/{long.id}").text
    assert "Sujet 00014" in first and "Sujet 00015" not in first
    older = first.split("before=")[1].split('"')[0]
    second = at_desk.get(f"/console/citizens/{long.id}?before={older}").text
    assert (
        "Sujet 00015" in second
        and "Sujet 00029" in second
        and "Sujet 00014" not in second.split("Ses échanges")[1].split("À savoir")[0]
    )


def test_a_file_is_kept_right_and_a_stale_save_shows_both(app: Flask, at_desk: Any) -> None:
    person = make.citizen("Aïcha Benali")
    path = f"/console/citizens/{person.id}"
    typed = {
        "name": "Aïcha Ben Ali",
        "language": "ar",
        "preferred_channel": "text",
        "version": person.version,
    }
    assert send(at_desk, f"{path}/edit", typed).status_code == 302
    saved = db.session.get_one(Citizen, person.id)
    assert (saved.name, saved.name_key, saved.language) == ("Aïcha Ben Ali", "aicha ben ali", "ar")
    stale = send(at_desk, f"{path}/edit", {**typed, "name": "Aïcha B."})
    assert stale.status_code == 409 and "Aïcha B." in stale.text and "Aïcha Ben Ali" in stale.text
    assert "Enregistré par" in stale.text and f'name="version" value="{saved.version}"' in stale.text
    wrong = send(at_desk, f"{path}/edit", {**typed, "name": "", "version": saved.version})
    assert wrong.status_code == 422


def test_how_a_person_wishes_to_be_called_is_kept_said_first_and_found(app: Flask, at_desk: Any) -> None:
    person = make.citizen("Marie-Thérèse Lefèvre", commune="96017")
    add_commune("96042", "Valbrune", ["96100"])
    typed = {"name": person.name, "called": "Maïté", "language": "fr", "version": person.version}
    path = f"/console/citizens/{person.id}"
    assert send(at_desk, f"{path}/edit", {**typed, "commune": "Nulle part"}).status_code == 422
    assert send(at_desk, f"{path}/edit", {**typed, "commune": "Valbrune"}).status_code == 302
    assert (person.called, person.commune) == ("Maïté", "96042")
    assert "Se fait appeler</dt><dd><bdi>Maïté</bdi>" in at_desk.get(path).text
    assert "Marie-Thérèse" in find(at_desk, "maite")
    contact = make.contact(citizen_id=person.id, certainty="confirmed")
    with app.test_request_context():
        assert composing.known_of(contact)["name"] == "Maïté"


def test_ways_to_be_reached_and_flags_are_added_and_taken_away(app: Flask, at_desk: Any) -> None:
    person = make.citizen()
    path = f"/console/citizens/{person.id}"
    assert send(at_desk, f"{path}/identifiers", {"reach": "06 39 98 00 07"}).status_code == 302
    refused = send(at_desk, f"{path}/identifiers", {"reach": "12"})
    assert refused.status_code == 422 and 'href="#reach"' in refused.text
    flag = {"flag": "deaf_relay", "flag_note": "SMS seulement", "ends_on": ""}
    assert send(at_desk, f"{path}/flags", flag).status_code == 302
    page = at_desk.get(path).text
    assert "06 39 98 00 07" in page and "SMS seulement" in page
    raised = db.session.scalars(db.select(Flag)).one()
    assert send(at_desk, f"{path}/flags/{raised.id}/lower").status_code == 302
    assert "SMS seulement" not in at_desk.get(path).text
    assert {"citizen.flagged", "citizen.unflagged", "citizen.linked"} <= {e.verb for e in history.of(person)}


def test_a_supervisor_protects_a_file_and_says_why(app: Flask, client: Any) -> None:
    person = make.citizen("Inès Secret", know_first="Appelle en cachette")
    agent, supervisor = make.staff(), make.staff("supervisor", may_open_protected=True)
    db.session.commit()
    door, page = f"/console/citizens/{person.id}/protection", f"/console/citizens/{person.id}"
    assert send(signed_in(app.test_client(), agent), door, {"protected": "yes"}).status_code == 403
    signed_in(client, supervisor)
    assert "Appelle en cachette" in client.get(page).text
    assert send(client, door, {"protected": "yes", "protection_reason": "Non"}).status_code == 422
    typed = {"protected": "yes", "protection_reason": "Conjoint agent de la mairie"}
    assert send(client, door, typed).status_code == send(client, door, typed).status_code == 302
    assert signed_in(app.test_client(), agent).get(page).status_code == 403
    (event,) = [one for one in history.of(person) if one.verb == "citizen.protected"]
    assert event.details == {"reason": "Conjoint agent de la mairie"}
    send(client, door, {"protected": "no", "protection_reason": "Il est parti"})
    assert signed_in(app.test_client(), agent).get(page).status_code == 200


def test_what_a_protected_person_said_opens_as_their_file_once_it_is_over(app: Flask, client: Any) -> None:
    person, theirs = make.citizen("Inès Secret", protected=True), make.staff()
    about = {"citizen_id": person.id, "certainty": "confirmed", "note": "Elle a peur de rentrer"}
    contact = make.contact("phone", agent_id=theirs.id, **about)
    sound = Recording(
        contact_id=contact.id, kind="voicemail", provider_ref="RE12345678", seconds=3, state="kept"
    )
    db.session.add(sound)
    db.session.commit()
    other, door = signed_in(client, make.staff()), f"/console/contacts/{contact.id}"
    assert other.get(door).status_code == 200, "whoever may have to answer reads it"
    contact.state = "wrapped_up"
    db.session.commit()
    for path in (door, f"{door}/messages", f"/console/recordings/{sound.id}"):
        shut = other.get(path)
        assert (shut.status_code, "peur" in shut.text) == (403, False), path
    assert signed_in(app.test_client(), theirs).get(door).status_code == 200
    send(other, f"/console/citizens/{person.id}/reason", {"reason": "Elle rappelle à l’instant"})
    assert "Elle a peur de rentrer" in other.get(door).text
