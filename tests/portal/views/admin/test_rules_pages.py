"""The pages around the rules: the table, its rows, trials, examples, plans, and what citizens read of it all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from portal.database import db
from portal.jobs import Job
from portal.referrals.ruling.versions import draft_of, published_of
from tests import make
from tests.portal.referrals import cast
from tests.portal.views.keeping import act, keeper, made, service_id, the_rule
from tests.signing import send


@pytest.fixture
def admin(app: Flask, client: Any) -> Any:
    return keeper(client)


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


def test_whoever_administers_asks_that_another_person_reads_each_rule(admin: Any) -> None:
    made(admin)
    assert "Chacun publie les règles" in admin.get("/admin/rules").text
    assert "deux personnes" in send(admin, "/admin/rules/review-required", {"wanted": "1"}).text
    make.staff("administrator")
    db.session.commit()
    send(admin, "/admin/rules/review-required", {"wanted": "1"})
    assert "Une autre personne que l’auteur relit et publie" in admin.get("/admin/rules").text
    assert "Demander une relecture" in admin.get(f"/admin/rules/{the_rule().id}").text
    told = admin.get(f"/admin/organizations/{make.organization().id}").text
    assert "relues par une autre personne" in told
    send(admin, "/admin/rules/review-required", {})
    assert "Chacun publie les règles" in admin.get("/admin/rules").text


def test_a_check_that_was_given_up_says_so_and_can_be_asked_again(admin: Any) -> None:
    send(admin, "/admin/rules/checks", {})
    assert "Vérifier maintenant" not in admin.get("/admin/rules/checks").text
    job = db.session.scalars(db.select(Job).filter_by(kind="check_rules")).one()
    job.state = "quarantined"
    db.session.commit()
    assert "n’a pas pu finir" in admin.get("/admin/rules/checks/now").text
    page = admin.get("/admin/rules/checks").text
    assert "n’a pas pu finir" in page and "Vérifier maintenant" in page


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
    assert "« APL ailleurs »" in answer.text and "Changez la règle, ou l’exemple" in answer.text
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
        "Vous dites : « APL », « aide au logement »",
        "Vous habitez : Saint-Elvin, Valbrune",
        "<svg",
        "CAF",
    ):
        assert words in page, words
    assert "You say:" in client.get("/en/how-we-refer?topic=logement").text
    arabic = client.get("/ar/how-we-refer?topic=logement").text
    assert "\u2068“APL”\u2069، \u2068“aide au logement”\u2069" in arabic, "French words stand apart"
    assert 'direction="rtl"' in arabic and 'direction="ltr"' in page, (
        "the picture begins where one reads first"
    )
    assert "En anglais" not in admin.get(f"/admin/rules/{the_rule().id}").text, "nothing is said of no text"
    assert client.get("/fr/how-we-refer?topic=inconnu").status_code == 404


def test_the_picture_and_the_table_of_a_further_page_count_alike(app: Flask, client: Any) -> None:
    make.topic("logement")
    for n in range(14):
        cast.rule(f"regle-{n}", topics=["logement"], words=[f"mot{n}"], position=n + 1)
    db.session.commit()
    page = client.get("/fr/how-we-refer?topic=logement&page=2").text
    assert '<th scope="row">13</th>' in page and re.search(r'class="by"[^>]*>13<', page)
    assert not re.search(r'class="by"[^>]*>1<', page)
