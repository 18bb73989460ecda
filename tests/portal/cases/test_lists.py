"""Lists of cases: in order, page by page, each case once, and only those that the reader may find."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.cases.lists import saved
from portal.cases.lists.filters import Filters, read_filters
from portal.cases.lists.listing import listing, nearest
from portal.cases.models import Case, Promise, Tag, case_tags
from portal.database import db
from portal.errors import Missing, NotYours, Refused, Stale
from portal.staff.models import Team, team_members
from tests import make
from tests.portal.cases.matters import case_of


def tonight() -> datetime:
    return clock.now() + timedelta(hours=6)


def listed(sought: Filters, by: Any, sort: str = "due", limit: int = 50) -> list[str]:
    """The subjects on all pages of the list."""
    subjects: list[str] = []
    after = ""
    while True:
        page = listing(sought, sort, by=by, until=tonight(), after=after, limit=limit)
        subjects += [case.subject for case in page.cases]
        after = page.after
        if not after:
            return subjects


def test_the_nearest_due_comes_first_whether_by_a_clock_or_a_promise(app: Flask) -> None:
    agent = make.staff()
    case_of("rien")
    case_of("demain", clocks={"resolution": 24})
    case_of("promis ce soir, délai dans trois jours", clocks={"resolution": 72}, promises=[3])
    case_of("en retard", clocks={"first_answer": -2, "resolution": 48})
    assert listed(Filters(), agent) == [
        "en retard",
        "promis ce soir, délai dans trois jours",
        "demain",
        "rien",
    ]


@pytest.mark.parametrize("sort", ["due", "oldest", "newest", "activity"])
def test_pages_show_each_case_once_in_the_order_of_the_whole(app: Flask, sort: str) -> None:
    agent, dice = make.staff(), random.Random(7)
    for n in range(23):
        hours = [dice.choice([-5, -1, 2, 2, 30, 80]) for _ in range(dice.randrange(3))]
        case_of(f"n° {n}", clocks=dict(zip(("first_answer", "resolution"), hours, strict=False)))
        if dice.random() < 0.5:
            case_of(f"promis {n}", promises=[dice.choice([-3, 2, 30]) for _ in range(dice.randrange(1, 3))])
    whole = listed(Filters(), agent, sort)
    assert sorted(whole) == sorted(db.session.scalars(db.select(Case.subject)))
    for limit in (1, 4, 7):
        assert listed(Filters(), agent, sort, limit) == whole
    if sort == "due":
        dues = [nearest(case) for case in listing(Filters(), "due", by=agent, until=tonight()).cases]
        known = [one.due_at for one in dues if one]
        assert known == sorted(known) and dues[len(known) :] == [None] * (len(dues) - len(known))


def test_what_is_paused_kept_or_given_up_is_no_longer_due(app: Flask) -> None:
    agent = make.staff()
    for subject, changed in {"suspendu": "paused", "tenu": "met"}.items():
        case = case_of(subject, clocks={"resolution": -5})
        case.clocks[0].state = changed
    kept, given_up = case_of("tenue", promises=[-5]), case_of("abandonnée", promises=[-5])
    kept.promises[0].kept_at = given_up.promises[0].given_up_at = clock.now()
    db.session.flush()
    assert listed(Filters(due="late"), agent) == []
    assert len(listed(Filters(), agent)) == 4


def test_late_today_and_soon_by_a_clock_or_by_a_promise(app: Flask) -> None:
    agent = make.staff()
    case_of("délai passé", clocks={"resolution": -5})
    case_of("délai ce soir", clocks={"resolution": 3})
    case_of("promis hier", promises=[-20])
    case_of("promis ce soir", promises=[3], clocks={"resolution": -1})
    case_of("dans deux jours", promises=[48])
    assert listed(Filters(due="late"), agent) == ["promis hier", "délai passé", "promis ce soir"]
    assert listed(Filters(due="late", by="promise"), agent) == ["promis hier"]
    assert sorted(listed(Filters(due="today"), agent)) == ["délai ce soir", "promis ce soir"]
    assert listed(Filters(due="today", by="promise"), agent) == ["promis ce soir"]
    assert "dans deux jours" in listed(Filters(due="soon"), agent, "oldest")


def test_filters_narrow_the_list_together(app: Flask) -> None:
    agent, colleague, topic = make.staff(), make.staff(), make.topic("voirie")
    team = Team(organization_id=agent.organization_id, name="Voirie")
    tag = Tag(organization_id=agent.organization_id, name="hiver")
    db.session.add_all([team, tag])
    db.session.flush()
    for one in (agent, colleague):
        db.session.execute(team_members.insert().values(team_id=team.id, staff_id=one.id))
    case_of("à moi", owner_id=agent.id, priority="high")
    case_of("au collègue", owner_id=colleague.id, topic_id=topic.id)
    tagged = case_of("à l’équipe", team_id=team.id, nature="complaint")
    case_of("à personne")
    case_of("terminée", owner_id=agent.id, state="closed")
    db.session.execute(case_tags.insert().values(case_id=tagged.id, tag_id=tag.id))

    def found(**sought: str) -> set[str]:
        return set(listed(read_filters(sought), agent))

    assert found(whose="mine") == {"à moi"}
    assert found(whose="team") == {"à moi", "au collègue", "à l’équipe"}
    assert found(whose="unowned") == {"à l’équipe", "à personne"}
    assert found(state="closed") == {"terminée"} and "terminée" in found(state="any")
    assert found(priority="high") == {"à moi"} and found(nature="complaint") == {"à l’équipe"}
    assert found(topic=str(topic.id)) == {"au collègue"} and found(tag=str(tag.id)) == {"à l’équipe"}
    assert found(owner=str(agent.id), priority="high") == {"à moi"} and found(team=str(team.id)) == {
        "à l’équipe"
    }
    for words in ("COLLEGUE", "collègue", "collegue au", "l’equipe", "L'ÉQUIPE"):
        assert found(words=words) == ({"à l’équipe"} if "quipe" in words.lower() else {"au collègue"})
    assert found(words="terminées", state="any") == {"terminée"}, "another ending of the word"
    assert found(whose="unheard of", topic="x", state="'") == found()


def test_another_organization_and_a_protected_persons_words_are_not_found(app: Flask) -> None:
    ours, named = make.staff(), make.staff(may_open_protected=True)
    protected = make.citizen("Inès", protected=True)
    read_with_it = make.citizen("Inès bis", person_id=protected.id)
    for person in (protected, read_with_it):
        case_of("expulsion", citizen_id=person.id)
    case_of("expulsion", of=make.organization("departement"))
    case_of("expulsion d’un voisin")
    assert listed(Filters(words="expulsion"), ours) == ["expulsion d’un voisin"]
    assert len(listed(Filters(words="expulsion"), named)) == 3
    assert len(listed(Filters(), ours)) == 3
    with pytest.raises(NotYours):
        listing(Filters(), "due", by=make.staff("editor"), until=tonight())


def test_a_view_is_seen_by_those_it_is_shared_with(app: Flask) -> None:
    author, member, stranger = make.staff(), make.staff(), make.staff()
    team = Team(organization_id=author.organization_id, name="Accueil")
    db.session.add(team)
    db.session.flush()
    for one in (author, member):
        db.session.execute(team_members.insert().values(team_id=team.id, staff_id=one.id))
    late = Filters(due="late")
    mine = saved.save_view("À moi seule", late, "due", by=author, form_key="k" * 20)
    assert saved.save_view("À moi seule", late, "due", by=author, form_key="k" * 20) is mine
    saved.save_view("À l’équipe", late, "due", scope="team", team_id=team.id, by=author)
    saved.save_view("À tous", late, "oldest", scope="organization", by=author)

    def names(who: Any) -> list[str]:
        return [one.name for one in saved.views_of(who)]

    assert names(author) == ["À moi seule", "À l’équipe", "À tous"]
    assert names(member) == ["À l’équipe", "À tous"] and names(stranger) == ["À tous"]
    assert names(make.staff(of=make.organization("departement"))) == []
    with pytest.raises(Missing):
        saved.find_view(mine.id, by=member)
    with pytest.raises(Refused):
        saved.save_view("Pas la mienne", late, "due", scope="team", team_id=team.id, by=stranger)


def test_a_view_is_changed_by_its_author_or_a_supervisor_and_never_over_a_colleague(app: Flask) -> None:
    author, other, supervisor = make.staff(), make.staff(), make.staff("supervisor")
    view = saved.save_view("À tous", Filters(due="late"), "due", scope="organization", by=author)
    db.session.flush()
    change: dict[str, Any] = {"sought": Filters(due="today"), "sort": "due", "scope": "organization"}
    with pytest.raises(Refused):
        saved.change_view(view, view.version, name="Autre", by=other, **change)
    saved.change_view(view, view.version, name="Du jour", by=supervisor, **change)
    db.session.flush()
    with pytest.raises(Stale) as stale:
        saved.change_view(view, 1, name="En retard d’abord", by=author, **change)
    assert (stale.value.theirs["name"], stale.value.yours["name"]) == ("Du jour", "En retard d’abord")
    with pytest.raises(Refused):
        saved.delete_view(view, by=other)
    saved.delete_view(view, by=author)
    db.session.flush()
    assert saved.views_of(author) == []


def test_a_promise_of_a_contact_without_a_case_is_in_no_list(app: Flask) -> None:
    agent, contact = make.staff(), make.contact()
    db.session.add(
        Promise(
            organization_id=agent.organization_id, contact_id=contact.id, text="Rappeler", due_at=clock.now()
        )
    )
    db.session.flush()
    assert listed(Filters(due="late"), agent) == []
