"""Days are those of each organization: at Saint-Denis it is already tomorrow, at Basse-Terre it is still today."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask
from time_machine import travel

from portal import history, jobs
from portal.database import db
from portal.directory.models import Organization
from portal.reports import counting, exporting, following
from portal.reports.days import Zones
from portal.reports.models import DayToCount, Export, Following, Tally
from portal.work.loop import work_once
from tests import make

LATE = "2026-03-02T21:30Z"  # the 3rd at Saint-Denis, still the 2nd in Paris and at Basse-Terre
NIGHT = "2026-03-03T02:30Z"  # the 3rd in Paris, still the 2nd at Basse-Terre
PLACES = {"mairie": "", "saint-denis": "974", "basse-terre": "971"}


def towns() -> dict[str, Organization]:
    found = {slug: make.organization(slug) for slug in PLACES}
    for slug, department in PLACES.items():
        if department:
            make.service(f"accueil-{slug}", of=found[slug], department=department)
    return found


def days_counted() -> dict[tuple[int, date], int]:
    rows = db.session.execute(db.select(Tally.organization_id, Tally.day, Tally.contacts))
    return {(of, day): count for of, day, count in rows}


def test_each_contact_counts_on_the_day_it_was_where_its_organization_is(app: Flask) -> None:
    found = towns()
    with travel(LATE, tick=False):
        for of in found.values():
            make.contact("counter", of=of)
    with travel(NIGHT, tick=False):
        for of in found.values():
            make.contact("counter", of=of)
        following.mark_all()
        zones = Zones()
        for of_id, day in following.due(all_marked=True):
            counting.count_day(of_id, day, zones[of_id])
    second, third = date(2026, 3, 2), date(2026, 3, 3)
    assert days_counted() == {
        (found["mairie"].id, second): 1,
        (found["mairie"].id, third): 1,
        (found["saint-denis"].id, third): 2,
        (found["basse-terre"].id, second): 2,
    }


def test_the_worker_follows_each_by_its_own_days(app: Flask) -> None:
    found = towns()
    with travel(LATE, tick=False):
        following.follow()
        for of in found.values():
            history.record("contact.noted", make.contact("counter", of=of), by=history.SYSTEM)
        db.session.flush()
        following.follow()
        marked = {(one.organization_id, one.day) for one in db.session.scalars(db.select(DayToCount))}
    assert marked == {
        (found["mairie"].id, date(2026, 3, 2)),
        (found["saint-denis"].id, date(2026, 3, 3)),
        (found["basse-terre"].id, date(2026, 3, 2)),
    }


def test_who_did_not_come_back_is_counted_once_the_week_is_over_there(app: Flask) -> None:
    found = towns()["basse-terre"]
    db.session.add(
        Tally(
            organization_id=found.id,
            day=date(2026, 3, 2),
            queue_id=0,
            channel="phone",
            topic_id=0,
            commune="",
        )
    )
    db.session.add(Following(sure_id=0, seen_id=0, ripe_on=date(2026, 3, 9)))
    # in Paris the 10th has begun: the eighth day since is not over there
    with travel("2026-03-09T23:30Z", tick=False):
        following.follow()
        assert following.due() == []
        (row,) = db.session.scalars(db.select(DayToCount)).all()
        assert (row.day, row.due_at.isoformat()) == (date(2026, 3, 2), "2026-03-10T04:00:00+00:00")


def test_a_file_tells_the_hours_of_the_place(app: Flask) -> None:
    found = towns()["saint-denis"]
    boss = make.staff("supervisor", of=found)
    asked = {"first": "2026-03-03", "last": "2026-03-03", "channel": "", "topic_id": None, "queue_id": None}
    row = make._add(
        Export(
            organization_id=found.id,
            staff_id=boss.id,
            kind="figures",
            format="csv",
            asked=asked,
            purpose="",
            form_key="k" * 20,
        )
    )
    assert exporting.asked_for(row).timezone == "Indian/Reunion"


def test_days_counted_by_other_clocks_are_counted_again_by_the_worker(app: Flask, work: Any) -> None:
    found = towns()
    for of in found.values():
        make.staff(of=of)
    with travel(LATE, tick=False):
        for of in found.values():
            make.contact("counter", of=of)
    with travel(NIGHT, tick=False):
        for of in found.values():  # as a version did that knew no clocks but ours
            counting.count_day(of.id, date(2026, 3, 2), "Europe/Paris")
        db.session.add(Following(sure_id=0, seen_id=0, ripe_on=date(2026, 3, 3)))
        for kind in ("count_again", "count_days"):
            jobs.enqueue(kind, {})
            db.session.commit()
            work_once(app, "test")
    second, third = date(2026, 3, 2), date(2026, 3, 3)
    assert days_counted() == {
        (found["mairie"].id, second): 1,
        (found["saint-denis"].id, third): 1,
        (found["basse-terre"].id, second): 1,
    }


def test_an_organization_that_says_where_it_is_is_counted_again_once(app: Flask) -> None:
    town = make.organization()
    make.staff(of=town)
    with travel(LATE, tick=False):
        make.contact("counter", of=town)
        following.follow()
        for place, marked in ((None, set()), ("974", {date(2026, 3, 3)}), (None, set())):
            db.session.execute(db.delete(DayToCount))
            if place:
                make.service("accueil", of=town, department=place)
            db.session.flush()
            following.count_again()
            assert {day for _of, day in following.due(all_marked=True)} == marked
