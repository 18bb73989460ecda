"""The citizen is told of each step by the channel they chose, and receivers are asked again without being annoyed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from time_machine import travel

from portal import history
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.mail.models import Letter
from portal.referrals.following import asking, links, listing, living
from portal.referrals.models import Referral
from tests import make
from tests.portal.referrals import lives

Work = Callable[[], int]


def letters(to: str) -> list[Letter]:
    return list(db.session.scalars(db.select(Letter).filter_by(to=to).order_by(Letter.id)))


def texts(contact_id: int) -> list[str]:
    query = db.select(Message).filter_by(contact_id=contact_id, direction="out").order_by(Message.id)
    return [one.body for one in db.session.scalars(query)]


def test_the_citizen_reads_who_has_it_what_was_shared_and_what_silence_means(app: Flask, work: Work) -> None:
    with travel("2026-03-02T10:00Z", tick=False):
        made = lives.sent(nature="request")
        work()
    said = letters("aicha@exemple.fr")[0].body
    assert "relève de CAF" in said and "le 2 mars 2026" in said
    assert "01 99 00 00 50" in said
    assert "votre nom, comment vous joindre, l’objet de votre demande, ce que vous avez écrit" in said
    assert "pourquoi nous l’avons pensé compétent." in said
    assert "Sans réponse le 2 mai 2026, votre demande sera considérée comme refusée" in said
    assert made.state == "sent"


def test_each_step_is_told_once_in_the_language_of_the_citizen(app: Flask, work: Work) -> None:
    made = lives.sent(lives.contact("en"))
    work()
    living.receive(made)
    work()
    living.accept(made)
    work()
    living.close(made, "done", note="Droits ouverts.")
    work()
    said = [one.body for one in letters("aicha@exemple.fr")]
    assert len(said) == 4
    assert all(one.startswith("Hello,") for one in said)
    assert "« Droits ouverts. »" in said[3] or "“Droits ouverts.”" in said[3]


def test_who_takes_it_at_once_is_told_of_once(app: Flask, work: Work) -> None:
    made = lives.sent()
    living.receive(made)
    living.accept(made)
    work()
    assert len(letters("aicha@exemple.fr")) == 2


def test_a_text_names_the_service_and_nothing_of_the_matter(app: Flask, work: Work, telephone: Any) -> None:
    used = make.identifier("phone", "+33639980001")
    contact = lives.contact(identifier_id=used.id)
    lives.sent(contact, nature="complaint")
    work()
    body = texts(contact.id)[0]
    assert "CAF (01 99 00 00 50)" in body and "refus." in body
    assert "loyer" not in body and "logement" not in body.lower()


def test_a_protected_person_s_telephone_names_no_service(app: Flask, work: Work, telephone: Any) -> None:
    used = make.identifier("phone", "+33639980002")
    contact = lives.contact(identifier_id=used.id)
    contact.citizen.protected = True
    lives.sent(contact)
    work()
    assert "CAF" not in texts(contact.id)[0]


def test_whom_no_channel_reaches_reads_it_on_the_follow_up_page_and_the_desk_knows(
    app: Flask, work: Work
) -> None:
    contact = lives.contact(identifier_id=make.identifier("phone", "+33199000099").id)
    made = lives.sent(contact)
    work()
    [message] = db.session.scalars(db.select(Message).filter_by(contact_id=contact.id, direction="out"))
    assert (message.channel, message.state) == ("web", "delivered")
    assert "referral.not_told" in [one.verb for one in history.of(made)]


def test_the_receiver_s_letter_says_nothing_of_anybody(app: Flask, work: Work) -> None:
    lives.sent()
    work()
    [letter] = letters("accueil@caf.example")
    assert letter.subject == "Mairie vous transmet une demande"
    for personal in ("Aïcha", "Benali", "aicha", "loyer", "logement"):
        assert personal not in letter.subject + letter.body
    token = letter.body.split("/partner/referrals/")[1].split()[0]
    assert links.open_link(token).state == "sent"


def test_an_address_that_takes_no_letter_brings_the_person_back(
    app: Flask, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives.receiver(email="pas une adresse")
    made = lives.sent()
    with monkeypatch.context() as by_mail:
        by_mail.setitem(
            app.extensions, "settings", replace(app.extensions["settings"], smtp_host="localhost")
        )
        work()
    db.session.refresh(made)
    assert (made.state, made.refusal) == ("refused", "unreachable")
    assert db.session.get_one(Contact, made.contact_id).step == living.BACK["unreachable"]


def remind(work: Work) -> None:
    from portal import jobs

    jobs.enqueue("remind_referrals", {})
    work()


def test_reminders_come_after_ten_and_thirty_working_days_then_it_comes_back(app: Flask, work: Work) -> None:
    with travel("2026-03-02T10:00Z", tick=False):
        made = lives.sent()
        other = lives.sent(lives.contact(email="marc@exemple.fr"))
        work()
    told = []
    for day in ("2026-03-15", "2026-03-16", "2026-03-17", "2026-04-14", "2026-04-28", "2026-04-29"):
        with travel(f"{day}T10:00Z", tick=False):
            remind(work)
        told.append(len(letters("accueil@caf.example")))
    assert told == [2, 3, 3, 4, 4, 4]
    reminder = letters("accueil@caf.example")[2]
    assert reminder.subject == "Rappel de Mairie : 2 demandes attendent"
    assert reminder.body.count("/partner/referrals/") == 2
    for one in (made, other):
        db.session.refresh(one)
        assert one.state == "expired"
    assert db.session.get_one(Contact, made.contact_id).step == living.BACK["expired"]
    assert "malgré deux rappels" in letters("aicha@exemple.fr")[-1].body


def test_nobody_is_reminded_on_a_day_off(app: Flask, work: Work) -> None:
    with travel("2026-03-02T10:00Z", tick=False):
        made = lives.sent()
        work()
    with travel("2026-04-06T10:00Z", tick=False):  # Easter Monday
        remind(work)
    db.session.refresh(made)
    assert made.reminders == 0


def test_who_accepted_is_asked_twice_what_came_of_it_then_there_is_no_news(app: Flask, work: Work) -> None:
    with travel("2026-03-02T10:00Z", tick=False):
        made = lives.sent()
        living.accept(made)
        work()
    told = []
    for day in ("2026-04-13", "2026-04-14", "2026-04-15", "2026-06-01", "2026-07-20", "2026-09-01"):
        with travel(f"{day}T10:00Z", tick=False):
            remind(work)
        told.append(len(letters("accueil@caf.example")))
    assert told == [1, 2, 2, 3, 3, 3]
    asked = letters("accueil@caf.example")[1]
    assert asked.subject == "Mairie vous demande ce qu’il est advenu d’une demande"
    assert asked.body.count("/partner/referrals/") == 1 and "comment cela s’est terminé" in asked.body
    db.session.refresh(made)
    assert (made.state, made.outcome_asked, made.remind_at) == ("accepted", 2, None)
    assert history.of(made)[0].verb == "referral.without_news"
    agent = make.staff()
    assert listing.listing("without_news", by=agent) == [made] and not listing.listing("accepted", by=agent)


def test_the_letter_that_asks_what_came_of_it_opens_the_page_where_it_is_said(app: Flask, work: Work) -> None:
    with travel("2026-03-02T10:00Z", tick=False):
        made = lives.sent()
        living.accept(made)
        work()
    with travel("2026-04-14T10:00Z", tick=False):
        remind(work)
        first, second = [
            one.body.split("/partner/referrals/")[1].split()[0] for one in letters("accueil@caf.example")
        ]
        with pytest.raises(links.Gone):
            links.open_link(first)
        assert living.close(links.open_link(second), "done")
        db.session.commit()
    with travel("2026-07-20T10:00Z", tick=False):
        remind(work)
    assert len(letters("accueil@caf.example")) == 2


def test_who_took_it_on_the_telephone_is_not_asked(app: Flask, work: Work) -> None:
    service = lives.receiver()
    service.phone = "+33199000050"
    with travel("2026-03-02T10:00Z", tick=False):
        made = lives.sent(way="phone")
        living.accept(made)
    assert made.remind_at is None


def test_a_question_goes_to_the_desk_and_to_the_citizen_where_they_are_asked(app: Flask, work: Work) -> None:
    made = lives.sent()
    message = asking.ask(made, "Avez-vous le bail ?", who="Zoé", to_citizen=True, form_key="k" * 20)
    assert asking.ask(made, "Avez-vous le bail ?", form_key="k" * 20) is message
    assert asking.is_asked(made)
    assert db.session.get_one(Contact, made.contact_id).step == asking.ASKED
    work()
    assert "Avez-vous le bail ?" in letters("aicha@exemple.fr")[-1].body
    asking.answer(made, "Le voici.", form_key="l" * 20, by=make.staff().actor)
    assert not asking.is_asked(made)
    work()
    assert letters("accueil@caf.example")[-1].subject == "Mairie a répondu à votre question"


@pytest.mark.parametrize("kind", ["guessed", "altered", "expired", "replaced"])
def test_a_link_that_is_not_good_opens_nothing(app: Flask, kind: str) -> None:
    with travel("2026-03-02T10:00Z", tick=False):
        made: Referral = lives.sent()
        token = links.make_link(made, "accueil@caf.example")
        if kind == "replaced":
            made.reminders = 1
            links.make_link(made, "accueil@caf.example")
    token = {"guessed": "A" * 43, "altered": token[:-1] + ("A" if token[-1] != "A" else "B")}.get(kind, token)
    day = "2026-07-02T10:00Z" if kind == "expired" else "2026-03-03T10:00Z"
    with travel(day, tick=False), pytest.raises((links.Missing, links.Gone)) as refusal:
        links.open_link(token)
    assert refusal.value.status == (404 if kind in ("guessed", "altered") else 410)


def test_a_question_to_the_citizen_is_that_one_whatever_is_said_before_they_read_it(
    app: Flask, work: Work
) -> None:
    made = lives.sent()
    work()
    asking.ask(made, "Votre loyer est de combien ?", to_citizen=True, form_key="q" * 20)
    asking.ask(made, "Entre nous : est-elle suivie ?", form_key="r" * 20)
    work()
    said = letters("aicha@exemple.fr")[-1].body
    assert "Votre loyer est de combien ?" in said
    assert "Entre nous" not in said


@pytest.mark.parametrize(
    ("reason", "said"), [("unreachable", "pas pu joindre CAF"), ("duplicate", "déjà reçu cette demande")]
)
def test_not_every_refusal_says_that_the_matter_is_another_s(
    app: Flask, work: Work, reason: str, said: str
) -> None:
    made = lives.sent()
    work()
    living.refuse(made, reason)
    work()
    body = letters("aicha@exemple.fr")[-1].body
    assert said in body and "ne relève pas" not in body


def test_a_protected_person_who_was_told_where_to_go_gets_no_text_of_it(
    app: Flask, work: Work, telephone: Any
) -> None:
    contact = lives.contact(identifier_id=make.identifier("phone", "+33639980003").id)
    contact.citizen.protected = True
    lives.sent(contact, way="told")
    work()
    [message] = db.session.scalars(db.select(Message).filter_by(contact_id=contact.id, direction="out"))
    assert message.channel == "web"
