"""Reports: each figure from the tallies, small communes told together, visits that found alone, and the page."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import clock
from portal.articles.models import Opinion, Search
from portal.cases.models import Clock
from portal.cases.opening import open_case, promise
from portal.database import db
from portal.directory.models import Commune, Department
from portal.directory.names import name_key
from portal.reports import communes, days, figures, visits
from portal.reports.figures import Asked
from portal.reports.models import Tally
from portal.reports.scope import Scope
from portal.views.console.room.words import FIGURES
from tests import make
from tests.portal.reports.lives import live
from tests.portal.reports.test_counting import CONTACTS, count_all, reference
from tests.signing import send, signed_in

PARIS = "Europe/Paris"


def asked(of: Any, length: int = 40, **narrowed: Any) -> Asked:
    today = days.today(PARIS)
    return Asked(Scope(of.id), today - timedelta(days=length), today, PARIS, **narrowed)


@pytest.mark.parametrize("seed", range(4))
def test_a_report_says_what_a_slow_reference_counts(app: Any, seed: int) -> None:
    lived, town = live(seed), make.organization()
    count_all()
    whole = figures.totals(asked(town))
    assert whole.numbers == reference(lived)
    for column, of in ((Tally.channel, "channel"), (Tally.topic_id, "topic_id")):
        for key, sums in figures.by(asked(town), column).items():
            alike = [one for one in lived if (getattr(one, of) or 0) == key]
            assert sums["contacts"] == len(alike)
    by_phone = figures.totals(asked(town, channel="phone"))
    assert by_phone["contacts"] == sum(one.channel == "phone" for one in lived)
    parts = Counter[str]()
    for sums in figures.by(asked(town), Tally.commune).values():
        parts.update(sums.numbers)
    assert {name: parts[name] for name in CONTACTS} == {name: whole[name] for name in CONTACTS}
    assert sum(figures.by_day(asked(town)).values()) == whole["contacts"]
    columns = (Tally.channel, Tally.topic_id, Tally.queue_id)
    assert figures.by_each(asked(town), *columns) == [figures.by(asked(town), one) for one in columns]


def test_another_organization_is_in_no_figure(app: Any) -> None:
    live(1)
    count_all()
    assert figures.totals(asked(make.organization("departement")))["contacts"] == 0


def test_requests_are_handled_in_the_announced_time_or_not(app: Any) -> None:
    now, agent = clock.now(), make.staff()
    ends = [  # state, due, met: in time, late, forgotten, not yet due, waiting for the person, stopped
        ("met", -2, -3),
        ("met", -3, -2),
        ("running", -1, None),
        ("running", 5, None),
        ("paused", -1, None),
        ("stopped", -1, None),
    ]
    for state, due, met in ends:
        case = open_case(make.contact("web"), by=agent.actor)
        db.session.flush()
        db.session.execute(db.delete(Clock).filter_by(case_id=case.id))
        values = {
            "organization_id": case.organization_id,
            "case_id": case.id,
            "kind": "resolution",
            "state": state,
        }
        met_at = now + timedelta(days=met) if met else None
        db.session.add(Clock(due_at=now + timedelta(days=due), met_at=met_at, **values))
    db.session.flush()
    found = figures.in_announced_time(asked(make.organization()))
    assert (found["in_time"], found["announced"]) == (1, 3)


def test_promises_are_kept_in_time_or_not(app: Any, time_machine: Any) -> None:
    time_machine.move_to(clock.now() - timedelta(days=10), tick=False)
    contact, agent = make.contact("web"), make.staff()
    due = clock.now() + timedelta(days=2)
    made = [promise(contact, "Rappeler", due, by=agent.actor) for _ in range(4)]
    made[0].kept_at, made[1].kept_at = due - timedelta(hours=1), due + timedelta(hours=1)
    made[3].given_up_at = due
    time_machine.shift(timedelta(days=10))
    db.session.flush()
    found = figures.promises(asked(make.organization()))
    assert (found["kept"], found["promised"]) == (1, 3)


@given(st.lists(st.integers(0, 30), max_size=12))
def test_no_commune_of_few_persons_is_told_nor_found_by_subtraction(counts: list[int]) -> None:
    persons = {str(n): count for n, count in enumerate(counts)}
    hidden = communes.to_hide(persons)
    assert {code for code, count in persons.items() if count < communes.FEWEST} <= hidden
    few = [code for code, count in persons.items() if count < communes.FEWEST]
    if few and hidden != set(persons):
        assert len(hidden) >= 2 and sum(persons[code] for code in hidden) >= communes.FEWEST
    if not few:
        assert hidden == set()


def test_persons_of_a_commune_are_counted_once_however_often_they_come(app: Any) -> None:
    for n in range(6):
        person = make.citizen(f"Personne {n}", commune="35238")
        make.contact("counter", citizen_id=person.id)
        make.contact("phone", citizen_id=person.id)
    alone = make.citizen("Seule", commune="29019")
    for _ in range(9):
        make.contact("counter", citizen_id=alone.id)
    count_all()
    whole = asked(make.organization())
    counted = figures.by(whole, Tally.commune)
    assert communes.persons_by(whole, communes.LIVES_IN, counted) == {"35238": 6, "29019": 1}
    found = communes.by_commune(whole)
    assert [(one.commune, one.others, one.sums["contacts"]) for one in found] == [("", 2, 21)]


def test_persons_are_counted_alike_where_a_query_names_communes_and_where_there_are_too_many(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(12):
        make.contact("counter", citizen_id=make.citizen(f"Personne {n}", commune=f"3523{n % 2}").id)
    alone = make.citizen("Seule", commune="29019")
    for _ in range(9):
        make.contact("counter", citizen_id=alone.id)
    count_all()
    whole = asked(make.organization())
    named = communes.by_commune(whole)
    monkeypatch.setattr(communes, "NAMED", 1)
    assert communes.by_commune(whole) == named


def peopled(topic: int, other: int) -> None:
    """Six persons of one commune, of whom one came for something else; six of another; one of a third."""
    for n in range(6):
        person = make.citizen(f"Personne {n}", commune="35238")
        make.contact("phone", citizen_id=person.id, topic_id=topic if n else other)
        make.contact("web", citizen_id=make.citizen(f"Autre {n}", commune="22113").id)
    make.contact("phone", citizen_id=make.citizen("Seule", commune="29019").id, topic_id=topic)


def test_a_commune_narrows_a_report_and_tells_nothing_of_a_few(app: Any) -> None:
    town, topic, other = make.organization(), make.topic("cantine").id, make.topic("bruit").id
    peopled(topic, other)
    count_all()
    whole = asked(town, commune="35238")
    assert figures.totals(whole)["contacts"] == 6 and not whole.about_calls
    by_channel, by_topic = communes.told_apart(whole, Tally.channel, Tally.topic_id)
    assert dict(by_channel).keys() == {"phone"}
    assert {key: sums["contacts"] for key, sums in by_topic} == {None: 6}, (
        "one came for another: neither is told apart"
    )
    (by_topic,) = communes.told_apart(asked(town), Tally.topic_id)
    assert {key for key, _ in by_topic} == {topic, other, 0}


def test_the_page_offers_the_communes_that_may_be_told(app: Any, client: Any) -> None:
    peopled(make.topic("cantine").id, make.topic("bruit").id)
    for n in range(5):
        make.contact("phone", citizen_id=make.citizen(f"Voisin {n}", commune="29019").id)
    make.contact("phone", citizen_id=make.citizen("Loin", commune="75056").id)
    count_all()
    signed_in(client, make.staff("supervisor"))
    page = client.get("/console/reports").text
    assert 'value="35238"' in page and 'value="75056"' not in page
    narrowed = client.get("/console/reports?commune=35238")
    assert narrowed.status_code == 200 and "moins de cinq personnes chacun" in narrowed.text
    assert "Promesses tenues" not in narrowed.text
    assert client.get("/console/reports?commune=75056").status_code == 422


def test_two_communes_of_one_name_are_told_by_their_departments(app: Any, client: Any) -> None:
    for code, name in (("35238", "Saint-Aubin"), ("22113", "Saint-Aubin"), ("29019", "Brest")):
        db.session.add(Commune(code=code, name=name, name_key=name_key(name), department=code[:2]))
    db.session.add(Department(code="35", name="Ille-et-Vilaine"))
    peopled(make.topic("cantine").id, make.topic("bruit").id)
    for n in range(5):
        make.contact("phone", citizen_id=make.citizen(f"Voisin {n}", commune="29019").id)
    count_all()
    signed_in(client, make.staff("supervisor"))
    page = client.get("/console/reports").text
    assert "Saint-Aubin (Ille-et-Vilaine)" in page and "Saint-Aubin (22)" in page
    assert ">Brest<" in page


def test_a_visit_that_helped_and_sent_no_request_found_alone(app: Any) -> None:
    first, second = make.article(), make.article("Autre sujet")
    lives = [
        ("a", first, True, False),
        ("a", second, False, False),
        ("b", first, True, True),
        ("c", first, False, False),
    ]
    for visit, article, helped, requested in lives:
        db.session.add(Opinion(article_id=article.id, visit=visit, helped=helped, asked=requested))
    db.session.flush()
    found = visits.opinions(asked(make.organization()))
    assert (found["deflected"], found["told"]) == (1, 3)


def request_form(**values: str) -> dict[str, str]:
    filled = {
        "subject": "Carte",
        "body": "Comment faire ?",
        "name": "A",
        "reach": "a@example.org",
        "preferred": "message",
    }
    return {"form_key": "k" * 20, "remarks": "", **filled, **values}


@pytest.mark.parametrize("request_first", [True, False])
def test_an_opinion_is_marked_when_the_same_visit_sends_a_request(
    app: Any, client: Any, request_first: bool
) -> None:
    make.organization(), make.line()
    article = make.article()
    helped = lambda: send(client, f"/fr/articles/{article.slug}/opinion", {"helped": "yes"})  # noqa: E731  (two acts, named)
    asks = lambda: send(client, "/fr/requests/new", request_form())  # noqa: E731  (two acts, named)
    for act in (asks, helped) if request_first else (helped, asks):
        assert act().status_code == 303
    assert db.session.scalars(db.select(Opinion.asked)).all() == [True]
    another = app.test_client()
    send(another, f"/fr/articles/{article.slug}/opinion", {"helped": "yes"})
    assert sorted(db.session.scalars(db.select(Opinion.asked))) == [False, True]


def test_what_was_searched_once_is_not_told(app: Any) -> None:
    for words in ("piscine", "Piscine", "un nom tapé une fois"):
        db.session.add(Search(words=words, language="fr", found=0))
    db.session.flush()
    found = visits.in_vain(asked(make.organization()))
    assert [(one.words, one.times) for one in found] == [("piscine", 2)]


def test_the_page_shows_each_figure_with_its_formula_and_definition(app: Any, client: Any) -> None:
    live(2)
    count_all()
    signed_in(client, make.staff("supervisor"))
    page = client.get("/console/reports")
    defined = client.get("/console/reports/definitions").text
    anchors = set(re.findall(r'id="([^"]+)"', defined))
    for key, one in FIGURES.items():
        assert one.anchor in anchors, one.name
        if key not in ("deflected", "in_vain"):
            assert one.name in page.text
    assert client.get("/console/reports?from=2026-13-01").status_code == 422
    assert client.get("/console/reports?from=2026-02-01&to=2026-01-01").status_code == 422
    assert client.get("/console/reports?channel=phone").status_code == 200
    assert "Aucun contact" in client.get("/console/reports?from=2001-01-01&to=2001-01-31").text


def test_a_long_table_shows_its_first_lines_and_all_of_them_when_asked(app: Any, client: Any) -> None:
    for n in range(14):
        topic = make.topic(f"sujet-{n:02}")
        for _ in range(20 - n):
            make.contact("web", topic_id=topic.id, started_at=clock.now() - timedelta(hours=1))
    count_all()
    signed_in(client, make.staff("supervisor"))
    page, whole = (client.get(f"/console/reports{asked}").text for asked in ("", "?whole=1"))
    rows = [len(re.findall(r'<th scope="row">sujet \d\d', one, re.IGNORECASE)) for one in (page, whole)]
    assert rows == [8, 14] and "Les 14 lignes" in page and "Les 14 lignes" not in whole


@pytest.mark.parametrize(("length", "said"), [(20, "par jour"), (90, "par semaine"), (400, "par mois")])
def test_a_long_period_is_drawn_by_the_week_then_by_the_month(
    app: Any, client: Any, length: int, said: str
) -> None:
    make.contact("web", started_at=clock.now() - timedelta(hours=1))
    count_all()
    signed_in(client, make.staff("supervisor"))
    first = days.today(PARIS) - timedelta(days=length)
    assert f"Contacts {said}" in client.get(f"/console/reports?from={first}").text
