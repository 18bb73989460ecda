"""A draft is tried on what people asked; the trial tells who would go elsewhere, and nothing about them."""

from datetime import timedelta

from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import clock, history
from portal.articles.models import Search
from portal.contacts.models import Message
from portal.database import db
from portal.referrals.ruling.editing import revise_draft
from portal.referrals.ruling.trying import recent_situations, try_draft
from portal.referrals.ruling.versions import draft_of
from tests import make
from tests.portal.referrals import cast

PARIS = "Europe/Paris"


def asked(subject: str, body: str = "", **values: object) -> None:
    contact = make.contact("text", subject=subject, **values)
    for direction, text in (("out", "Bonjour"), ("in", body), ("in", "logement, plus tard")):
        message = Message(
            contact_id=contact.id, direction=direction, channel="text", body=text, state="received"
        )
        db.session.add(message)
    db.session.flush()


def searched(words: str, **values: object) -> None:
    db.session.add(Search(words=words, **{"language": "fr", "found": 3, **values}))
    db.session.flush()


def test_who_would_go_elsewhere_is_told_by_topic_commune_and_the_rules_own_words(app: Flask) -> None:
    housing = make.topic("logement")
    cast.rule("loyer", "caf", words=["loyer"])
    rule = cast.drafted("bail", "adil", position=1, words=["bail", "préavis"])
    asked("Mon bail", "le loyer monte", topic_id=housing.id, commune="96017")
    asked("Autre bail", "le loyer", topic_id=housing.id, commune="96017")
    asked("Question", "Le PREAVIS")
    asked("Loyer", "impayé")
    searched("bail commercial", topic="entreprises")
    searched("école")
    draft = draft_of(rule)
    assert draft
    trial = try_draft(draft, recent_situations(make.organization().id, PARIS))
    assert (trial.situations, trial.decided, trial.moved) == (6, 4, 4)
    rows = [
        (m.topics, m.commune, m.matched, m.before and m.before.slug, m.after and m.after.slug, m.times)
        for m in trial.moves
    ]
    assert rows[0] == (("logement",), "96017", ("bail",), "caf", "adil", 2)
    assert sorted(rows[1:]) == [
        ((), "", ("préavis",), None, "adil", 1),
        (("entreprises",), "", ("bail",), None, "adil", 1),
    ]


def test_a_draft_that_no_longer_fits_sends_people_back(app: Flask) -> None:
    rule = cast.rule("bail", "adil", words=["bail"])
    revise_draft(rule, cast.wording("adil", words=["préavis"]), version=None, by=history.SYSTEM)
    searched("mon bail")
    draft = draft_of(rule)
    assert draft
    (move,) = try_draft(draft, recent_situations(make.organization().id, PARIS)).moves
    assert (move.before and move.before.slug, move.after, move.matched) == ("adil", None, ("bail",))


def test_only_the_last_contacts_of_the_organization_and_searches_of_the_host_are_tried(app: Flask) -> None:
    other = make.organization("departement")
    for n in range(4):
        asked(f"contact {n}", started_at=clock.now() - timedelta(hours=n))
        searched(f"recherche {n}", at=clock.now() - timedelta(hours=n, minutes=30))
    asked("ailleurs", of=other)
    asked("sortant", direction="out")
    ours = recent_situations(make.organization().id, PARIS, most=5)
    assert [s.words.split(" plus")[0].strip() for s in ours] == [
        "contact 0",
        "recherche 0",
        "contact 1",
        "recherche 1",
        "contact 2",
    ]
    assert [s.words.strip() for s in recent_situations(other.id, PARIS)] == ["ailleurs"]


def test_a_past_contact_is_tried_at_the_hours_it_came(app: Flask) -> None:
    make.line(schedule={"mon": [["08:00", "12:00"]]})
    monday = clock.now().replace(year=2026, month=11, day=16, hour=8, minute=0)
    asked("le matin", started_at=monday)
    asked("le soir", started_at=monday + timedelta(hours=10))
    assert [s.open for s in recent_situations(make.organization().id, PARIS)] == [False, True]


@settings(max_examples=25, deadline=None)
@given(
    name=st.from_regex(r"[A-Z][a-z]{4,9}-[A-Z][a-z]{4,9}", fullmatch=True),
    number=st.from_regex(r"06399[0-9]{5}", fullmatch=True),
)
def test_a_trial_holds_nothing_that_a_person_said(app: Flask, name: str, number: str) -> None:
    db.session.rollback()
    rule = cast.drafted("bail", "adil", words=["bail"])
    asked(f"Bail de {name}", f"Je suis {name}, rappelez-moi au {number} pour mon bail")
    draft = draft_of(rule)
    assert draft
    trial = try_draft(draft, recent_situations(make.organization().id, PARIS))
    assert trial.moved == 1
    for secret in (name, number, "rappelez"):
        assert secret not in repr(trial)
