"""A citizen follows their matter by reference and code: where it stands, what was said, and going on with it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock, history
from portal.cases import keeping
from portal.cases.changing import linking
from portal.cases.due import clocks
from portal.cases.due.promising import give_up_promise
from portal.cases.models import Case, Note, Question
from portal.cases.opening import close_case, open_case, promise
from portal.cases.references import spoken
from portal.contacts.models import Attachment, Contact, Message
from portal.contacts.recording import add_message
from portal.database import db
from portal.views.moments import MOST_SAID
from tests import make
from tests.at_length import AT_LENGTH, read, said_at_length
from tests.portal.views.public.test_requests import open_thread
from tests.signing import send, token

pytestmark = pytest.mark.usefixtures("town")
FOLLOW, CODE, THREAD = (f"/fr/requests/{name}" for name in ("follow", "code", "thread"))
AICHA, KARIM = "aicha@exemple.fr", "karim@exemple.fr"


def asked(address: str = AICHA, **values: Any) -> Contact:
    used = make.identifier("email", address)
    contact = make.contact("web", identifier_id=used.id, **{"subject": "Cantine", **values})
    add_message(contact, f"Message de {address}")
    open_case(contact, by=history.CITIZEN)
    return contact


def case_of(contact: Contact) -> Case:
    return db.session.get_one(Case, contact.case_id)


def opened(client: Any, work: Callable[[], int], case: Case) -> str:
    """The thread, by the code that was sent."""
    assert open_thread(client, work, case).status_code == 303
    return str(client.get(THREAD).text)


def test_all_that_was_answered_and_promised_is_read_and_no_note(client: Any, work: Callable[[], int]) -> None:
    agent = make.staff(first_name="Lina", last_name="Morel", job_title="chargée d’accueil")
    contact = asked()
    case = case_of(contact)
    case.owner_id, contact.answer, contact.note = agent.id, "Le dossier passe mardi.", "Client pénible"
    db.session.add(Question(contact_id=contact.id, text="Et le tarif ?", answer="Trois euros."))
    db.session.add(Note(case_id=case.id, author_id=agent.id, body="À vérifier avec la régie"))
    soon = clock.now() + timedelta(days=2)
    promise(contact, "Rappeler la régie", soon, by=agent.actor)
    give_up_promise(
        promise(contact, "Une visite", soon, by=agent.actor), "La salle est fermée.", by=agent.actor
    )
    page = opened(client, work, case)
    for shown in (
        *("Lina Morel, chargée d’accueil", "Le dossier passe mardi.", "Et le tarif ?", "Trois euros."),
        *("Rappeler la régie", "La salle est fermée.", "Abandonné", "Un agent s’occupe de votre demande."),
        *("plus tard le", "vaut refus", "Message de aicha"),
    ):
        assert shown in page, shown
    for hidden in ("Client pénible", "À vérifier avec la régie"):
        assert hidden not in page


def test_a_matter_of_thousands_of_messages_is_read_a_page_at_a_time(
    client: Any, work: Callable[[], int]
) -> None:
    contact = asked()
    contact.answer = "Le dossier passe mardi."
    given = Attachment(name="bail.pdf", media_type="application/pdf", size=1, digest="0" * 64)
    contact.messages[0].attachments.append(given)
    case = case_of(contact)
    open_thread(client, work, case)
    said_at_length(contact.id, "web")
    with read() as found:
        latest = str(client.get(THREAD).text)
    assert found["Message"] <= MOST_SAID
    assert f"Encore {AT_LENGTH - 1}." in latest and f"Message de {AICHA}" not in latest
    first = str(client.get(f"{THREAD}?page={AT_LENGTH // MOST_SAID + 1}").text)
    assert f"Message de {AICHA}" in first and "Le dossier passe mardi." in first and "bail.pdf" in first
    with read() as found:
        assert (
            client.get(f"{THREAD}/files/{given.id}").status_code == 404
        )  # there is no such file on the disk
    assert found["Message"] == 0


def test_a_document_alone_gives_what_was_waited_for(client: Any, work: Callable[[], int]) -> None:
    contact, agent = asked(), make.staff()
    case = case_of(contact)
    keeping.wait_for(case, "Le bail signé", by=agent.actor)
    page = opened(client, work, case)
    assert "Le bail signé" in page and "délais sont suspendus" in page
    form = {
        "csrf_token": token(client),
        "form_key": "f" * 20,
        "files": (io.BytesIO(b"%PDF-1.4 bail"), "bail.pdf"),
    }
    assert client.post(THREAD, data=form, content_type="multipart/form-data").status_code == 303
    assert (case.state, clocks.clocks_of(case)["first_answer"].state) == ("open", "running")
    given = db.session.scalars(db.select(Message).order_by(Message.id.desc())).first()
    assert given is not None and [one.name for one in given.attachments] == ["bail.pdf"]
    assert "bail.pdf" in client.get(THREAD).text


def test_solved_or_not_is_said_and_no_opens_it_again_with_its_clock(
    client: Any, work: Callable[[], int]
) -> None:
    contact, agent = asked(), make.staff()
    case = case_of(contact)
    keeping.answered(case, by=agent.actor)
    close_case(case, by=agent.actor)
    assert "Est-ce résolu" in opened(client, work, case)
    for _ in range(2):
        assert send(client, "/fr/requests/solved", {"outcome": "solved"}).status_code == 303
    assert case.outcome == "solved" and "Vous nous avez dit que oui" in client.get(THREAD).text
    for _ in range(2):
        assert send(client, "/fr/requests/reopened").status_code == 303
    assert contact.step == "Dit que ce n’est pas réglé"
    running = clocks.clocks_of(case)
    assert (case.state, running["first_answer"].state, running["resolution"].state) == (
        "open",
        "running",
        "running",
    )
    assert [one.verb for one in history.of(case)].count("case.reopened") == 1
    send(client, "/fr/requests/solved")
    assert (case.state, case.outcome) == ("closed", "")


def test_an_old_reference_leads_to_the_kept_case_and_to_ones_own_part_alone(
    client: Any, work: Callable[[], int]
) -> None:
    old = asked()
    reference_case = case_of(old)
    agent = make.staff()
    second = asked(KARIM, subject="Le secret de Karim")
    kept = case_of(second)
    promise(second, "Rappeler Karim", clock.now() + timedelta(days=2), by=agent.actor)
    linking.merge(kept, reference_case, by=agent)
    keeping.wait_for(kept, "Son bulletin de paie", by=agent.actor)
    page = opened(client, work, reference_case)
    assert spoken(reference_case.reference) in page and spoken(kept.reference) in page
    assert "Message de aicha" in page and "Cantine" in page
    for hidden in ("Message de karim", "Le secret de Karim", "Rappeler Karim", "bulletin de paie"):
        assert hidden not in page, hidden
    assert send(client, THREAD, {"body": "Toujours rien ?", "form_key": "m" * 20}).status_code == 303
    latest = db.session.scalars(db.select(Message).order_by(Message.id.desc()).limit(1)).one()
    assert latest.contact_id == old.id


def test_a_reference_alone_opens_nothing_and_tells_nothing(
    app: Flask, client: Any, work: Callable[[], int]
) -> None:
    case = case_of(asked())
    known = send(client, FOLLOW, {"reference": spoken(case.reference)})
    asked_for = client.get(CODE).text
    assert known.status_code == 303 and "Cantine" not in asked_for and "exemple" not in asked_for
    for path in (THREAD, "/fr/requests/thread/files/1"):
        assert client.get(path).status_code in (303, 404)
    for path in (THREAD, "/fr/requests/solved", "/fr/requests/reopened"):
        assert send(client, path, {"body": "x"}).status_code == 303
    assert case.state == "open"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Where your request stands"), ("ar", "أين وصل طلبكم")]
)
def test_the_page_is_read_in_each_language(
    client: Any, work: Callable[[], int], language: str, words: str
) -> None:
    case = case_of(asked())
    opened(client, work, case)
    page = client.get(f"/{language}/requests/thread").text
    assert words in page and ('<html lang="ar" dir="rtl">' in page) == (language == "ar")
