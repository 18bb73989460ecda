"""The partner's page: a link opens one referral, reading it changes nothing, and two colleagues do not cross."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from time_machine import travel

from portal import storage
from portal.budgets import Spending
from portal.contacts.models import Attachment, Contact
from portal.database import db
from portal.mail.models import Letter
from portal.referrals.following import links, living
from portal.referrals.models import Referral
from portal.views import limits
from portal.views.limits import limiter
from tests import make
from tests.portal.referrals import cast, lives
from tests.signing import token as csrf

Work = Callable[[], int]


@pytest.fixture
def made(app: Flask) -> Referral:
    make.organization(phone="+33199000001")
    return lives.sent()


@pytest.fixture
def url(made: Referral) -> str:
    return f"/partner/referrals/{links.make_link(made, 'accueil@caf.example')}"


def post(client: Any, url: str, act: str, **fields: str) -> Any:
    page = client.get(url)
    if page.status_code == 200:
        found = dict(re.findall(r'name="(seen|form_key)" value="([^"]+)"', page.text))
        fields = {**found, **fields}
    return client.post(f"{url}/{act}", data={"csrf_token": csrf(client), **fields})


def state(made: Referral) -> str:
    return str(db.session.get_one(Referral, made.id).state)


def test_the_link_shows_what_was_shared_and_tells_the_address_to_nobody(client: Any, url: str) -> None:
    page = client.get(url)
    for shared in ("Aïcha Benali", "aicha@exemple.fr", "Je voudrais une aide pour mon loyer."):
        assert shared in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.headers["Cache-Control"] and "noindex" in page.headers["X-Robots-Tag"]


def test_reading_it_a_hundred_times_receives_nothing(client: Any, url: str, made: Referral) -> None:
    for _ in range(3):
        client.get(url)
        client.head(url)
    assert state(made) == "sent"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "A request passed on to you"), ("ar", "أُحيل إليك طلب")]
)
def test_the_page_speaks_the_browser_s_language(client: Any, url: str, language: str, words: str) -> None:
    page = client.get(url, headers={"Accept-Language": language})
    assert f'lang="{language}"' in page.text and words in page.text


def test_it_is_received_taken_and_closed(client: Any, url: str, made: Referral) -> None:
    assert post(client, url, "receive", who="Zoé Martin").status_code == 303
    assert (state(made), made.receiver) == ("received", "Zoé Martin")
    assert post(client, url, "accept", note="Je vous appelle mardi.").status_code == 303
    assert (state(made), made.note) == ("accepted", "Je vous appelle mardi.")
    assert post(client, url, "close", outcome="done").status_code == 303
    assert state(made) == "done"
    over = client.get(url)
    assert over.status_code == 410
    assert "Aïcha" not in over.text and "loyer" not in over.text


def test_it_is_refused_with_where_it_should_go(client: Any, url: str, made: Referral) -> None:
    other = cast.service("cpam")
    page = post(client, url, "look", look="cpam")
    assert 'name="redirect_to"' in page.text
    assert state(made) == "sent"
    post(client, url, "refuse", reason="not_for_us", why="Voyez la CPAM", redirect_to=str(other.id))
    assert (state(made), made.redirect_to_id) == ("refused", other.id)


def test_a_refusal_without_a_reason_is_shown_again_with_all_that_was_typed(
    client: Any, url: str, made: Referral
) -> None:
    page = post(client, url, "refuse", why="Parce que", who="Zoé")
    assert page.status_code == 422
    assert "Parce que" in page.text and "Dites pourquoi vous refusez." in page.text
    assert state(made) == "sent"


def test_a_question_goes_to_the_desk_and_the_answer_is_read_here(
    client: Any, url: str, made: Referral
) -> None:
    from portal.referrals.following import asking

    post(client, url, "ask", body="Avez-vous le bail ?", to_citizen="1")
    assert db.session.get_one(Contact, made.contact_id).step == asking.ASKED
    asking.answer(made, "Oui, le voici.", form_key="r" * 20, by=make.staff().actor)
    assert "Oui, le voici." in client.get(url).text


def test_of_two_colleagues_one_wins_and_the_other_sees_it(client: Any, url: str, made: Referral) -> None:
    page = client.get(url)
    fields = dict(re.findall(r'name="(seen|form_key)" value="([^"]+)"', page.text))
    living.accept(made, who="Zoé Martin")
    late = client.post(
        f"{url}/refuse", data={"csrf_token": csrf(client), "reason": "not_for_us", "who": "Paul", **fields}
    )
    assert late.status_code == 409
    assert "quelqu’un d’autre a répondu" in late.text and "Zoé Martin" in late.text
    assert state(made) == "accepted"


def test_the_same_button_pressed_twice_answers_once(client: Any, url: str, made: Referral) -> None:
    page = client.get(url)
    fields = dict(re.findall(r'name="(seen|form_key)" value="([^"]+)"', page.text))
    for _ in range(2):
        answer = client.post(f"{url}/accept", data={"csrf_token": csrf(client), **fields})
        assert answer.status_code == 303
    assert state(made) == "accepted"


@pytest.mark.parametrize("act", ["", "/receive", "/accept", "/refuse", "/ask", "/close", "/look", "/files/1"])
@pytest.mark.parametrize("kind", ["guessed", "altered", "cut", "expired", "replaced", "over"])
def test_a_link_that_is_not_good_shows_and_does_nothing(
    client: Any, url: str, made: Referral, act: str, kind: str
) -> None:
    if kind == "replaced":
        made.reminders = 1
        links.make_link(made, "accueil@caf.example")
    if kind == "over":
        living.refuse(made, "duplicate")
    bad = {
        "guessed": "/partner/referrals/" + "A" * 43,
        "altered": url[:-1] + ("A" if url[-1] != "A" else "B"),
        "cut": url[:-3],
    }
    before = state(made)
    with travel("2030-01-01" if kind == "expired" else "2026-11-22"):
        where, fields = (
            bad.get(kind, url) + act,
            {"csrf_token": csrf(client), "reason": "not_for_us", "body": "x"},
        )
        told = client.post(where, data=fields) if act and "/files" not in act else client.get(where)
    assert told.status_code in (404, 410) or (kind == "over" and told.status_code in (303, 409, 410, 422))
    for personal in ("Aïcha", "aicha@exemple.fr", "loyer"):
        assert personal not in told.text
    assert state(made) == before


def test_files_are_given_only_where_they_were_shared(app: Flask, client: Any) -> None:
    contact = lives.contact()
    digest = storage.keep(app.extensions["settings"].attachments_dir, b"le bail")
    told = {"name": "bail.txt", "media_type": "text/plain", "size": 7, "digest": digest}
    contact.messages[0].attachments.append(Attachment(**told))
    contact.messages[0].attachments.append(Attachment(**{**told, "name": "autre.txt"}))
    db.session.flush()
    shared, kept_back = contact.messages[0].attachments
    made = lives.sent(contact)
    made.shared = {**made.shared, "files": [shared.id]}
    url = f"/partner/referrals/{links.make_link(made, 'x')}"
    assert client.get(f"{url}/files/{shared.id}").data == b"le bail"
    assert client.get(f"{url}/files/{kept_back.id}").status_code == 404
    living.close(made, "done")
    assert client.get(f"{url}/files/{shared.id}").status_code == 404


def test_the_letter_s_own_link_opens_the_page(app: Flask, client: Any, made: Referral, work: Work) -> None:
    work()
    letter = db.session.scalars(db.select(Letter).filter_by(to="accueil@caf.example")).one()
    path = re.search(r"(/partner/referrals/\S+)", letter.body)
    assert path and client.get(path[1]).status_code == 200


def test_whoever_tries_many_links_is_stopped_and_a_good_one_costs_nothing(
    app: Flask, client: Any, url: str
) -> None:
    app.config["RELAIS_LIMITS"] = True
    try:
        for _ in range(3):
            assert client.get(url).status_code == 200
        told = [client.get(f"/partner/referrals/{n:043}").status_code for n in range(61)]
    finally:
        app.config["RELAIS_LIMITS"] = False
        limiter.reset()
    assert told[:60] == [404] * 60 and told[60] == 429


def test_whoever_tries_many_links_is_stopped_by_a_count_that_outlives_the_process(
    app: Flask, client: Any, url: str
) -> None:
    app.config["RELAIS_LIMITS"] = True
    try:
        wrong = "/partner/referrals/" + "A" * 43
        for _ in range(3):
            assert client.get(wrong).status_code == 404
        spent = db.session.scalars(db.select(Spending)).one()
        assert spent.count == 3
        spent.count = limits.MOST_WRONG
        db.session.commit()
        assert client.get(wrong).status_code == 429
        assert client.get(url).status_code == 429, "good links too: which are good is not told"
    finally:
        app.config["RELAIS_LIMITS"] = False
    assert client.get(url).status_code == 200
