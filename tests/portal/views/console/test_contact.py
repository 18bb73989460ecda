"""A contact on the console: who it is, the reply, the wrap-up; nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock, history
from portal.cases.models import Case, Promise
from portal.cases.opening import open_case
from portal.citizens import consents
from portal.citizens.models import Citizen, IdentifierLink
from portal.contacts.models import Contact, Message, consulted_articles
from portal.database import db
from portal.jobs import Job
from portal.referrals.models import Referral, ReferralRule, RuleVersion
from portal.views.moments import MOST_SAID
from tests import make
from tests.at_length import read, said_at_length
from tests.signing import send, signed_in

NUMBER = "+33639980001"


@pytest.fixture
def desk(app: Flask, client: Any) -> Any:
    """An agent at the desk, with a text in hand; `typed` sends the contact's form by one of its buttons."""
    return Desk(client)


class Desk:
    def __init__(self, client: Any) -> None:
        self.client = client
        self.agent = make.staff()
        self.used = make.identifier("phone", NUMBER)
        self.contact = make.contact(
            "text", identifier_id=self.used.id, state="in_progress", agent_id=self.agent.id, subject="Cantine"
        )
        signed_in(client, self.agent)

    @property
    def page(self) -> str:
        return str(self.client.get(f"/console/contacts/{self.contact.id}").text)

    def press(self, button: str, **typed: Any) -> Any:
        return send(self.client, f"/console/contacts/{self.contact.id}/{button}", typed)


def test_several_people_are_named_and_nothing_of_theirs_is_shown(desk: Desk) -> None:
    people = [make.citizen(name) for name in ("Paul Durand", "Jeanne Durand")]
    for person in people:
        make.link(person, desk.used)
        make.contact(
            citizen_id=person.id, certainty="confirmed", note="affaire de famille", state="wrapped_up"
        )
    page = desk.page
    assert "Paul Durand" in page and "Jeanne Durand" in page and "affaire de famille" not in page
    assert f"/console/citizens/{people[0].id}" not in page
    assert desk.press("identity", citizen=people[1].id).status_code == 302
    assert "affaire de famille" in desk.page and "Paul Durand" not in desk.page
    assert "contact.attributed" in [event.verb for event in history.of(desk.contact)]
    assert "Personne rattachée" in desk.page


def test_one_known_person_is_shown_with_what_came_before_and_the_reading_is_noted(desk: Desk) -> None:
    person = make.citizen("Aïcha Benali", phone=NUMBER)
    before = clock.now() - timedelta(days=3)
    make.contact(
        citizen_id=person.id,
        certainty="confirmed",
        started_at=before,
        note="Dossier incomplet",
        state="wrapped_up",
    )
    assert "Aïcha Benali" in desk.page and "Dossier incomplet" in desk.page
    assert desk.page
    readings = list(db.session.scalars(db.select(history.Reading)))
    assert [(one.staff_id, one.citizen_id) for one in readings] == [(desk.agent.id, person.id)]


def test_a_guess_is_shown_with_its_reason_and_opens_nothing_until_it_is_confirmed(desk: Desk) -> None:
    person = make.citizen("Luc Petit")
    make.link(person, desk.used, "probable").evidence = "form"
    make.contact(citizen_id=person.id, certainty="confirmed", note="affaire ancienne", state="wrapped_up")
    page = desk.page
    assert "Luc Petit" in page and "formulaire" in page and "affaire ancienne" not in page
    desk.press("identity", citizen=person.id, remember="1")
    assert "affaire ancienne" in desk.page
    assert db.session.get_one(IdentifierLink, (desk.used.id, person.id)).certainty == "confirmed"


def test_a_guess_that_is_refused_is_not_made_again(desk: Desk) -> None:
    person = make.citizen("Aïcha Benali", phone=NUMBER)
    desk.contact.citizen_id, desk.contact.certainty = person.id, "probable"
    case = open_case(desk.contact, by=desk.agent.actor)
    desk.press("identity", deny="1")
    assert "Aïcha" not in desk.page
    assert db.session.get_one(Contact, desk.contact.id).citizen_id is None
    assert db.session.get_one(Case, case.id).citizen_id is None


def test_a_person_is_looked_for_or_added_and_what_was_being_typed_stays(desk: Desk) -> None:
    make.citizen("Éloïse Lefèvre", name_key="eloise lefevre")
    typed = {"note": "Parle vite", "body": "Bonjour", "promise": "Rappeler", "disposition": "promise_made"}
    page = desk.press("look", who="lefevre", **typed).text
    assert "Éloïse Lefèvre" in page
    for words in ("Parle vite", "Bonjour", "Rappeler", 'value="promise_made" selected'):
        assert words in page
    page = desk.press("identity", new="1", new_name="Omar Nouveau", remember="1", **typed).text
    assert "Omar Nouveau" in page and "Bonjour" in page
    person = db.session.scalars(db.select(Citizen).filter_by(name="Omar Nouveau")).one()
    assert db.session.get_one(IdentifierLink, (desk.used.id, person.id)).evidence == "agent"
    assert db.session.get_one(Contact, desk.contact.id).note == "Parle vite"
    assert desk.press("identity", new="1", new_name=" ").status_code == 422


def test_a_reply_is_sent_once_by_the_channel_that_fits(desk: Desk) -> None:
    for _ in range(2):
        answer = desk.press("reply", body="Oui, jusqu'à 16 h", by="text", form_key="k" * 20, note="Vu")
        assert answer.status_code == 302
    assert [one.body for one in db.session.scalars(db.select(Message))] == ["Oui, jusqu'à 16 h"]
    assert [job.kind for job in db.session.scalars(db.select(Job))] == ["send_text"]
    assert "en attente d’envoi" in desk.page and "Vu" in desk.page
    for wrong in ({"body": "", "by": "text"}, {"body": "Oui", "by": "email"}, {"body": "Oui"}):
        refused = desk.press("reply", note="ma note", **wrong)
        assert refused.status_code == 422 and "ma note" in refused.text


def test_an_article_is_put_in_the_reply_and_noted_once_used(desk: Desk) -> None:
    article = make.article("Refaire une carte d’identité", slug="carte-identite")
    page = desk.press("look", insert=article.id, body="Bonjour,").text
    assert (
        "Bonjour,\nRefaire une carte d&#39;identité : http" in page and "/fr/articles/carte-identite" in page
    )
    assert f'name="articles" value="{article.id}"' in page
    used = db.select(consulted_articles.c.article_id)
    assert db.session.scalars(used).all() == []
    for _ in range(2):
        desk.press("reply", body="Bonjour", by="text", articles=article.id, form_key="a" * 20)
    desk.press("wrap-up", disposition="answered", articles=article.id)
    assert db.session.scalars(used).all() == [article.id]


def test_what_a_rule_proposes_is_shown_with_its_reason_and_fills_the_referral(desk: Desk) -> None:
    service = make.service("caf")
    rule = ReferralRule(organization_id=desk.agent.organization_id, slug="cantine")
    conditions = {"words": ["cantine"]}
    version = RuleVersion(
        rule=rule, number=1, state="published", conditions=conditions, service_id=service.id
    )
    version.explanations, version.agent_note = {"fr": "La cantine dépend de la CAF."}, "Demander le quotient"
    db.session.add_all([rule, version])
    page = desk.page
    assert "La cantine dépend de la CAF." in page and "Demander le quotient" in page
    desk.contact.language = "ar"
    version.explanations = {"fr": "La cantine dépend de la CAF.", "ar": "الكاف"}
    version.conditions = {"topics": ["cantine"]}
    desk.contact.topic_id = make.topic("cantine").id
    assert "La cantine dépend de la CAF." in desk.page
    filled = desk.press("look", suggest=service.id, note="Une note").text
    assert f'name="service" value="{service.id}"' in filled and 'value="referred" selected' in filled
    assert f'name="rule" id="rule" value="{version.id}"' in filled and "Une note" in filled


def test_a_reply_leaves_the_wrap_up_that_was_begun(desk: Desk) -> None:
    page = desk.press("reply", body="Oui", by="text", disposition="promise_made", promise="Rappeler lundi")
    assert page.status_code == 200
    assert "Rappeler lundi" in page.text and 'value="promise_made" selected' in page.text
    assert db.session.scalars(db.select(Message.body)).all() == ["Oui"]


def test_nobody_is_texted_who_asked_for_no_more(desk: Desk) -> None:
    consents.stop(desk.used, "", evidence="agent", by=history.SYSTEM)
    assert "ne plus recevoir de SMS" in desk.page
    assert desk.press("reply", body="Oui", by="text").status_code == 422


def test_the_wrap_up_is_one_act_however_often_it_is_sent(desk: Desk) -> None:
    service, day = make.service("caf"), (clock.now() + timedelta(days=3)).date().isoformat()
    typed = {
        "disposition": "promise_made",
        "note": "Pour les collègues",
        "answer": "Le dossier part lundi.",
        "send": "text",
        "promise": "Rappeler",
        "due": day,
        "service": service.id,
        "reason": "C’est la CAF qui verse",
        "form_key": "w" * 20,
    }
    for _ in range(2):
        assert desk.press("wrap-up", **typed).status_code == 302
    contact = db.session.get_one(Contact, desk.contact.id)
    assert (contact.state, contact.disposition, contact.note) == (
        "wrapped_up",
        "promise_made",
        "Pour les collègues",
    )
    for table in (Promise, Referral, Case, Message):
        assert db.session.scalar(db.select(db.func.count()).select_from(table)) == 1
    page = desk.page
    assert "Échange terminé" in page and "Rappeler" in page and "C’est la CAF qui verse" in page


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"disposition": ""}, "comment l’échange s’est terminé"),
        ({"disposition": "referred"}, "vers quel service"),
        ({"promise": "Rappeler"}, "pour quel jour"),
        ({"promise": "Rappeler", "due": "2020-01-01"}, "déjà passée"),
        ({"due": "demain"}, "date"),
        ({"topic": "99999"}, "réponses proposées"),
    ],
)
def test_a_wrap_up_that_is_refused_keeps_everything_typed(
    desk: Desk, wrong: dict[str, str], sentence: str
) -> None:
    typed = {
        "disposition": "answered",
        "note": "Longue note",
        "answer": "Longue réponse",
        "body": "En cours",
        **wrong,
    }
    answer = desk.press("wrap-up", **typed)
    assert answer.status_code == 422 and sentence in answer.text
    for words in ("Longue note", "Longue réponse", "En cours"):
        assert words in answer.text
    assert db.session.get_one(Contact, desk.contact.id).state == "in_progress"
    assert db.session.scalar(db.select(db.func.count()).select_from(Promise)) == 0


def test_a_colleagues_contact_is_read_and_not_answered(desk: Desk, app: Flask) -> None:
    colleague = make.staff()
    other = signed_in(app.test_client(), colleague)
    page = other.get(f"/console/contacts/{desk.contact.id}").text
    assert "s’en occupe" in page and "Envoyer la réponse" not in page
    path = f"/console/contacts/{desk.contact.id}"
    for button, typed in (("reply", {"body": "Oui", "by": "text"}), ("wrap-up", {"disposition": "answered"})):
        assert send(other, f"{path}/{button}", typed).status_code == 422


def test_the_number_of_selects_does_not_grow_with_the_conversation(desk: Desk) -> None:
    from tests.portal.desk.test_waiting import counted

    assert desk.page  # the first page of a session writes its sign of life
    sizes = []
    for size in (2, 40):
        for n in range(size):
            db.session.add(
                Message(
                    contact_id=desk.contact.id, direction="in", channel="text", body=f"{n}", state="received"
                )
            )
        db.session.commit()
        with counted() as statements:
            assert desk.page
        sizes.append(len(statements))
    assert sizes[0] == sizes[1]


def test_a_person_named_while_a_reply_is_written_is_a_reading_too(desk: Desk) -> None:
    person = make.citizen("Aïcha Benali")
    page = desk.press("identity", citizen=person.id, body="Bonjour")
    assert page.status_code == 200 and "Aïcha Benali" in page.text
    assert db.session.scalars(db.select(history.Reading.citizen_id)).all() == [person.id]


def test_a_number_that_writes_without_end_makes_no_page_without_end(desk: Desk) -> None:
    said = {"contact_id": desk.contact.id, "direction": "in", "channel": "text", "state": "received"}
    db.session.add_all(Message(body=f"Mot {n}.", **said) for n in range(MOST_SAID + 5))
    again = f"/console/contacts/{desk.contact.id}/messages"
    for latest in (desk.page, desk.client.get(again).text):
        assert "Mot 4." not in latest and "Mot 5." in latest and "Lire ce qui précède (5)" in latest
    for before in (
        desk.client.get(again.replace("/messages", "?page=2")),
        desk.client.get(f"{again}?page=2"),
        desk.client.get(f"{again}?page=9999"),
    ):
        assert "Mot 0." in before.text and "Mot 5." not in before.text
        assert "Lire ce qui précède" not in before.text and "Revenir au plus récent" in before.text


def test_what_is_read_of_a_long_exchange_is_bounded(desk: Desk) -> None:
    said_at_length(desk.contact.id)
    with read() as found:
        assert desk.page
        desk.client.get(f"/console/contacts/{desk.contact.id}/messages")
    assert found["Message"] <= 2 * MOST_SAID
