"""The doors for partners' systems: a key opens what is theirs; each answer is heard once, however often it is sent."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.database import db
from portal.directory.models import Service
from portal.history import Event
from portal.referrals.models import Partner, Referral, ReferralMessage
from portal.referrals.partners import keys as partners
from tests import make
from tests.portal.referrals import lives
from tests.portal.views.api.test_api import shape

API = "/api/v1/partner/referrals"


@pytest.fixture
def made(app: Flask) -> Referral:
    make.organization(phone="+33199000001")
    lives.receiver(way="api")
    return lives.sent(way="api")


@pytest.fixture
def system(client: Any, made: Referral) -> Any:
    """Asks and answers as the receiver's system does."""
    partner = db.session.get_one(Partner, made.service.organization_id)
    headers = {"Authorization": f"Bearer {partners.make_key(partner)}"}
    db.session.commit()

    def ask(path: str = "", key: str = "un", said: Any = None, **query: Any) -> Any:
        if said is None:
            return client.get(API + path, headers=headers, query_string=query)
        return client.post(API + path, headers={**headers, "Idempotency-Key": key}, json=said)

    return ask


def state(made: Referral) -> str:
    return str(db.session.get_one(Referral, made.id).state)


def test_a_system_reads_what_was_sent_to_it_a_page_at_a_time(
    client: Any, system: Any, made: Referral
) -> None:
    others = [lives.sent(lives.contact(email=f"a{n}@x.fr"), way="api") for n in range(2)]
    lives.sent(lives.contact(email="b@x.fr"), to="cpam")
    db.session.commit()
    described = client.get("/api/v1/openapi.json").json
    first = system(limit=2).json
    assert [one["id"] for one in first["referrals"]] == [made.id, others[0].id]
    second = system(limit=2, after=first["next"]).json
    assert ([one["id"] for one in second["referrals"]], second["next"]) == ([others[1].id], None)
    assert system(state="accepted").json["referrals"] == []
    page = described["paths"][API]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    shape(first, {"type": "object", "properties": {}, "required": []} | page, described)
    assert first["referrals"][0]["shared"]["subject"] == "Aide au logement"
    for wrong in ({"state": "rien"}, {"after": "x"}, {"limit": "0"}):
        assert system(**wrong).status_code == 400


def test_without_the_right_key_nothing_opens(client: Any, system: Any, made: Referral) -> None:
    for headers in ({}, {"Authorization": "Bearer rlp_x"}, {"Authorization": "Basic rlp_x"}):
        for answer in (
            client.get(API, headers=headers),
            client.post(f"{API}/{made.id}/accept", headers=headers, json={}),
        ):
            assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
    assert state(made) == "sent"


def test_anothers_referral_is_as_if_it_were_not(system: Any, made: Referral) -> None:
    theirs = lives.sent(lives.contact(email="b@x.fr"), to="cpam")
    told = lives.sent(lives.contact(email="c@x.fr"), way="told")
    db.session.commit()
    for one in (theirs.id, told.id, 999_999):
        assert system(f"/{one}").status_code == 404
        assert system(f"/{one}/accept", said={}).status_code == 404
    assert state(theirs) == "sent"


def test_a_referral_goes_from_received_to_done(system: Any, made: Referral) -> None:
    url = f"/{made.id}"
    assert system(f"{url}/receive", "a", {"who": "Guichet"}).json["state"] == "received"
    assert system(f"{url}/ask", "b", {"body": "Quel loyer ?"}).json["messages"][0]["body"] == "Quel loyer ?"
    assert system(f"{url}/accept", "c", {"note": "Nous appelons demain."}).json["state"] == "accepted"
    assert system(f"{url}/close", "d", {"outcome": "done"}).json["state"] == "done"
    assert system(url).json["note"] == "Nous appelons demain."


def test_an_answer_sent_twice_is_heard_once(system: Any, made: Referral) -> None:
    url = f"/{made.id}"
    first, second = (system(f"{url}/ask", "a", {"body": "Quel loyer ?"}) for _ in range(2))
    assert first.json == second.json and len(db.session.scalars(db.select(ReferralMessage)).all()) == 1
    first, second = (system(f"{url}/accept", "b", {}) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert len(db.session.scalars(db.select(Event).filter_by(verb="referral.accepted")).all()) == 1
    late = system(f"{url}/receive", "c", {})
    assert (late.status_code, late.json["state"]) == (409, "accepted")


def test_a_refusal_says_whose_matter_it_is(system: Any, made: Referral) -> None:
    other = make.service("cpam")
    assert system(f"/{made.id}/refuse", "a", {"reason": "parce que"}).status_code == 422
    said = {"reason": "not_for_us", "redirect_to": "00000000-0000-0000-0000-000000000000"}
    unknown = system(f"/{made.id}/refuse", "c", said)
    assert unknown.status_code == 422 and "redirect_to" in unknown.json["error"]
    assert state(made) == "sent"
    said = {"reason": "not_for_us", "note": "Voyez la CPAM", "redirect_to": other.hsds_id}
    assert system(f"/{made.id}/refuse", "b", said).json["refusal"] == "not_for_us"
    row = db.session.get_one(Referral, made.id)
    assert db.session.get_one(Service, row.redirect_to_id).slug == "cpam"


def test_what_is_not_understood_is_said(client: Any, system: Any, made: Referral) -> None:
    url = f"/{made.id}/accept"
    for said in ([], "x", {"note": 3}, {"note": "x" * 3_000}):
        answer = system(url, "a", said)
        assert answer.status_code == 422 and answer.json["error"]
    assert "Idempotency-Key" in system(url, "", {}).json["error"]
    assert system(f"/{made.id}/close", "a", {"outcome": "presque"}).status_code == 422
    assert state(made) == "sent"


def test_what_is_over_says_nothing_of_the_person_any_more(system: Any, made: Referral) -> None:
    assert system(f"/{made.id}").get_json()["shared"]["name"]
    said = system(f"/{made.id}/refuse", said={"reason": "not_for_us"}).get_json()
    assert (said["state"], said["shared"], said["files"], said["messages"]) == ("refused", {}, [], [])
    assert system(f"/{made.id}").get_json()["shared"] == {}
