"""A line with one queue and two agents on duty, on telephones that really ring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask

from portal.contacts.models import Contact, Leg
from portal.database import brief_read, db
from portal.desk.models import Presence, Queue
from portal.directory.models import Service
from portal.lines.models import MenuVersion
from portal.staff.models import Staff
from simulator import Handset, Running
from tests import make
from tests.signing import send, signed_in

LINE, CITIZEN = "+33199000010", "+33639980777"
ANNE, BRUNO, CAF = "+33199000021", "+33199000022", "+33199000050"
IN_LINE = "Un agent va vous répondre"


@dataclass
class Office:
    """Anne serves the queue; Bruno another one. Both have a browser open."""

    app: Flask
    network: Running
    queue: Queue
    other_queue: Queue
    anne: Staff
    bruno: Staff
    caf: Service

    def __post_init__(self) -> None:
        self.browsers = {who.id: signed_in(self.app.test_client(), who) for who in (self.anne, self.bruno)}

    def phone(self, number: str = CITIZEN) -> Handset:
        return self.network.handset(number)

    def call(self, number: str = CITIZEN) -> Handset:
        """Somebody calls the line."""
        phone = self.phone(number)
        phone.call(LINE)
        return phone

    def pick_up(self, number: str = ANNE) -> Handset:
        """The telephone of an agent rings, and they are there."""
        phone = self.phone(number)
        phone.wait_for("ringing")
        phone.answer()
        phone.press("1")
        return phone

    def talk(self) -> tuple[Handset, Handset]:
        """Anne and the citizen speak with each other."""
        citizen, agent = self.call(), self.pick_up()
        agent.wait_to_be_with(CITIZEN)
        return citizen, agent

    def act(self, name: str, target: str = "", by: Staff | None = None) -> None:
        """A button of the console."""
        browser = self.browsers[(by or self.anne).id]
        path = f"/console/contacts/{self.contact().id}/call/{name}"
        assert send(browser, path, {"target": target}).status_code == 302

    def contact(self) -> Contact:
        with brief_read() as session:
            return session.scalars(db.select(Contact).order_by(Contact.id)).one()

    def presence(self, who: Staff) -> str:
        with brief_read() as session:
            return session.get_one(Presence, who.id).state

    def legs(self) -> dict[str, str]:
        with brief_read() as session:
            return {leg.role: leg.state for leg in session.scalars(db.select(Leg))}


def open_office(app: Flask, network: Running, step: dict[str, Any] | None = None, **line_has: Any) -> Office:
    """The line leads to the queue at once, unless another step is given."""
    queue, other = make.queue("accueil"), make.queue("enfance")
    line = make.line(LINE, **line_has)
    tree = step or {"do": "queue", "queue": queue.slug, "topic": "", "says": {}}
    db.session.add(MenuVersion(line_id=line.id, number=1, state="published", tree=tree))
    anne = make.serving(queue, phone=ANNE, first_name="Anne", last_name="Roux")
    bruno = make.serving(other, phone=BRUNO, first_name="Bruno", last_name="Petit")
    caf = make.service("caf", phone=CAF)
    db.session.commit()
    db.session.remove()  # nothing of the test's may hold SQLite's one lock while others work
    return Office(app, network, queue, other, anne, bruno, caf)
