"""Letters of programs and lists: a list to look at, and one act to open a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.cases.models import Case
from portal.contacts.letters import apart
from portal.contacts.models import Contact
from portal.database import db
from portal.mail.keeping import keep_letter
from portal.mail.models import Letter
from portal.staff.models import Staff
from tests import make
from tests.signing import send, signed_in

RAW = "From: {0}\r\nTo: mairie@ville.example\r\nSubject: {1}\r\nList-Id: <annonces.example>\r\n\r\nBonjour {1}\r\n"


@pytest.fixture
def bring(app: Flask, work: Callable[[], int]) -> Callable[..., Contact]:
    """Brings a newsletter, and gives its contact."""
    make.organization(email="mairie@ville.example")

    def brought(subject: str = "Nos offres", sender: str = "info@annonces.example") -> Contact:
        keep_letter(app.extensions["settings"], RAW.format(sender, subject).encode(), source="smtp")
        work()
        db.session.expire_all()
        return db.session.scalars(db.select(Contact).order_by(Contact.id.desc())).first()  # type: ignore[return-value]  # it is there

    return brought


def test_a_letter_set_apart_is_told_on_the_desk_and_listed(
    at_desk: Any, bring: Callable[..., Contact]
) -> None:
    assert "Aucune lettre à regarder" in at_desk.get("/console/letters").text
    contact = bring()
    assert "Personne n’attend" in at_desk.get("/console/").text
    assert "1 à regarder" in at_desk.get("/console/").text
    page = at_desk.get("/console/letters").text
    assert "Nos offres" in page and "info@annonces.example" in page
    assert f"/console/contacts/{contact.id}" in page
    assert at_desk.get(f"/console/contacts/{contact.id}").status_code == 200


def test_one_act_opens_its_case_at_its_date_and_twice_is_once(
    at_desk: Any, bring: Callable[..., Contact]
) -> None:
    queue, contact = make.queue(), bring()
    address = f"/console/letters/{contact.id}/case"
    first, again = send(at_desk, address), send(at_desk, address)
    case = db.session.scalars(db.select(Case)).one()
    assert first.location == again.location == f"/console/cases/{case.id}"
    db.session.expire_all()
    assert (contact.case_id, contact.state, contact.queue_id) == (case.id, "waiting", queue.id)
    assert case.opened_at == contact.started_at and {one.kind for one in case.clocks} >= {
        "receipt",
        "first_answer",
    }
    assert db.session.scalars(db.select(Letter)).all() == []
    assert "Aucun accusé de réception n’est parti" in at_desk.get(first.location).text
    assert "Aucune lettre à regarder" in at_desk.get("/console/letters").text


def test_those_of_which_nothing_is_to_be_done_leave_the_list(
    at_desk: Any, bring: Callable[..., Contact]
) -> None:
    shown, since = bring("Une"), bring("Deux")
    for _ in range(2):
        assert (
            send(at_desk, "/console/letters/seen", {"contact": str(shown.id)}).location == "/console/letters"
        )
    page = at_desk.get("/console/letters").text
    assert "Bonjour Deux" in page and "Bonjour Une" not in page
    assert send(at_desk, f"/console/letters/{shown.id}/case").location.startswith("/console/cases/")
    assert send(at_desk, "/console/letters/seen", {"contact": "x"}).status_code == 302
    assert apart.count_to_see(since.organization_id) == 1


def test_a_long_list_goes_on(
    at_desk: Any, bring: Callable[..., Contact], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.views.console.desk.letters.A_PAGE", 2)
    for n in range(3):
        bring(f"Lettre {n}", sender=f"info{n}@annonces.example")
    first = at_desk.get("/console/letters").text
    assert "Lettre 2" in first and "Lettre 0" not in first
    before = first.partition("/console/letters?before=")[2].partition('"')[0]
    assert "Lettre 0" in at_desk.get(f"/console/letters?before={before}").text


def test_a_letter_of_another_organization_or_of_a_protected_person_is_not_told(
    app: Flask, at_desk: Any, bring: Callable[..., Contact]
) -> None:
    contact = bring()
    other: Staff = make.staff(of=make.organization("departement"))
    elsewhere = signed_in(app.test_client(), other)
    assert "Nos offres" not in elsewhere.get("/console/letters").text
    assert send(elsewhere, f"/console/letters/{contact.id}/case").status_code == 404
    assert send(elsewhere, "/console/letters/seen", {"contact": str(contact.id)}).status_code == 404
    contact.citizen_id = make.citizen("Aline Le Goff", protected=True).id
    contact.last_message_at = clock.now()
    db.session.commit()
    page = at_desk.get("/console/letters").text
    assert "Nos offres" not in page and "info@annonces" not in page and "protégée" in page


def test_the_letter_of_a_protected_person_holds_up_no_other(
    at_desk: Any, bring: Callable[..., Contact]
) -> None:
    other, theirs = bring("Une"), bring("Deux", sender="aline@annonces.example")
    theirs.citizen_id, theirs.certainty = make.citizen("Aline Le Goff", protected=True).id, "confirmed"
    db.session.commit()
    page = at_desk.get("/console/letters").text
    assert f'value="{other.id}"' in page and f'value="{theirs.id}"' not in page
    data = {"contact": [str(other.id), str(theirs.id)]}  # shown before the person was protected
    assert send(at_desk, "/console/letters/seen", data).status_code == 302
    assert apart.count_to_see(other.organization_id) == 0
    assert send(at_desk, "/console/letters/seen", {"contact": "9" * 30}).status_code == 404
