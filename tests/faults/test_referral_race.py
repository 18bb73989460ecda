"""Two colleagues of a receiver answer at the same instant: one wins, and nothing is written twice."""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask

from portal import history
from portal.database import db
from portal.referrals.following import living
from portal.referrals.models import Referral
from tests.portal.referrals import lives

ACTS: dict[str, Any] = {
    "accept": lambda made: living.accept(made, who="Zoé"),
    "refuse": lambda made: living.refuse(made, "not_for_us", who="Paul"),
}


def test_of_two_answers_at_once_one_is_kept(app: Flask) -> None:
    made = lives.sent()
    db.session.commit()
    referral_id, start, won = made.id, threading.Barrier(len(ACTS)), []

    def answer(name: str) -> None:
        with app.app_context():
            start.wait(60)
            found = db.session.get_one(Referral, referral_id)
            try:
                living.check_seen(found, "sent")
                ACTS[name](found)
                db.session.commit()
                won.append(name)
            except living.Overtaken:
                db.session.rollback()
            db.session.remove()

    threads = [threading.Thread(target=answer, args=(name,)) for name in ACTS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    found = db.session.get_one(Referral, referral_id)
    assert len(won) == 1
    assert found.state == {"accept": "accepted", "refuse": "refused"}[won[0]]
    verbs = [event.verb for event in history.of(found)]
    assert verbs.count("referral.accepted") + verbs.count("referral.refused") == 1
