"""Whose matter a situation is: the rules in their order, then what the articles found say."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from portal.database import db
from portal.directory.editing import add_commune
from portal.directory.finding.kinds import save_kind
from portal.directory.models import Commune, Department, ServiceArea
from portal.history import SYSTEM
from portal.referrals.deciding.rules import explain
from portal.referrals.deciding.situations import Situation
from portal.referrals.deciding.suggesting import suggest
from portal.referrals.ruling.editing import draft_rule, publish
from tests import make
from tests.portal.referrals import cast

WORDS = "demande d’allocation"


def places() -> None:
    make.topic("logement")
    add_commune("96017", "Saint-Elvin", ["96110"])
    db.session.add(Department(code="96", name="Aune"))
    make.article(slug="rsa"), make.article(slug="apl")


@pytest.mark.parametrize(
    ("condition", "inside", "outside"),
    [
        ({"words": ["allocation logement", "APL"]}, {"words": "mes apl"}, {"words": "une allocation"}),
        ({"words": ["allocation"], "without": ["cantine"]}, {}, {"words": "allocation cantine"}),
        ({"topics": ["logement"]}, {"topics": ("logement", "eau")}, {"topics": ("eau",)}),
        ({"communes": ["96017"]}, {"commune": "96017"}, {"commune": ""}),
        ({"channels": ["phone", "text"]}, {"channel": "phone"}, {"channel": "web"}),
        ({"languages": ["ar"]}, {"language": "ar"}, {"language": "fr"}),
        ({"opening": "closed"}, {"open": False}, {"open": True}),
        ({"departments": ["96"]}, {"commune": "96017"}, {"commune": "2A004"}),
        ({"ages": ["under_18"]}, {"age": "under_18"}, {"age": ""}),
        ({"flags": ["deaf", "alone"]}, {"flags": frozenset({"alone"})}, {"flags": frozenset({"carer"})}),
        ({"urgencies": ["today"]}, {"urgency": "today"}, {"urgency": "soon"}),
        ({"articles": ["rsa"]}, {"read": ("apl", "rsa")}, {"read": ("apl",)}),
        ({"opening": "open"}, {"open": True}, {"open": None}),
    ],
)
def test_each_condition_lets_in_what_it_names_and_nothing_else(
    app: Flask, condition: dict[str, Any], inside: dict[str, Any], outside: dict[str, Any]
) -> None:
    places()
    made = cast.rule(**condition)
    fits = Situation(**{"words": WORDS, **inside})
    differs = Situation(**{"words": WORDS, **outside})
    assert [s.service.slug for s in suggest(fits) if s.service] == ["caf"]
    assert suggest(differs) == []
    (version,) = made.versions
    assert all(finding.fits for finding in explain(version, fits))
    assert [f.condition for f in explain(version, differs) if not f.fits] == [list(condition)[-1]]


def test_all_conditions_of_a_rule_must_hold(app: Flask) -> None:
    places()
    cast.rule(words=["allocation"], communes=["96017"], topics=["logement"])
    assert suggest(Situation(words=WORDS, commune="96017", topics=("logement",)))
    assert not suggest(Situation(words=WORDS, commune="96017"))


def test_rules_speak_in_their_order_and_each_service_once(app: Flask) -> None:
    cast.rule("tard", "cpam", position=30)
    cast.rule("tôt", "caf", position=10)
    cast.rule("encore", "caf", position=20, words=["demande"])
    found = suggest(Situation(words=WORDS))
    assert [(s.rule, s.name, s.origin) for s in found] == [("tot", "CAF", "rule"), ("tard", "CPAM", "rule")]
    assert found[0].matched == ("allocation",)
    assert [s.rule for s in suggest(Situation(words=WORDS), limit=1)] == ["tot"]


def test_the_reason_is_in_the_language_asked_else_in_french(app: Flask) -> None:
    cast.rule(words=["CAF"])
    assert suggest(Situation(words="caf", language="ar"))[0].reason == "يتولى caf ذلك."
    assert suggest(Situation(words="caf", language="de"))[0].reason == "C’est l’affaire de caf."


def test_a_service_no_longer_active_is_passed_over(app: Flask) -> None:
    cast.rule("un", "caf", position=1)
    cast.rule("deux", "cpam", position=2)
    cast.service("caf").active = False
    assert [s.rule for s in suggest(Situation(words=WORDS))] == ["deux"]


def test_an_organization_follows_its_own_rules(app: Flask) -> None:
    other = make.organization("departement")
    rule = draft_rule("autre", cast.wording("cpam"), organization_id=other.id, by=SYSTEM)
    publish(rule, version=None, by=SYSTEM)
    cast.rule()
    assert [s.rule for s in suggest(Situation(words=WORDS))] == ["regle"]
    assert [s.rule for s in suggest(Situation(words=WORDS), organization_id=other.id)] == ["autre"]


def test_where_no_rule_speaks_the_articles_vote_by_rank(app: Flask) -> None:
    cast.service("caf")
    cast.service("mairie-accueil", kind="mairie", of=make.organization())
    first = make.article("Logement", contacts=[{"kind": "mairie"}, {"service": "caf"}])
    second = make.article("Aides", contacts=[{"service": "caf"}, {"service": "caf"}, {"service": "inconnu"}])
    found = suggest(Situation(words="toit", article_ids=(first.id, second.id)))
    assert [(s.service and s.service.slug, s.kind, round(s.strength, 2)) for s in found] == [
        ("caf", "caf", 0.59),
        (None, "mairie", 0.41),
    ]
    assert found[1].resolution and found[1].resolution.offices[0].service.slug == "mairie-accueil"
    assert {s.origin for s in found} == {"article"}
    assert found[0].reason == "C’est à ce service que renvoie notre fiche « Logement »."
    cast.rule(words=["toit"], to="adil")
    assert [s.origin for s in suggest(Situation(words="toit", article_ids=(first.id,)))] == ["rule"]


def test_an_agent_reads_why_in_french_whatever_was_asked_in(app: Flask) -> None:
    cast.service("caf")
    asked = Situation(
        words="rent",
        language="en",
        article_ids=(make.article("Logement", contacts=[{"service": "caf"}]).id,),
    )
    assert suggest(asked)[0].reason.startswith("This is the service")
    told = suggest(asked, reader="fr")[0]
    assert told.reason == "C’est à ce service que renvoie notre fiche « Logement »."


def test_a_kind_is_the_office_of_the_commune_once_it_is_known(app: Flask) -> None:
    places()
    save_kind("mairie", by=SYSTEM, names={"fr": "Mairie"}, level="commune")
    cast.service("mairie-ailleurs", kind="mairie", commune="96018")
    cast.service("mairie-elvin", kind="mairie", commune="96017")
    ids = (make.article(contacts=[{"kind": "mairie", "title": "Mairie", "url": ""}]).id,)
    (unknown,) = suggest(Situation(article_ids=ids))
    assert (unknown.name, unknown.service, unknown.asks_commune) == ("Mairie", None, True)
    (known,) = suggest(Situation(article_ids=ids, commune="96017"))
    assert known.service and known.service.slug == "mairie-elvin" and not known.asks_commune


def test_a_rule_may_send_to_a_kind(app: Flask) -> None:
    places()
    save_kind("mairie", by=SYSTEM, names={"fr": "Mairie", "en": "Town hall"}, level="commune")
    cast.service("mairie-elvin", kind="mairie", commune="96017")
    version = cast.rule().versions[0]
    version.service_id, version.kind = None, "mairie"
    db.session.flush()
    (found,) = suggest(Situation(words=WORDS, commune="96017"))
    assert found.service and (found.origin, found.service.slug) == ("rule", "mairie-elvin")
    (elsewhere,) = suggest(Situation(words=WORDS, commune="96018", language="en"))
    assert (elsewhere.name, elsewhere.service) == ("Town hall", None)


def test_a_kind_without_a_service_is_shown_with_its_title_and_address(app: Flask) -> None:
    contact = {"kind": "prefecture", "title": "Préfecture", "url": "https://lannuaire.example/prefecture"}
    (found,) = suggest(Situation(article_ids=(make.article(contacts=[contact]).id,)))
    assert (found.service, found.name, found.kind, found.url) == (
        None,
        *[contact[k] for k in ("title", "kind", "url")],
    )


def test_what_has_neither_a_service_nor_a_kind_comes_after_what_has(app: Flask) -> None:
    contacts = [
        {"title": "Un numéro national"},
        {"kind": "prefecture", "title": "Préfecture"},
        {"kind": "caf"},
    ]
    found = suggest(Situation(article_ids=(make.article(contacts=contacts).id,)))
    assert [(s.kind, s.name, s.url) for s in found] == [
        ("prefecture", "Préfecture", ""),
        ("caf", "Caisse d’allocations familiales (Caf)", ""),
        ("", "Un numéro national", ""),
    ]


def test_an_article_that_is_not_published_has_no_vote(app: Flask) -> None:
    cast.service("caf")
    draft = make.article(state="draft", contacts=[{"service": "caf"}])
    assert suggest(Situation(article_ids=(draft.id, 999_999))) == []


def test_the_strongest_rule_speaks_first_then_the_first_in_order(app: Flask) -> None:
    for name, to, strength, position in (
        ("peut", "adil", 1, 1),
        ("doit", "caf", 3, 9),
        ("devrait", "cpam", 2, 5),
    ):
        cast.rule(name, to, position).versions[0].strength = strength
    assert [s.rule for s in suggest(Situation(words=WORDS))] == ["doit", "devrait", "peut"]


def test_a_rule_speaks_between_its_days_only(app: Flask) -> None:
    version = cast.rule().versions[0]
    version.starts_on, version.ends_on = date(2026, 11, 2), date(2026, 11, 20)
    days = {day: bool(suggest(Situation(words=WORDS, at=date(2026, 11, day)))) for day in (1, 2, 20, 21)}
    assert days == {1: False, 2: True, 20: True, 21: False}


def test_a_service_that_is_not_for_the_commune_gives_way_to_the_next_and_it_is_said(app: Flask) -> None:
    cast.rule("un", "caf", position=1)
    cast.rule("deux", "cpam", position=2)
    for level, code in (("commune", "96018"), ("department", "95")):
        db.session.add(ServiceArea(service_id=cast.service("caf").id, level=level, code=code))
    db.session.flush()
    (here,) = suggest(Situation(words=WORDS, commune="96017"))
    assert (here.rule, here.passed_over) == ("deux", ("CAF",))
    for served in ("96018", "95001", ""):  # by its commune, by its department, and while nobody knows where
        assert [s.rule for s in suggest(Situation(words=WORDS, commune=served))] == ["un", "deux"]


def test_a_part_of_a_commune_is_served_as_the_whole_is(app: Flask) -> None:
    add_commune("96055", "Grandville", [])
    add_commune("96101", "Grandville 1er", [])
    db.session.get(Commune, "96101").parent = "96055"
    cast.rule("un", "caf")
    db.session.add(ServiceArea(service_id=cast.service("caf").id, level="commune", code="96055"))
    db.session.flush()
    assert suggest(Situation(words=WORDS, commune="96101"))
    assert not suggest(Situation(words=WORDS, commune="96017"))


def test_what_an_article_links_to_has_a_softer_voice(app: Flask) -> None:
    linked = make.article("Aides", source_ref="F2", contacts=[{"kind": "caf", "title": "Caf"}])
    found = make.article("Logement", links=["F2", "F404"], contacts=[{"kind": "adil", "title": "Adil"}])
    said = suggest(Situation(words="toit", article_ids=(found.id,)))
    assert [(s.kind, round(s.strength, 2)) for s in said] == [("adil", 0.67), ("caf", 0.33)]
    assert said[1].reason == "C’est à ce service que renvoie notre fiche « Aides »."
    linked.state = "draft"
    assert [s.kind for s in suggest(Situation(words="toit", article_ids=(found.id,)))] == ["adil"]


def test_the_better_an_article_was_found_the_more_it_counts(app: Flask) -> None:
    ids = tuple(make.article(contacts=[{"kind": kind, "title": kind}]).id for kind in ("un", "deux", "trois"))
    found = suggest(Situation(words="toit", article_ids=ids, scores=(9.0, 9.0, 1.0)))
    assert [(s.kind, round(s.strength, 2)) for s in found] == [("un", 0.56), ("deux", 0.4), ("trois", 0.04)]


def test_who_is_named_in_the_question_is_heard_better(app: Flask) -> None:
    contacts = [{"kind": "mairie", "title": "Mairie"}, {"kind": "notaire", "title": "Notaire"}]
    ids = (make.article(contacts=contacts).id,)
    assert suggest(Situation(words="acheter", article_ids=ids))[0].kind == "mairie"
    assert suggest(Situation(words="quel notaire ?", article_ids=ids))[0].kind == "notaire"


def test_what_a_person_said_is_not_in_the_trace_of_a_situation() -> None:
    assert "Martin" not in repr(Situation(words="Jeanne Martin"))
