"""Two rules are published at the same instant: what must come of an example holds with both, or one is refused."""

from __future__ import annotations

import threading

from flask import Flask

from portal.database import db
from portal.errors import Refused
from portal.history import SYSTEM
from portal.referrals.deciding.rules import in_force
from portal.referrals.deciding.situations import Situation
from portal.referrals.models import ReferralRule
from portal.referrals.ruling.editing import publish, revise_draft
from portal.referrals.ruling.examples import examples_for, run, save_example
from tests import make
from tests.portal.referrals import cast

ASKED = Situation(words="mon loyer")


def test_of_two_rules_published_at_once_the_second_is_read_beside_the_first(app: Flask) -> None:
    """Each may cease to answer for rents, as long as the other does."""
    rules = [cast.rule(name, words=["loyer"]) for name in ("un", "deux")]
    of = make.organization().id
    save_example(None, "loyer", ASKED, {"service": "caf"}, organization_id=of, by=SYSTEM)
    for rule in rules:
        revise_draft(rule, cast.wording(words=["bail"]), version=None, by=SYSTEM)
    ids = [rule.id for rule in rules]
    db.session.commit()
    start, refused = threading.Barrier(len(ids)), []

    def go(rule_id: int) -> None:
        with app.app_context():
            start.wait(60)
            try:
                publish(db.session.get_one(ReferralRule, rule_id), version=None, by=SYSTEM)
                threading.Event().wait(0.3)  # read and judged, not yet committed
                db.session.commit()
            except Refused as refusal:
                db.session.rollback()
                refused.append(refusal.field)
            db.session.remove()

    threads = [threading.Thread(target=go, args=(one,)) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    assert refused == ["examples"]
    assert [right for *_, right in run(examples_for(of), in_force(of))] == [True]
