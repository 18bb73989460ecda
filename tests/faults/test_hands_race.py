"""The citizen hangs up at the very moment the agent does something with the call: whichever comes first, it is over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from portal.contacts.models import Leg
from portal.database import db
from portal.desk import offering, places
from tests import make
from tests.portal.calling import CALL
from tests.portal.views.console.test_call import Desk, colleague
from tests.signing import send


@pytest.mark.slow
@pytest.mark.parametrize("act", ["hold", "consult", "transfer_queue", "transfer_agent", "transfer_service"])
def test_a_call_hung_up_while_it_is_handed_on_is_over_for_all(app: Flask, act: str) -> None:
    desk = Desk(app)
    other = colleague(desk)
    keys = {
        "consult": f"agent:{other.id}",
        "transfer_queue": f"queue:{make.queue('autre').id}",
        "transfer_agent": f"agent:{other.id}",
        "transfer_service": f"service:{make.service('caf').id}",
    }
    path = f"/console/contacts/{desk.contact.id}/call/{act.partition('_')[0]}"
    db.session.commit()

    def tell() -> int:
        with app.app_context():
            return desk.status(CALL, "completed", 9)

    def press() -> int:
        with app.app_context():
            answer = send(desk.browser, path, {"target": keys.get(act, "")})
            return int(answer.status_code)

    with ThreadPoolExecutor(2) as pool:
        told, pressed = pool.submit(tell), pool.submit(press)
        assert (told.result(), pressed.result()) == (204, 302)
    db.session.rollback()
    assert desk.fresh().ended_at is not None
    place = places.of(desk.contact.id)
    assert place is None or place.state not in ("waiting", "offered")
    assert offering.ringing(desk.contact.id) is None
    live = [leg for leg in db.session.scalars(db.select(Leg)) if leg.state not in ("ended", "failed")]
    assert {leg.seat for leg in live if leg.role == "agent"} <= {"out"}
    assert desk.presence(other) == "available"
