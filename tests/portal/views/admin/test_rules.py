"""The rules through their doors: kept as drafts, tried, published, obeyed; and only one's own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.contacts.models import Message
from portal.database import db
from portal.history import SYSTEM
from portal.referrals.deciding.situations import Situation
from portal.referrals.deciding.suggesting import suggest
from portal.referrals.models import ReferralRule
from portal.referrals.ruling.editing import draft_rule, publish
from portal.referrals.ruling.examples import save_example
from portal.referrals.ruling.versions import draft_of, published_of
from tests import make
from tests.portal.referrals import cast
from tests.portal.views.keeping import HOUSING, act, keeper, made, service_id, the_rule
from tests.signing import send, signed_in


@pytest.fixture
def admin(app: Flask, client: Any) -> Any:
    return keeper(client)


def told(**situation: Any) -> list[str]:
    found = [found.name for found in suggest(Situation(**{"words": "mes apl", **situation}))]
    db.session.rollback()
    return found


def test_a_rule_is_drafted_published_and_obeyed_by_the_next_search(admin: Any) -> None:
    assert admin.get("/admin/rules").status_code == 200
    assert admin.get("/admin/rules/new").status_code == 200
    assert made(admin).status_code == 302
    rule = the_rule()
    draft = draft_of(rule)
    assert draft and draft.conditions["communes"] == ["96017", "96042"]
    assert draft.conditions["words"] == ["APL", "aide au logement"]
    situation: dict[str, Any] = {"commune": "96017", "topics": ("logement",)}
    assert told(**situation) == []
    page = admin.get(f"/admin/rules/{rule.id}").text
    assert "Sans explication en anglais ni en arabe" in page
    assert act(admin, rule, "publication").status_code == 302
    assert told(**situation) == ["CAF"]
    listed = admin.get("/admin/rules").text
    for words in (
        "APL, aide au logement",
        "Saint-Elvin (96017), Valbrune (96042)",
        "En vigueur",
        "CAF",
        "Camille",
    ):
        assert words in listed


def test_the_new_rule_form_sent_twice_makes_one_rule(admin: Any) -> None:
    assert [made(admin).status_code, made(admin).status_code] == [302, 302]
    assert the_rule().slug == "aide-au-logement"
    assert made(admin, form_key="l" * 20).status_code == 422


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"explanation_fr": ""}, "Expliquez en français"),
        ({"words": "", "topics": [], "communes": ""}, "au moins une condition"),
        ({"communes": "Atlantide"}, "Aucune commune, ou plusieurs"),
        ({"service": ""}, "Choisissez un service"),
        ({"position": "x"}, "Écrivez un nombre"),
        ({"name": ""}, "Donnez un nom"),
    ],
)
def test_what_is_refused_is_shown_again_as_typed(admin: Any, change: dict[str, Any], sentence: str) -> None:
    answer = made(admin, agent_note="Dire « bonjour »", **change)
    assert answer.status_code == 422
    assert sentence in answer.text and "Dire « bonjour »" in answer.text
    assert db.session.scalars(db.select(ReferralRule)).first() is None
    db.session.rollback()


def test_a_stale_draft_is_shown_beside_what_was_saved_and_loses_neither(admin: Any) -> None:
    made(admin)
    rule = the_rule()
    edit = {**HOUSING, "service": service_id("caf"), "version": rule.version}
    mine = {**edit, "words": "loyer impayé", "form_key": "m" * 20}
    theirs = {**edit, "words": "dette de loyer", "form_key": "t" * 20}
    assert send(admin, f"/admin/rules/{rule.id}/draft", theirs).status_code == 302
    answer = send(admin, f"/admin/rules/{rule.id}/draft", mine)
    assert answer.status_code == 409
    assert "<del>dette de loyer</del>" in answer.text and "<ins>loyer impayé</ins>" in answer.text
    assert re.search(r"<textarea[^>]* name=\"words\"[^>]*>loyer impayé</textarea>", answer.text)
    version = re.search(r'name="version" value="(\d+)"', answer.text)
    key = re.search(r'name="form_key" value="([^"]+)"', answer.text)
    assert version and key
    again = {**mine, "version": version.group(1), "form_key": key.group(1)}
    assert send(admin, f"/admin/rules/{rule.id}/draft", again).status_code == 302
    draft = draft_of(the_rule())
    assert draft and draft.conditions["words"] == ["loyer impayé"]


def test_an_act_on_a_rule_changed_meanwhile_is_refused(admin: Any) -> None:
    made(admin)
    rule = the_rule()
    answer = send(admin, f"/admin/rules/{rule.id}/publication", {"version": rule.version - 1})
    assert answer.status_code == 409
    assert published_of(the_rule()) is None
    assert send(admin, f"/admin/rules/{rule.id}/publication").status_code == 400


def test_rolling_back_and_retiring_are_obeyed_and_told_in_the_history(admin: Any) -> None:
    rule = cast.rule("APL", words=["apl"])
    db.session.commit()
    edit = {
        **HOUSING,
        "topics": [],
        "communes": "",
        "service": service_id("adil"),
        "version": rule.version,
    }
    assert send(admin, f"/admin/rules/{rule.id}/draft", edit).status_code == 302
    act(admin, the_rule(), "publication")
    assert told() == ["ADIL"]
    act(admin, the_rule(), "rollback")
    assert told() == ["CAF"]
    page = admin.get(f"/admin/rules/{rule.id}").text
    assert "la version 3 reprend la version 1" in page
    assert "<del>ADIL</del>" in page and "<ins>CAF</ins>" in page
    act(admin, the_rule(), "retirement")
    assert told() == []
    assert "Aucune version en vigueur" in admin.get(f"/admin/rules/{rule.id}").text


def test_taking_a_rule_back_against_an_example_is_confirmed_on_the_page(admin: Any) -> None:
    rule = cast.rule("APL", words=["apl"])
    save_example(
        None,
        "apl",
        Situation(words="apl"),
        {"service": "caf"},
        organization_id=rule.organization_id,
        by=SYSTEM,
    )
    db.session.commit()
    answer = act(admin, the_rule(), "retirement")
    assert answer.status_code == 422 and "Retirer la règle tout de même" in answer.text
    assert told() == ["CAF"]
    again = {"version": the_rule().version, "knowingly": "1"}
    assert send(admin, f"/admin/rules/{rule.id}/retirement", again).status_code == 302
    assert told() == []


def test_a_draft_can_be_given_up(admin: Any) -> None:
    rule = cast.rule("APL", words=["apl"])
    db.session.commit()
    send(admin, f"/admin/rules/{rule.id}/draft", {**HOUSING, "service": service_id("adil"), "version": 2})
    assert act(admin, the_rule(), "draft-removal").status_code == 302
    assert draft_of(the_rule()) is None and told() == ["CAF"]


def test_a_typed_situation_is_answered_condition_by_condition(admin: Any) -> None:
    made(admin)
    trial = f"/admin/rules/{the_rule().id}/trial"
    typed = {
        "words": "mes APL",
        "topic": "logement",
        "commune": "saint elvin",
        "channel": "phone",
        "language": "fr",
    }
    page = send(admin, trial, typed).text
    assert page.count('class="badge good"') == 3 and "CAF (règle aide-au-logement)" in page
    page = send(admin, trial, {**typed, "commune": ""}).text
    assert page.count('class="badge bad"') == 1 and "CAF (règle" not in page
    assert send(admin, trial, {**typed, "commune": "Atlantide"}).status_code == 422


def test_a_rule_without_a_draft_has_nothing_to_try(admin: Any) -> None:
    rule = cast.rule("APL", words=["apl"])
    db.session.commit()
    assert admin.get(f"/admin/rules/{rule.id}/trial").status_code == 302


@settings(max_examples=8, deadline=None)
@given(
    name=st.from_regex(r"[A-Z][a-z]{5,9} [A-Z][a-z]{5,9}", fullmatch=True),
    number=st.from_regex(r"\+336399[0-9]{5}", fullmatch=True),
    message=st.from_regex(r"[a-z]{8,12} [a-z]{8,12}", fullmatch=True),
)
def test_the_page_of_a_trial_names_nobody(admin: Any, name: str, number: str, message: str) -> None:
    db.session.rollback()
    rule = db.session.scalar(db.select(ReferralRule)) or cast.drafted("bail", "adil", words=["bail"])
    person = make.citizen(name, phone=number)
    contact = make.contact("text", citizen_id=person.id, subject=f"bail {name}", note=message)
    body = f"{message} {number} bail"
    db.session.add(
        Message(contact_id=contact.id, direction="in", channel="text", body=body, state="received")
    )
    db.session.commit()
    page = admin.get(f"/admin/rules/{rule.id}/trial").text
    assert "Qui irait ailleurs" in page
    for secret in (*name.split(), number, number.removeprefix("+33"), *message.split()):
        assert secret not in page


def test_another_organizations_rule_does_not_exist_for_an_administrator(admin: Any) -> None:
    other = make.organization("departement")
    rule = draft_rule("Secret", cast.wording("adil"), organization_id=other.id, by=SYSTEM)
    publish(rule, version=None, by=SYSTEM)
    db.session.commit()
    assert "secret" not in admin.get("/admin/rules").text
    for page in ("", "/edit", "/trial"):
        assert admin.get(f"/admin/rules/{rule.id}{page}").status_code == 404
    edit = {**HOUSING, "service": service_id("caf"), "version": rule.version}
    for act_name in ("draft", "trial", "publication", "rollback", "retirement", "draft-removal"):
        assert send(admin, f"/admin/rules/{rule.id}/{act_name}", edit).status_code == 404
    assert published_of(the_rule("secret"))


@pytest.mark.parametrize("role", ["agent", "supervisor", "editor"])
def test_rules_are_for_administrators(app: Flask, client: Any, role: str) -> None:
    rule = cast.rule()
    person = make.staff(role)
    db.session.commit()
    signed_in(client, person)
    for page in (
        "/admin/rules",
        "/admin/rules/new",
        f"/admin/rules/{rule.id}",
        f"/admin/rules/{rule.id}/trial",
    ):
        assert client.get(page).status_code == 403
    for post in ("/admin/rules", f"/admin/rules/{rule.id}/draft", f"/admin/rules/{rule.id}/publication"):
        assert send(client, post, HOUSING).status_code == 403


def test_nobody_reads_the_rules_without_signing_in(app: Flask, client: Any) -> None:
    assert client.get("/admin/rules").status_code == 302
