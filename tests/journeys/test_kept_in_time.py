"""A matter by e-mail and its clocks: receipt, missing piece, pause, warning, escalation, answer, not solved, closed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from time_machine import travel

from portal import history, jobs
from portal.cases.due import clocks
from portal.cases.models import Case, Clock
from portal.contacts.models import Contact
from portal.database import db
from portal.directory.hours.calendars import Calendar
from portal.history import Event
from portal.staff.models import Staff
from tests.journeys.conftest import Town
from tests.journeys.test_by_letter import Bring, bring  # noqa: F401  (a fixture)
from tests.portal.test_letters_received import letter
from tests.portal.test_mail_servers import Postman, postman  # noqa: F401  (a fixture)
from tests.signing import send

ADDRESS = "accueil@valbrune.example"


class Matter:
    """The one matter of the journey, and those who see to it."""

    def __init__(self, town: Town, work: Callable[[], int]) -> None:
        self.town, self.work = town, work
        self.agent, self.above = town.staff(first_name="Lina", last_name="Morel"), town.staff("supervisor")

    @property
    def case(self) -> Case:
        db.session.expire_all()
        return db.session.scalars(db.select(Case)).one()

    @property
    def contact(self) -> Contact:
        return db.session.scalars(db.select(Contact)).one()

    def clock(self, kind: str) -> Clock:
        return clocks.clocks_of(self.case)[kind]

    def due(self, kind: str) -> date:
        return Calendar().day(self.clock(kind).due_at)

    def does(self, person: Staff, path: str, **form: str) -> None:
        answer = send(self.town.browser(person), path, form)
        assert answer.status_code == 302, answer.text

    def look(self) -> list[str]:
        """What the worker's round tells of."""
        before = {one.id for one in db.session.scalars(db.select(Event))}
        jobs.enqueue("watch_clocks", {})
        self.work()
        later = db.session.scalars(db.select(Event).where(Event.id.not_in(before)).order_by(Event.id))
        return [
            f"{one.details['clock']} {one.verb.partition('.')[2]}" for one in later if "clock" in one.details
        ]


def follows(town: Town, work: Callable[[], int], postman: Postman, reference: str) -> Any:  # noqa: F811  (a fixture)
    """The citizen's browser, with their matter open by the code they were sent."""
    browser = town.browser()
    send(browser, "/fr/requests/follow", {"reference": reference})
    work()
    code = re.search(r"\b\d{6}\b", postman.taken[-1].get_content())
    assert code and send(browser, "/fr/requests/code", {"code": code.group()}).status_code == 303
    return browser


def test_a_matter_is_seen_to_in_time_whatever_it_waits_for(
    town: Town,
    bring: Bring,  # noqa: F811  (a fixture)
    postman: Postman,  # noqa: F811  (a fixture)
    work: Callable[[], int],
) -> None:
    with travel("2026-03-02T09:00Z", tick=False):
        bring(letter("Bonjour, je demande une aide pour la cantine.", subject="Aide cantine", To=ADDRESS))
        [receipt] = postman.taken
        for said in (
            "2 mars 2026",
            "plus tard le 9 mars 2026",
            "jusqu’au 2 mai 2026 vaut refus",
            "telerecours",
        ):
            assert said in receipt.get_content(), said
        matter = Matter(town, work)
        named = re.search(r"\[(\S+)\]", receipt["Subject"])
        assert named and matter.clock("receipt").state == "met"
        page = f"/console/cases/{matter.case.id}"
        owner = {"owner_id": str(matter.agent.id), "nature": "request", "priority": "normal"}
        matter.does(matter.agent, f"{page}/edit", version=str(matter.case.version), subject="Aide", **owner)
    with travel("2026-03-04T09:00Z", tick=False):
        matter.does(matter.agent, f"{page}/state", to="wait", waits_for="Le dernier avis d’impôt")
        assert (matter.case.state, matter.clock("first_answer").state) == ("waiting", "paused")
    with travel("2026-03-16T09:00Z", tick=False):
        assert matter.look() == [], "nobody is late while the citizen is waited for"
        citizen = follows(town, work, postman, named.group(1))
        thread = citizen.get("/fr/requests/thread").text
        assert "Le dernier avis d’impôt" in thread and "Morel" in thread
        back = letter("Le voici.", subject=receipt["Subject"], To=ADDRESS, In_Reply_To=receipt["Message-ID"])
        bring(back)
        assert (matter.case.state, matter.due("first_answer")) == ("open", date(2026, 3, 19))
        assert matter.due("silence") == date(2026, 5, 14), "twelve days stood still"
    with travel("2026-03-17T09:00Z", tick=False):
        assert matter.look() == ["first_answer warned"]
        assert "Aide" in town.browser(matter.agent).get("/console/").text
    with travel("2026-03-18T09:00Z", tick=False):
        assert matter.look() == ["first_answer escalated"]
        assert "À faire avant" in town.browser(matter.above).get("/console/").text
        door = f"/console/contacts/{matter.contact.id}"
        matter.does(matter.agent, f"{door}/take")
        matter.does(matter.agent, f"{door}/reply", body="C’est accordé.", by="email", form_key="r" * 20)
        matter.does(matter.agent, f"{page}/state", to="close")
        assert matter.clock("first_answer").state == matter.clock("silence").state == "met"
    with travel("2026-03-19T09:00Z", tick=False):
        citizen = follows(town, work, postman, named.group(1))
        assert "C’est accordé." in citizen.get("/fr/requests/thread").text
        assert send(citizen, "/fr/requests/reopened").status_code == 303
        assert (matter.case.state, matter.due("first_answer")) == ("open", date(2026, 3, 26))
    with travel("2026-03-20T09:00Z", tick=False):
        matter.does(matter.agent, f"{page}/state", to="close", outcome="solved")
    verbs = [one.verb for one in reversed(history.of(matter.case))]
    assert [verb.partition(".")[2] for verb in verbs] == [
        *("opened", "edited", "waiting", "resumed", "warned", "escalated"),
        *("answered", "closed", "reopened", "closed"),
    ]
