"""Whoever calls again is picked up where they left off; a shared number shows nobody's matters."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from portal import clock
from portal.staff.models import Staff
from simulator import Handset
from tests import make
from tests.journeys.conftest import AGENT_PHONE, LINE, Town
from tests.portal.views.telephone.test_telephone import contacts
from tests.signing import send
from tests.until import until


def waiting_call(browser: Any) -> str:
    """The address that takes the call which waits, once the desk shows it."""

    def shown() -> str | None:
        found = re.search(r"/console/contacts/\d+/take", browser.get("/console/").text)
        return found.group(0) if found else None

    return str(until(shown))


def call(town: Town, number: str, key: str = "1") -> Handset:
    phone = town.phone(number)
    phone.call(LINE)
    phone.wait_to_be_asked("keys")
    phone.press(key)
    phone.wait_to_hear("Un agent va vous répondre")
    return phone


def put_through(town: Town, browser: Any, phone: Handset) -> str:
    """The agent takes the call that waits and speaks with the citizen, who then hangs up; the contact's address."""
    take = waiting_call(browser)
    assert send(browser, take).status_code == 302
    agent = town.phone(AGENT_PHONE)
    agent.wait_for("ringing")
    agent.answer()
    agent.press("1")
    agent.wait_to_be_with(phone.number)
    phone.hang_up()
    phone.wait_for("over")
    return take.removesuffix("/take")


def agent_at(town: Town) -> tuple[Staff, Any]:
    person = town.staff()
    return person, town.browser(person)


def test_a_repeat_caller_is_picked_up_where_it_stopped(live: Town) -> None:
    _agent, browser = agent_at(live)
    page = put_through(live, browser, call(live, "+33639980777"))
    send(browser, f"{page}/identity", {"new_name": "Leïla Marchand", "remember": "1"})
    due = (clock.now() + timedelta(days=3)).date().isoformat()
    outcome = {
        "disposition": "promise_made",
        "subject": "Passeport",
        "note": "A déjà envoyé la photo, il manque le justificatif.",
        "promise": "La rappeler dès que le passeport arrive",
        "due": due,
        "form_key": "k" * 20,
    }
    assert send(browser, f"{page}/wrap-up", outcome).status_code == 302

    phone = call(live, "+33639980777")
    second = put_through(live, browser, phone)
    shown = browser.get(second).text
    assert "Leïla Marchand" in shown
    assert "il manque le justificatif" in shown
    assert "La rappeler dès que le passeport arrive" in shown
    assert [contact.channel for contact in contacts()] == ["phone", "phone"]


def test_a_call_from_a_shared_number_shows_no_households_matters(live: Town) -> None:
    number = "+33639980778"
    people = [make.citizen(name, phone=number) for name in ("Paul Roux", "Jeanne Roux")]
    host = make.organization("mairie-valbrune")
    make.contact("counter", host, citizen_id=people[0].id, certainty="confirmed", note="Impayé de cantine")
    _agent, browser = agent_at(live)
    page = put_through(live, browser, call(live, number))
    shown = browser.get(page).text
    assert "Paul Roux" in shown and "Jeanne Roux" in shown
    assert "Impayé de cantine" not in shown
    send(browser, f"{page}/identity", {"citizen": people[0].id})
    assert "Impayé de cantine" in browser.get(page).text


def test_a_call_that_the_agent_does_not_pick_up_is_in_line_again(live: Town) -> None:
    _agent, browser = agent_at(live)
    phone = call(live, "+33639980779")
    take = waiting_call(browser)
    send(browser, take)
    agent = live.phone(AGENT_PHONE)
    agent.wait_for("ringing")
    agent.refuse()
    assert waiting_call(browser) == take
    assert phone.state()["state"] == "talking"
    phone.hang_up()
