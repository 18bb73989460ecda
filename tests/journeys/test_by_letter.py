"""Letters as a conversation: received, acknowledged, answered, gone on with, and returned."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from portal.commands.mail import TAKEN, Receiver
from portal.contacts.models import Contact
from portal.database import db
from tests.journeys.conftest import Town
from tests.portal.test_letters_received import letter
from tests.portal.test_mail_servers import BOUNCE, Postman, postman  # noqa: F401  (a fixture)
from tests.signing import token

ADDRESS = "accueil@valbrune.example"
Bring = Callable[[bytes], None]


@pytest.fixture
def bring(town: Town, work: Callable[[], int]) -> Bring:
    """The mail server brings a letter, and the worker does what waits."""

    def take(raw: bytes) -> None:
        db.session.commit()
        assert Receiver(town.app, for_each=True).take(raw, [ADDRESS]) == TAKEN
        work()
        db.session.expire_all()

    return take


def page(desk: Any, contact: Contact) -> str:
    text = re.sub(r"<[^>]+>", " ", desk.get(f"/console/contacts/{contact.id}").text)
    return " ".join(text.split())


def test_a_letter_is_acknowledged_answered_and_gone_on_with(
    town: Town,
    bring: Bring,
    postman: Postman,  # noqa: F811  (a fixture)
    work: Callable[[], int],
) -> None:
    bring(letter("Bonjour,\nquand passent les encombrants ?", subject="Encombrants", To=ADDRESS))
    [receipt] = postman.taken
    reference = re.search(r"\[(\S+)\]", receipt["Subject"])
    assert reference and reference.group(1) in receipt.get_content()

    contact = db.session.scalars(db.select(Contact)).one()
    agent = town.staff()
    desk = town.browser(agent)
    assert "Encombrants" in desk.get("/console/").text
    door = f"/console/contacts/{contact.id}"
    csrf = token(desk)
    desk.post(f"{door}/take", data={"csrf_token": csrf})
    assert "L’e-mail part à leila@courriel.example" in page(desk, contact)
    said = {"csrf_token": csrf, "body": "Jeudi à 8 h.", "by": "email", "form_key": "j" * 20}
    desk.post(f"{door}/reply", data=said)
    work()
    answer = postman.taken[-1]
    assert answer.get_content().startswith("Jeudi à 8 h.") and agent.last_name in answer.get_content()

    quoted = "\n".join(f"> {line}" for line in answer.get_content().splitlines())
    back = answer["Reply-To"].addresses[0].addr_spec
    words = f"Merci, et le verre ?\n\nLe 3 mars 2026 à 10:00, Mairie a écrit :\n{quoted}"
    bring(letter(words, subject=answer["Subject"], To=back, In_Reply_To=answer["Message-ID"]))
    db.session.refresh(contact)
    assert len(db.session.scalars(db.select(Contact)).all()) == 1
    assert contact.messages[-1].body == "Merci, et le verre ?"
    shown = page(desk, contact)
    assert (
        "Merci, et le verre ? De leila@courriel.example" in shown and "Ce à quoi ce message répond" in shown
    )

    bring(
        letter(
            "C’est son frère.", sender="frere@x.example", In_Reply_To=answer["Message-ID"], Message_ID="<9@x>"
        )
    )
    assert "écrit par une autre adresse" in page(desk, contact)

    desk.post(f"{door}/reply", data={**said, "body": "Le verre, lundi.", "form_key": "v" * 20})
    work()
    header_id = postman.taken[-1]["Message-ID"].strip("<>")
    bring(BOUNCE.format(action="failed", status="5.2.2", header_id=header_id).encode())
    assert "non remis" in page(desk, contact) and "cette boîte est pleine (5.2.2)" in page(desk, contact)
