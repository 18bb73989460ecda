"""An agent sends somebody on from an exchange at the instant that a receiver says no: neither waits for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from portal.contacts.models import Contact
from portal.database import db, hold
from portal.referrals.following import living
from portal.referrals.models import Referral
from tests.portal.referrals import lives
from tests.until import until, waits_for_a_lock

LIMIT_S = 60


@pytest.fixture
def engine() -> str:
    return "postgresql"  # on SQLite whoever writes is alone


def refuse(app: Flask, referral_id: int) -> bool:
    """The receiver, on a connection of their own."""
    with app.app_context():
        done = living.refuse(db.session.get_one(Referral, referral_id), "not_for_us")
        db.session.commit()
    return done


def test_who_holds_the_exchange_and_who_refuses_make_no_ring(app: Flask) -> None:
    made = lives.sent()
    db.session.commit()
    with ThreadPoolExecutor(1) as pool:
        hold(db.session.get_one(Contact, made.contact_id))
        refusing = pool.submit(refuse, app, made.id)
        until(waits_for_a_lock, "who refuses")
        assert living.receive(made)
        db.session.commit()
        assert refusing.result(LIMIT_S)
    db.session.expire_all()
    assert made.state == "refused" and db.session.get_one(Contact, made.contact_id).state != "wrapped_up"
