"""What is due today, and the hours that are read, are those of the place: here, Saint-Denis of La Réunion."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from time_machine import travel

from portal import history
from portal.cases.models import Promise
from portal.cases.opening import open_case, promise
from portal.citizens import keeping, relations
from portal.database import db
from portal.directory.hours import calendars
from portal.directory.models import Organization
from portal.staff.models import Staff
from tests import make
from tests.portal.cases.matters import case_of
from tests.signing import send, signed_in

REUNION = ZoneInfo("Indian/Reunion")
LATE = "2026-03-02T21:30Z"  # half past one at night, on the 3rd


@pytest.fixture
def town(app: Flask) -> Organization:
    host = make.organization(phone="+33199000010", email="accueil@ville.example")
    make.service("accueil", of=host, department="974")
    make.line()
    return host


def promised(town: Organization, due: datetime, by: Staff) -> Promise:
    contact = make.contact("counter", state="wrapped_up")
    open_case(contact, by=by.actor)
    return promise(contact, f"Rappeler {due.astimezone(REUNION):%d %H}", due, by=by.actor)


def test_what_is_due_today_is_due_before_midnight_there(town: Organization, client: Any) -> None:
    agent = make.staff()
    with travel(LATE, tick=False):
        signed_in(client, agent)
        promised(town, datetime(2026, 3, 3, 23, tzinfo=REUNION), agent)
        promised(town, datetime(2026, 3, 4, 1, tzinfo=REUNION), agent)
        page = client.get("/console/").text
    assert "Rappeler 03 23" in page, "in Paris too it is due on the 3rd"
    assert "Rappeler 04 01" not in page, "on the 3rd still in Paris, and tomorrow there"


@pytest.mark.parametrize("at", [LATE, "2026-03-03T19:59:30Z"])  # the last minute of the 3rd
def test_what_is_promised_for_a_day_is_shown_until_it_is_over(
    town: Organization, client: Any, at: str
) -> None:
    agent, there = make.staff(), calendars.of_organization(town.id)
    with travel(LATE, tick=False):
        promised(town, there.end_of(date(2026, 3, 3)), agent)
        promised(town, there.end_of(date(2026, 3, 4)), agent)
    with travel(at, tick=False):
        page = signed_in(client, agent).get("/console/").text
    assert "Rappeler 03" in page and "Rappeler 04" not in page


@pytest.mark.parametrize(("department", "hours", "warned"), [("974", 23, False), ("987", 11, True)])
def test_a_list_warns_of_what_is_due_before_midnight_there(
    town: Organization, client: Any, department: str, hours: int, warned: bool
) -> None:
    other = make.organization("loin")
    make.service("siege", of=other, department=department)
    agent = make.staff(of=other)
    with travel("2026-03-02T22:00Z", tick=False):  # two at night on the 3rd; noon of the 2nd in Tahiti
        signed_in(client, agent)
        case_of("Haie", other, owner_id=agent.id, clocks={"resolution": hours})
        page = client.get("/console/cases").text
    assert "Haie" in page
    assert (f'<span class="badge warn">dans {hours} h' in page) is warned


def test_a_promise_for_a_day_is_for_the_end_of_that_day_there(town: Organization, client: Any) -> None:
    agent = make.staff()
    contact = make.contact("counter", state="in_progress", agent_id=agent.id)
    with travel(LATE, tick=False):
        signed_in(client, agent)
        typed = {
            "disposition": "promise_made",
            "promise": "Rappeler",
            "due": "2026-03-03",
            "form_key": "k" * 20,
        }
        assert send(client, f"/console/contacts/{contact.id}/wrap-up", typed).status_code == 302
    made = db.session.scalars(db.select(Promise)).one()
    assert made.due_at == datetime(2026, 3, 3, 23, 59, 59, tzinfo=REUNION)


def test_a_promise_for_many_is_shown_for_the_day_that_was_chosen(town: Organization, client: Any) -> None:
    other = make.organization("loin")
    make.service("siege", of=other, department="971")  # the last minute of a day is tomorrow in Greenwich
    agent = make.staff(of=other)
    case = case_of("Haie", other)
    make.contact("counter", of=other, case_id=case.id)
    typed = {"change": "promise", "to": "Rappeler", "due": "2026-03-05", "case": f"{case.id}-1"}
    with travel(LATE, tick=False):
        signed_in(client, agent)
        page = send(client, "/console/cases/changes/preview", typed).text
    assert "pour le 5 mars 2026" in page and "6 mars" not in page


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_time_is_asked_for_again(town: Organization, client: Any, day: str) -> None:
    person = make.citizen()
    signed_in(client, make.staff("supervisor"))
    flag = {"flag": "vulnerable", "flag_note": "", "ends_on": day}
    near = {"relation": "relative", "relative": "Rose", "relation_ends_on": day}
    assert client.get(f"/console/reports?from={day}&to={day}").status_code == 422
    assert send(client, f"/console/citizens/{person.id}/flags", flag).status_code == 422
    assert send(client, f"/console/citizens/{person.id}/relations", near).status_code == 422


def test_reports_end_today_there(town: Organization, client: Any) -> None:
    with travel(LATE, tick=False):
        signed_in(client, make.staff("supervisor"))
        assert 'value="2026-03-03"' in client.get("/console/reports").text
        assert client.get("/console/room").status_code == 200
        assert client.get("/console/room/forecast").status_code == 200


@pytest.mark.parametrize(("department", "told"), [("974", "3 mars 2026 01:30"), ("971", "2 mars 2026 17:30")])
def test_staff_read_the_hours_of_their_own_place(
    town: Organization, client: Any, department: str, told: str
) -> None:
    other = make.organization("region")
    make.service("siege", of=other, department=department)
    agent = make.staff(of=other)
    with travel(LATE, tick=False):
        contact = make.contact("counter", of=other, state="wrapped_up")
        signed_in(client, agent)
        assert told in client.get(f"/console/contacts/{contact.id}").text


def test_a_citizen_reads_the_hours_of_the_place_that_answers_them(town: Organization, client: Any) -> None:
    used = make.identifier("email", "aicha@exemple.fr")
    with travel(LATE, tick=False):
        contact = make.contact("web", identifier_id=used.id, subject="Cantine")
        case = open_case(contact, by=history.CITIZEN)
        promise(contact, "Rappeler", datetime(2026, 3, 4, 23, 30, tzinfo=REUNION), by=make.staff().actor)
        db.session.commit()
        with client.session_transaction() as session:
            session["opened"] = [case.id, int(datetime.fromisoformat(LATE).timestamp()) + 600, used.id]
        page = client.get("/fr/requests/thread").text
    assert "4 mars 2026" in page and "3 mars 2026" in page and "2 mars 2026" not in page


def test_what_ends_on_a_day_ends_with_that_day_there(town: Organization, client: Any) -> None:
    agent = make.staff()
    with travel("2026-03-01T08:00Z", tick=False):
        person = make.citizen()
        db.session.commit()
        signed_in(client, agent)
        flag = {"flag": "vulnerable", "flag_note": "", "ends_on": "2026-03-02"}
        near = {"relation": "relative", "relative": "Rose", "relation_ends_on": "2026-03-02"}
        assert send(client, f"/console/citizens/{person.id}/flags", flag).status_code == 302
        assert send(client, f"/console/citizens/{person.id}/relations", near).status_code == 302
    with travel("2026-03-02T19:30Z", tick=False):  # half past eleven at night
        assert len(keeping.live_flags(person.id)) == len(relations.around(person)) == 1
    with travel("2026-03-02T20:00Z", tick=False):  # midnight there, still the 2nd in Paris
        assert keeping.live_flags(person.id) == [] == relations.around(person)
        assert keeping.end_flags(by=history.SYSTEM) == 1
    with travel(LATE, tick=False):  # the 2nd is over there
        signed_in(client, agent)
        assert send(client, f"/console/citizens/{person.id}/flags", flag).status_code == 422
