"""A request on the web: sent once, receipted, waiting on the desk, followed by whoever holds the number alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock, history
from portal.articles import index
from portal.cases.models import Case
from portal.cases.opening import open_case
from portal.cases.references import draw_reference, spoken
from portal.citizens.models import Citizen, Code, Identifier
from portal.contacts.answering import reply, wrap_up
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.dates import day_text
from portal.desk.waiting import waiting
from portal.jobs import Job
from portal.mail.models import Letter
from tests import make
from tests.signing import send

pytestmark = pytest.mark.usefixtures("town")
NEW, FOLLOW, CODE, THREAD = (f"/fr/requests/{name}" for name in ("new", "follow", "code", "thread"))
WRITTEN = {
    "subject": "Refaire ma carte d’identité",
    "body": "Faut-il une photo ?",
    "reach": "aicha@exemple.fr",
    "form_key": "k" * 20,
}


def write(client: Any, **typed: Any) -> Any:
    return send(client, NEW, {**WRITTEN, **typed})


def only(model: Any) -> Any:
    return db.session.scalars(db.select(model)).one()


def count(model: Any) -> int:
    return len(db.session.scalars(db.select(model)).all())


def open_thread(client: Any, work: Callable[[], int], case: Case) -> Any:
    """Asks for a code, reads it where it was sent, enters it."""
    send(client, FOLLOW, {"reference": spoken(case.reference)})
    work()
    letters = db.session.scalars(db.select(Letter.body).order_by(Letter.id.desc()))
    code = next(found for body in letters if (found := re.search(r"\b\d{6}\b", body)))
    return send(client, CODE, {"code": code.group()})


def test_a_request_sent_twice_is_one_and_waits_in_the_queue_of_its_topic(app: Flask, client: Any) -> None:
    topic = make.topic()
    make.article(body="La carte d’identité se demande sur rendez-vous.", topic=topic)
    queue = make.queue("etat-civil")
    db.session.execute(db.text(f"INSERT INTO queue_topics VALUES ({queue.id}, {topic.id})"))
    make.queue("accueil", position=-1)
    db.session.commit()
    index.rebuild(app.extensions["settings"].index_dir)
    app.extensions["searcher"].refresh()
    for _ in range(2):
        answer = write(client)
        assert answer.status_code == 303 and answer.location.endswith("/fr/requests/receipt")
    contact, case = only(Contact), only(Case)
    assert (contact.channel, contact.state, contact.queue_id) == ("web", "waiting", queue.id)
    assert (contact.topic_id, case.topic_id, contact.step) == (topic.id, topic.id, "Attend un e-mail")
    assert [one.contact.id for one in waiting(contact.organization_id)] == [contact.id]
    assert [(one.direction, one.automatic) for one in contact.messages] == [("in", False), ("out", True)]


def test_the_receipt_says_what_the_law_asks_and_only_to_who_sent_it(
    app: Flask, client: Any, work: Callable[[], int]
) -> None:
    write(client)
    case = only(Case)
    page = client.get("/fr/requests/receipt").text
    for told in (
        spoken(case.reference),
        "Mairie",
        "01 99 00 00 10",
        "accueil@ville.example",
        day_text(clock.local_day(case.opened_at)),
    ):
        assert told in page
    work()
    letter = only(Letter)
    assert letter.to == "aicha@exemple.fr" and spoken(case.reference) in letter.body
    assert "01 99 00 00 10" in letter.body and "/fr/requests/follow" in letter.body
    stranger = app.test_client().get("/fr/requests/receipt")
    assert stranger.status_code == 303 and case.reference[:4] not in stranger.text


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(app: Flask, client: Any) -> None:
    cases = (
        ({"subject": ""}, "subject"),
        ({"body": " "}, "body"),
        ({"reach": "06 12"}, "reach"),
        ({"reach": "a@b"}, "reach"),
        ({"reach": ""}, "reach"),
        ({"preferred": "pigeon"}, "preferred"),
        ({"preferred": "phone"}, "reach"),
        ({"subject": "s" * 201}, "subject"),
        ({"name": "n" * 201}, "name"),
        ({"remarks": "http://spam.example"}, "remarks"),
    )
    for wrong, field in cases:
        typed = {"name": "Aïcha Benali", **WRITTEN, **wrong}
        page = write(client, **typed)
        assert page.status_code == 422, wrong
        assert "Erreur" in page.text and f'href="#{field}"' in page.text, wrong
        kept = [value for name, value in typed.items() if name not in wrong]
        assert all(value in page.text.replace("&#39;", "'") for value in kept), wrong
    assert (count(Contact), count(Case), count(Job), count(Identifier)) == (0, 0, 0, 0)


def test_what_people_and_programs_write_comes_back_as_text(
    app: Flask, client: Any, work: Callable[[], int]
) -> None:
    hostile = "<script>alert(1)</script> \u202egnirts ${7*7} %s " + "é" * 5000
    write(client, subject="<b>gras</b>\x00", body=hostile + "\x00\x07", name="<img src=x onerror=1>")
    assert "\x00" not in only(Contact).subject and "\x07" not in only(Contact).messages[0].body
    receipt = client.get("/fr/requests/receipt").text
    assert "&lt;b&gt;gras&lt;/b&gt;" in receipt and "<b>gras" not in receipt
    open_thread(client, work, only(Case))
    page = client.get(THREAD).text
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page and "${7*7} %s" in page
    assert write(client, body="x" * 10_001, form_key="l" * 20).status_code == 422


def test_a_preference_is_kept_and_a_number_is_no_more_than_probable(app: Flask, client: Any) -> None:
    write(client, reach="06 39 98 00 01", preferred="phone", name="Aïcha Benali")
    contact, person = only(Contact), only(Citizen)
    assert contact.step == "Souhaite être appelé. Se présente comme Aïcha Benali"
    assert (person.name, person.preferred_channel) == ("Aïcha Benali", "phone")
    assert (contact.citizen_id, contact.certainty) == (person.id, "probable")


def test_another_name_at_a_number_that_is_known_is_not_taken_for_its_owner(app: Flask, client: Any) -> None:
    known = make.citizen("Aïcha Benali", email="aicha@exemple.fr", name_key="aicha benali")
    write(client, name="Karim Benali")
    contact = only(Contact)
    assert (contact.citizen_id, contact.certainty) == (None, "denied")
    write(client, name="BENALI  aicha", form_key="m" * 20)
    second = db.session.scalars(db.select(Contact).order_by(Contact.id.desc())).first()
    assert second is not None and (second.citizen_id, second.certainty) == (known.id, "probable")
    assert known.name == "Aïcha Benali" and count(Citizen) == 1


def test_a_flood_from_one_address_is_refused_in_a_sentence_and_loses_nothing_typed(
    app: Flask, client: Any
) -> None:
    for n in range(20):
        assert write(client, form_key=f"flood-{n:020}", reach=f"a{n}@exemple.fr").status_code == 303
    refused = write(client, form_key="z" * 20, body="Une longue histoire")
    assert refused.status_code == 422 and "Trop de demandes" in refused.text
    assert "Une longue histoire" in refused.text and count(Contact) == 20
    assert write(client, form_key=f"flood-{0:020}").status_code == 303, "sent again, it is no new request"


def test_the_code_opens_that_request_alone_and_makes_it_sure(
    app: Flask, client: Any, work: Callable[[], int]
) -> None:
    used = make.identifier("email", "aicha@exemple.fr")
    person = make.citizen("Aïcha Benali", email="aicha@exemple.fr")
    other = make.contact("email", identifier_id=used.id, citizen_id=person.id, subject="Affaire privée")
    db.session.add(Message(contact=other, direction="in", channel="email", body="Secret", state="received"))
    open_case(other, by=history.SYSTEM)
    write(client)
    case = db.session.scalars(db.select(Case).order_by(Case.id.desc())).first()
    assert case is not None
    contact = db.session.scalars(db.select(Contact).filter_by(case_id=case.id)).one()
    assert contact.certainty == "probable"
    agent = make.staff(job_title="Officier d’état civil")
    reply(contact, "Oui, une photo récente.", channel="web", form_key=None, by=agent.actor)
    contact.note = "Note interne"
    db.session.commit()
    assert open_thread(client, work, case).location.endswith(THREAD)
    page = client.get(THREAD).text
    assert "Faut-il une photo ?" in page and "Oui, une photo récente." in page
    assert "Officier d’état civil" in page and agent.last_name in page
    assert "Affaire privée" not in page and "Secret" not in page and "Note interne" not in page
    db.session.refresh(contact)
    assert (contact.citizen_id, contact.certainty) == (person.id, "confirmed")


def test_a_code_proves_no_name_where_several_share_the_address(
    app: Flask, client: Any, work: Callable[[], int]
) -> None:
    make.citizen("Aïcha Benali", email="aicha@exemple.fr")
    make.citizen("Karim Benali", email="aicha@exemple.fr")
    write(client)
    open_thread(client, work, only(Case))
    assert (only(Contact).citizen_id, only(Contact).certainty) == (None, "")
    assert client.get(THREAD).status_code == 200


def test_a_known_and_an_unknown_reference_answer_alike(
    app: Flask, client: Any, work: Callable[[], int]
) -> None:
    write(client)
    known, unknown = only(Case).reference, draw_reference()
    pages = []
    for reference in (known, unknown):
        asked = send(client, FOLLOW, {"reference": reference})
        assert asked.status_code == 303
        page = client.get(CODE).text.replace(spoken(reference), "REFERENCE")
        wrong = send(client, CODE, {"code": "12"})
        assert wrong.status_code == 422
        pages.append(re.sub(r'value="[^"]*"', "", page + wrong.text.replace(spoken(reference), "REFERENCE")))
    assert pages[0] == pages[1]
    for code in db.session.scalars(db.select(Code)):
        code.expires_at = clock.now() - timedelta(seconds=1)
    send(client, FOLLOW, {"reference": unknown})
    gone = send(client, CODE, {"code": "12"}).text
    assert "n’est pas le bon, ou n’est plus valable" in gone and "Demandez-en un autre" not in gone
    assert send(client, FOLLOW, {"reference": "K7QF"}).status_code == 422


def test_a_wrong_code_opens_nothing_and_five_of_them_end_it(
    app: Flask, client: Any, work: Callable[[], int]
) -> None:
    write(client)
    case = only(Case)
    send(client, FOLLOW, {"reference": case.reference})
    work()
    letters = db.session.scalars(db.select(Letter).order_by(Letter.id)).all()
    right = re.search(r"\b\d{6}\b", letters[-1].body)
    assert right
    wrong = "000000" if right.group() != "000000" else "111111"
    for _ in range(5):
        assert send(client, CODE, {"code": wrong}).status_code == 422
        assert client.get(THREAD).status_code == 303
    assert send(client, CODE, {"code": right.group()}).status_code == 422
    assert client.get(THREAD).status_code == 303


def test_the_citizen_writes_again_once_and_says_whether_it_is_solved(
    app: Flask, client: Any, work: Callable[[], int]
) -> None:
    write(client)
    case, contact = only(Case), only(Contact)
    open_thread(client, work, case)
    agent = make.staff()
    wrap_up(contact, "answered", note="", answer="Dit au téléphone.", by=agent.actor)
    db.session.commit()  # before the case is changed: nobody holds the two the other way round
    case.state = "closed"
    db.session.commit()
    assert "Dit au téléphone." in client.get(THREAD).text
    for _ in range(2):
        body = {"body": "Et pour mon fils ?", "form_key": "w" * 20}
        assert send(client, THREAD, body).status_code == 303
    said = [one.body for one in only(Contact).messages if one.direction == "in"]
    assert said == ["Faut-il une photo ?", "Et pour mon fils ?"]
    assert (only(Contact).state, only(Case).state) == ("open", "open")
    assert send(client, THREAD, {"body": "  "}).status_code == 422
    send(client, "/fr/requests/solved")
    assert (only(Contact).state, only(Case).state) == ("wrapped_up", "closed")
    send(client, "/fr/requests/reopened")
    assert (only(Contact).state, only(Case).state) == ("open", "open")


def test_a_thread_shuts_after_half_an_hour(app: Flask, client: Any, work: Callable[[], int]) -> None:
    write(client)
    open_thread(client, work, only(Case))
    with client.session_transaction() as session:
        case_id, until, whose = session["opened"]
        session["opened"] = [case_id, until - 1801, whose]
    for path in (THREAD, "/fr/requests/solved", "/fr/requests/reopened"):
        answer = client.get(path) if path == THREAD else send(client, path)
        assert answer.status_code == 303 and answer.location.endswith(FOLLOW)


def test_a_request_without_its_form_token_is_refused(app: Flask, client: Any) -> None:
    assert client.post(NEW, data=WRITTEN).status_code == 400
    assert count(Contact) == 0


def test_words_of_distress_in_a_request_show_the_numbers_to_call(app: Flask, client: Any) -> None:
    from portal.directory.models import HelpNumber

    db.session.add(HelpNumber(number="3114", labels={"fr": "Prévention du suicide"}))
    write(client, body="Je veux mourir")
    assert 'href="tel:3114"' in client.get("/fr/requests/receipt").text
    assert "détresse" in db.session.scalars(db.select(Contact.step)).one(), "it comes before whoever waits"
