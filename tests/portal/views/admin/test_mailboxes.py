"""Our addresses, set by administrators: each once, each in a queue of its own organization."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.database import db
from portal.mail.models import Mailbox, MailFolder
from tests import make
from tests.signing import send, signed_in

PAGE = "/admin/mailboxes"


@pytest.fixture
def admin(app: Flask, client: Any) -> Any:
    return signed_in(client, make.staff("administrator"))


def boxes() -> list[Mailbox]:
    return list(db.session.scalars(db.select(Mailbox).order_by(Mailbox.id)))


def test_an_address_is_added_changed_and_removed(admin: Any) -> None:
    queue = make.queue("etat-civil")
    assert send(admin, PAGE, {"address": "Etat-Civil@Ville.example", "plus": "1"}).status_code == 302
    [box] = boxes()
    assert (box.address, box.queue_id, box.plus) == ("etat-civil@ville.example", None, True)
    changed = {"address": box.address, "queue": str(queue.id), "version": str(box.version)}
    assert send(admin, f"{PAGE}/{box.id}", changed).status_code == 302
    [box] = boxes()
    assert (box.queue_id, box.plus) == (queue.id, False)
    assert "Etat-civil" in admin.get(PAGE).text
    assert send(admin, f"{PAGE}/{box.id}", changed).status_code == 409
    send(admin, f"{PAGE}/{box.id}/removal")
    assert boxes() == []


@pytest.mark.parametrize("address", ["", "pas une adresse", "a+b@ville.example", "prise@ville.example"])
def test_what_is_no_new_address_is_refused_beside_its_field(admin: Any, address: str) -> None:
    other = make.organization("departement")
    db.session.add(Mailbox(address="prise@ville.example", organization_id=other.id))
    answer = send(admin, PAGE, {"address": address})
    assert answer.status_code == 422 and 'id="address-error"' in answer.text
    assert len(boxes()) == 1


def test_a_queue_of_another_organization_cannot_be_chosen(admin: Any) -> None:
    theirs = make.queue("ailleurs", organization_id=make.organization("departement").id)
    typed = {"address": "a@ville.example", "queue": str(theirs.id)}
    assert send(admin, PAGE, typed).status_code == 422


def test_why_the_mailbox_is_not_read_is_shown(admin: Any) -> None:
    db.session.add(MailFolder(name="m", trouble="La boîte aux lettres ne répond pas.", read_at=clock.now()))
    assert "ne répond pas" in admin.get(PAGE).text
    db.session.scalars(db.select(MailFolder)).one().trouble = ""
    assert "Dernière lecture" in admin.get(PAGE).text
