"""A note added by who handed a contact on, or once it is over, by whoever learns something of it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal import clock, history
from portal.cases.opening import open_case
from portal.contacts import answering, noting
from portal.contacts.models import Leg
from portal.database import db
from portal.errors import Refused
from portal.records.finding import Asked, find_contacts
from tests import make
from tests.portal.records.followed import take_up
from tests.signing import send, signed_in


def test_who_handed_it_on_may_still_note_and_who_never_had_it_may_not(app: Flask) -> None:
    first, second, other = make.staff(), make.staff(), make.staff()
    contact = make.contact("web")
    answering.take(contact, by=first)
    contact.agent_id = second.id
    made = noting.add_note(contact, " Elle est sourde d’une oreille ", by=first, form_key="k" * 20)
    assert noting.add_note(contact, "Elle", by=first, form_key="k" * 20) is made
    assert (made.body, made.late, made.author_id) == ("Elle est sourde d’une oreille", False, first.id)
    with pytest.raises(Refused, match="parlé"):
        noting.add_note(contact, "Je passais", by=other)
    answering.wrap_up(contact, "answered", note="", by=second.actor)
    late = noting.add_note(contact, "Elle a rappelé le service", by=other)
    assert late.late and noting.notes_of([contact.id]) == [made, late]
    assert [one.verb for one in history.of(contact)].count("contact.noted") == 2


@pytest.mark.parametrize("answered", [True, False])
def test_who_spoke_in_the_call_may_note(app: Flask, answered: bool) -> None:
    agent, contact = make.staff(), make.contact(state="waiting")
    at = clock.now() if answered else None
    db.session.add(Leg(contact_id=contact.id, role="agent", staff_id=agent.id, seat="out", answered_at=at))
    db.session.flush()
    assert noting.may_note(contact, agent) is answered


def test_the_pages_show_the_note_with_its_author_and_find_it(app: Flask, client: Any) -> None:
    author = make.staff(first_name="Dominique", last_name="Roy")
    contact = make.contact("counter", state="wrapped_up", disposition="answered")
    case = open_case(contact, by=author.actor)
    db.session.commit()
    signed_in(client, author)
    path = f"/console/contacts/{contact.id}"
    assert send(client, f"{path}/notes", {"later_note": ""}).status_code == 422
    typed = {"later_note": "Sa fille passera demain", "form_key": "k" * 20}
    for _ in range(2):
        assert send(client, f"{path}/notes", typed).status_code == 302
    page = client.get(path).text
    assert page.count("Sa fille passera demain") == 1
    assert "Dominique Roy" in page and "après la fin de l’échange" in page
    assert "Sa fille passera demain" in client.get(f"/console/cases/{case.id}").text
    take_up()
    assert [one.id for one in find_contacts(Asked("fille demain"), by=author).rows] == [contact.id]
