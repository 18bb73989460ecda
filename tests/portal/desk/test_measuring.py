"""What is measured of a queue."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from portal import clock
from portal.database import db
from portal.desk import offering, places
from portal.desk.measuring import answering
from tests import make


def test_the_wait_ends_with_the_answer_and_a_call_back_is_no_abandonment(app: Flask) -> None:
    queue, now = make.queue(), clock.now()
    stood = []
    for n, waited in enumerate((10, 50, 0, 0)):
        used = make.identifier("phone", f"+3363998000{n}")
        place = places.stand_in_line(make.contact(identifier_id=used.id), queue)
        place.since = now - timedelta(seconds=waited)
        stood.append(place)
    offering.withdraw(stood[2].contact, "hung_up")
    places.ask_call_back(stood[3].contact)
    for place in stood[:2]:
        place.state, place.contact.answered_at = "answered", now
        place.contact.ended_at = now + timedelta(minutes=5)  # the network tells of the bridge's end only then
    db.session.commit()
    found = answering(queue.id, now - timedelta(hours=1), now + timedelta(hours=1))
    assert (found.stood, found.answered, found.gave_up, found.called_back) == (4, 2, 1, 1)
    assert (found.mean_wait_s, found.answered_soon, found.abandoned) == (30, 0.25, 0.25)
    shown = app.test_cli_runner().invoke(args=["show-queues"]).output
    assert shown.startswith(
        "Accueil: 4 calls, 2 answered after 30 s, 1 gave up, 1 to call back; 2 agents needed"
    )
    assert answering(queue.id, now - timedelta(hours=2), now - timedelta(hours=1)).mean_wait_s is None
