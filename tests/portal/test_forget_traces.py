"""What has served is forgotten, in small batches, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from portal import clock, jobs
from portal.budgets import Spending
from portal.citizens.models import Code, CodeCall
from portal.database import db
from portal.history import Event
from portal.jobs import Job
from portal.telephony.models import NetworkEvent
from portal.work import forget_traces
from tests import make


@pytest.fixture
def traces(app: Flask) -> None:
    """Of each kind, old ones, and one that is still of use."""
    now = clock.now()
    long_ago, lately = now - timedelta(days=400), now - timedelta(days=2)
    for n in range(forget_traces.A_BATCH + 3):
        db.session.add(NetworkEvent(key=f"old-{n}", kind="text", received_at=long_ago))
    db.session.add(NetworkEvent(key="new", kind="text", received_at=lately))
    for state, at in (("done", long_ago), ("done", lately), ("quarantined", long_ago)):
        done = {"done_at": at} if state == "done" else {}
        db.session.add(Job(kind="send_code", state=state, created_at=at, not_before=at, **done))
    used = make.identifier("email", "a@exemple.fr")
    for key, at in (("old", long_ago), ("new", lately)):
        db.session.add(Spending(key=key, since=at, count=1))
        code = {"subject_type": "cases", "subject_id": 1, "code_hash": key, "expires_at": at}
        drawn = Code(identifier_id=used.id, **code)
        db.session.add(drawn)
        db.session.flush()
        db.session.add(CodeCall(code_id=drawn.id, seed=key, sender="+33199000010", language="fr", at=at))
    db.session.commit()


def test_what_has_served_is_forgotten_and_what_may_serve_stays(traces: None, work: Callable[[], int]) -> None:
    jobs.enqueue("forget_traces", {})
    db.session.commit()
    work()
    db.session.expire_all()
    assert db.session.scalars(db.select(NetworkEvent.key)).all() == ["new"]
    assert db.session.scalars(db.select(Spending.key)).all() == ["new"]
    assert db.session.scalars(db.select(CodeCall.seed)).all() == ["new"]
    assert db.session.scalars(db.select(Code.code_hash)).all() == ["new"]
    left = db.session.execute(
        db.select(Job.state, db.func.count()).filter_by(kind="send_code").group_by(Job.state)
    )
    assert {tuple(row) for row in left} == {("done", 1), ("quarantined", 1)}
    told = db.session.scalars(db.select(Event).filter_by(verb="traces.forgotten")).one()
    assert told.details == {
        "network_events": forget_traces.A_BATCH + 3,
        "jobs": 1,
        "spendings": 1,
        "code_calls": 1,
        "codes": 1,
    }
    jobs.enqueue("forget_traces", {})
    db.session.commit()
    work()
    assert len(db.session.scalars(db.select(Event).filter_by(verb="traces.forgotten")).all()) == 1
