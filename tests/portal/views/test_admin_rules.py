"""The rules through their doors: kept as drafts, tried, published, obeyed; and only one's own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import selectinload

from portal.contacts.models import Message
from portal.database import db
from portal.directory.editing import add_commune
from portal.history import SYSTEM
from portal.referrals.editing import draft_rule, publish
from portal.referrals.models import ReferralRule
from portal.referrals.situations import Situation
from portal.referrals.suggesting import suggest
from portal.referrals.versions import draft_of, published_of
from tests import make
from tests.portal.referrals import cast
from tests.signing import send, signed_in

HOUSING = {
    "name": "Aide au logement",
    "words": "APL\r\naide au logement",
    "topics": ["logement"],
    "communes": "Saint-Elvin (96017)\nvalbrune",
    "opening": "any",
    "position": "20",
    "strength": "2",
    "explanation_fr": "La CAF verse cette aide.",
    "form_key": "k" * 20,
}


@pytest.fixture
def admin(app: Flask, client: Any) -> Any:
    """A signed-in administrator of the town hall, where there is something to choose from."""
    make.topic("logement")
    add_commune("96017", "Saint-Elvin", ["96110"])
    add_commune("96042", "Valbrune", ["96100"])
    cast.service("caf")
    cast.service("adil")
    person = make.staff("administrator")
    db.session.commit()
    return signed_in(client, person)


def service_id(slug: str) -> str:
    found = str(cast.service(slug).id)
    db.session.commit()  # a door cannot write while a test still reads
    return found


def the_rule(slug: str = "") -> ReferralRule:
    """The one rule there is, or the one of this name, read afresh."""
    db.session.expire_all()
    query = db.select(ReferralRule).options(selectinload(ReferralRule.versions))
    rule = db.session.scalars(query.filter_by(slug=slug) if slug else query).one()
    db.session.commit()
    return rule


def told(**situation: Any) -> list[str]:
    found = [found.name for found in suggest(Situation(**{"words": "mes apl", **situation}))]
    db.session.rollback()
    return found


def made(client: Any, **changes: Any) -> Any:
    return send(client, "/admin/rules", {**HOUSING, "service": service_id("caf"), **changes})


def act(client: Any, rule: ReferralRule, name: str) -> Any:
    return send(client, f"/admin/rules/{rule.id}/{name}", {"version": rule.version, "form_key": name * 3})


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
    answer = made(admin, agent_note="Dire « bonjour »", **change)
    assert answer.status_code == 422
    assert sentence in answer.text and "Dire « bonjour »" in answer.text
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


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
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


def test_every_page_of_the_rules_opens_and_the_table_is_filtered_and_printed(admin: Any) -> None:
    made(admin)
    rule = the_rule()
    act(admin, rule, "publication")
    pages = ("print", "new", "try", "checks", "checks/now", "gaps", "examples", "examples/new")
    for page in pages:
        assert admin.get(f"/admin/rules/{page}").status_code == 200, page
    assert "aide-au-logement" in admin.get("/admin/rules?topic=logement&word=apl&state=published").text
    assert "Aucune règle ne répond" in admin.get("/admin/rules?topic=autre").text
    assert "La CAF verse cette aide." in admin.get("/admin/rules/print").text


def test_a_row_is_moved_in_place_through_its_draft(admin: Any) -> None:
    made(admin)
    rule = the_rule()
    act(admin, rule, "publication")
    moved = {"version": the_rule().version, "position": "3", "strength": "3", "form_key": "p" * 20}
    assert send(admin, f"/admin/rules/{rule.id}/place", moved).status_code == 302
    draft, published = draft_of(the_rule()), published_of(the_rule())
    assert draft and (draft.position, draft.strength) == (3, 3)
    assert published and (published.position, published.strength) == (20, 2)


def test_a_situation_is_tried_on_every_rule_and_kept_as_an_example(admin: Any) -> None:
    made(admin, topics=[], communes="")
    act(admin, the_rule(), "publication")
    asked = {"words": "je veux mourir, mes apl", "channel": "web", "language": "fr", "opening": "any"}
    page = send(admin, "/admin/rules/try", asked).text
    assert page.index("numéros d’urgence passent avant") < page.index("règle aide-au-logement")
    begun = send(admin, "/admin/rules/examples/new", asked).text
    assert "mes apl" in begun
    kept = {**asked, "name": "APL", "outcome": "service", "expected_service": service_id("caf")}
    assert send(admin, "/admin/rules/examples", {**kept, "form_key": "e" * 20}).status_code == 302
    assert "Respecté" in admin.get("/admin/rules/examples").text
    assert send(admin, "/admin/rules/examples", {**kept, "outcome": ""}).status_code == 422


def test_a_publication_that_breaks_an_example_says_which_and_how_to_mend_it(admin: Any) -> None:
    made(admin, topics=[], communes="")
    rule = the_rule()
    kept = {
        "words": "mes apl",
        "name": "APL ailleurs",
        "outcome": "service",
        "expected_service": service_id("adil"),
    }
    send(admin, "/admin/rules/examples", {**kept, "form_key": "e" * 20})
    answer = act(admin, rule, "publication")
    assert answer.status_code == 422
    assert "« APL ailleurs »" in answer.text and "Changez la règle, ou l’exemple" in answer.text
    assert "APL ailleurs" in admin.get(f"/admin/rules/{rule.id}/check").text


def test_a_rule_is_planned_and_the_plan_undone(admin: Any) -> None:
    made(admin)
    rule = the_rule()
    edit = {"version": rule.version, "form_key": "q" * 20}
    late = send(admin, f"/admin/rules/{rule.id}/planning", {**edit, "publish_on": "2020-01-01"})
    assert late.status_code == 422 and "date à venir" in late.text
    planned = {**edit, "publish_on": "2099-01-01", "publish_at": "08:30"}
    assert send(admin, f"/admin/rules/{rule.id}/planning", planned).status_code == 302
    assert "Publication prévue" in admin.get(f"/admin/rules/{rule.id}").text
    assert act(admin, the_rule(), "unplanning").status_code == 302
    assert draft_of(the_rule())


def test_citizens_read_how_people_are_referred_in_their_language(admin: Any, client: Any) -> None:
    made(admin)
    act(admin, the_rule(), "publication")
    page = client.get("/fr/how-we-refer?topic=logement").text
    for words in (
        "Vous dites : « APL », « aide au logement »",
        "Vous habitez : Saint-Elvin, Valbrune",
        "<svg",
        "CAF",
    ):
        assert words in page, words
    assert "You say:" in client.get("/en/how-we-refer?topic=logement").text
    assert client.get("/ar/how-we-refer").status_code == 200
    assert client.get("/fr/how-we-refer?topic=inconnu").status_code == 404
