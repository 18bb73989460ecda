"""That the order of locks is watched: whoever takes them in another order fails the test that did."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from portal.cases.changing import linking
from portal.cases.opening import open_case
from portal.contacts import recording
from portal.contacts.models import Contact
from portal.database import db, hold, locked
from portal.desk import places
from portal.desk.holding import hold_desk, hold_place_alone, hold_presence
from portal.referrals.following.referring import refer
from tests import make


class Desk:
    """Two calls in line, and an agent on a break; each step takes one lock."""

    def __init__(self) -> None:
        queue = make.queue()
        self.first, self.second = make.contact(), make.contact()
        for contact in (self.first, self.second):
            places.stand_in_line(contact, queue)
        self.agent = make.serving(queue, state="break")
        self.matter = open_case(self.first, by=self.agent.actor)
        self.other_matter = open_case(self.second, by=self.agent.actor)
        self.sent = refer(self.first, make.service().id, reason="La CAF", by=self.agent.actor)
        self.used = make.identifier("phone", "+33639980001")
        self.said = recording.add_message(self.first, "Bonjour")
        self.done = linking.link(self.matter, self.other_matter, by=self.agent)
        db.session.commit()

    def contact(self) -> None:
        db.session.scalars(locked(db.select(Contact).filter_by(id=self.first.id))).one()

    def identifier(self) -> None:
        hold(self.used)

    def deed(self) -> None:
        hold(self.done)

    def message(self) -> None:
        hold(self.said)

    def changed_message(self) -> None:
        self.said.error = "30003"
        db.session.flush()

    def changed_identifier(self) -> None:
        self.used.text_error = "30003"
        db.session.flush()

    def case(self) -> None:
        hold(self.matter)

    def other_case(self) -> None:
        hold(self.other_matter)

    def other_contact(self) -> None:
        hold(self.second)

    def referral(self) -> None:
        hold(self.sent)

    def changed_referral(self) -> None:
        self.sent.note = "Autre chose"
        db.session.flush()

    def changed_case(self) -> None:
        self.matter.subject = "Autre chose"
        db.session.flush()

    def changed_contact(self) -> None:
        self.first.subject = "Autre chose"
        db.session.flush()

    def desk(self) -> None:
        hold_desk(self.agent.organization_id)

    def place(self) -> None:
        hold_place_alone(self.first)

    def other_place(self) -> None:
        hold_place_alone(self.second)

    def presence(self) -> None:
        hold_presence(self.agent.id)


@pytest.fixture
def engine() -> str:
    return "postgresql"  # on SQLite whoever writes is alone


@pytest.fixture
def desk(app: Flask) -> Iterator[Desk]:
    yield Desk()
    db.session.rollback()


Step = Callable[[Desk], None]


@pytest.mark.parametrize(
    "steps",
    [
        (Desk.contact, Desk.desk, Desk.place, Desk.other_place, Desk.presence, Desk.desk, Desk.contact),
        (Desk.contact, Desk.case, Desk.changed_contact, Desk.desk, Desk.changed_case),
        (Desk.contact, Desk.other_contact, Desk.referral, Desk.case, Desk.other_case, Desk.case),
        (Desk.contact, Desk.place, Desk.place),
        (Desk.contact, Desk.presence),
        (
            Desk.identifier,
            Desk.contact,
            Desk.deed,
            Desk.case,
            Desk.message,
            Desk.desk,
            Desk.changed_identifier,
        ),
    ],
)
def test_in_order_they_are_taken(desk: Desk, steps: tuple[Step, ...]) -> None:
    for step in steps:
        step(desk)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Desk.case, Desk.contact),
        (Desk.contact, Desk.identifier),
        (Desk.message, Desk.changed_identifier),
        (Desk.changed_message, Desk.contact),
        (Desk.message, Desk.case),
        (Desk.case, Desk.deed),
        (Desk.deed, Desk.contact),
        (Desk.desk, Desk.changed_message),
        (Desk.referral, Desk.contact),
        (Desk.case, Desk.referral),
        (Desk.case, Desk.changed_referral),
        (Desk.other_case, Desk.case),
        (Desk.other_contact, Desk.contact),
        (Desk.changed_case, Desk.changed_contact),
        (Desk.desk, Desk.case),
        (Desk.presence, Desk.changed_case),
        (Desk.presence, Desk.desk),
        (Desk.place, Desk.desk),
        (Desk.desk, Desk.contact),
        (Desk.presence, Desk.contact),
        (Desk.place, Desk.presence),
        (Desk.presence, Desk.place),
        (Desk.place, Desk.other_place),
    ],
)
def test_out_of_order_the_test_fails(desk: Desk, before: Step, after: Step) -> None:
    before(desk)
    with pytest.raises(AssertionError, match="asked for after"):
        after(desk)
