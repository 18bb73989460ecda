"""The supervisor's room in a real browser: looked at on two screens, read by axe, and refreshed in place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal import clock
from portal.database import db
from portal.reports import counting, days
from tests import make
from tests.browser.conftest import Opens
from tests.browser.haste import in_haste, wait_for
from tests.browser.visiting import Visit
from tests.portal.reports.lives import live
from tests.portal.reports.test_forecasting import counted
from tests.portal.reports.test_room import stand

PARIS = "Europe/Paris"
PAGES = {
    "reports": "/console/reports",
    "exports": "/console/reports/exports",
    "definitions": "/console/reports/definitions",
    "room": "/console/room",
    "room-screen": "/console/room?screen=1",
    "forecast": "/console/room/forecast?agents=3",
}


def a_room() -> Any:
    """A supervisor, two queues, weeks of calls, and people who wait."""
    queue, other = make.queue("etat-civil", name="État civil"), make.queue("sociale", name="Aide sociale")
    make.serving(queue)
    make.serving(queue, other, state="busy")
    live(3)
    for week in range(1, 6):
        counted(queue, days.today(PARIS) - timedelta(weeks=week), 3 + week % 3)
    for waited in (20, 200, 400):
        stand(queue, waited=waited)
    stand(other, waited=900, answered=12)
    stand(other, waited=800, left="hung_up")
    make.contact("web", queue_id=other.id, state="waiting", started_at=clock.now() - timedelta(hours=30))
    boss = make.staff("supervisor")
    for n in set(range(40)) - set(range(7, 40, 7)):  # the others' calls are given above, and would be lost
        counting.count_day(boss.organization_id, days.today(PARIS) - timedelta(days=n), PARIS)
    db.session.commit()
    return boss


def test_the_room_is_read_by_axe_on_both_screens(app: Any, chromium: Any, served: str) -> None:
    boss = a_room()
    visit = Visit(chromium, served)
    visit.enter(app, boss)
    for name, path in PAGES.items():
        visit.page.goto(path)
        visit.look_on_any_screen(name)
    visit.end()


def test_the_large_screen_follows_the_room_by_itself(app: Any, opens: Opens) -> None:
    boss = a_room()
    page = in_haste(opens, boss)
    page.goto("/console/room?screen=1")
    line = page.locator(".figure").first
    assert line.inner_text().startswith("3")
    stand(make.queue("papiers"), waited=5)
    db.session.commit()
    wait_for(page, lambda: "4" in line.inner_text())
