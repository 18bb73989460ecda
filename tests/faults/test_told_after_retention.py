"""What the network told comes again once its traces are forgotten (a signature has no date): nothing is doubled."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from portal import clock
from portal.cases.models import Case
from portal.contacts.models import Contact, Message, Recording
from portal.database import db
from portal.history import Event
from portal.jobs import Job
from portal.telephony.models import NetworkEvent
from tests import make
from tests.network import Network

CALL, SOUND = "CA" + "1" * 32, "RE" + "2" * 32
CALLING = {"CallSid": CALL, "CallStatus": "in-progress"}
LEFT = {"RecordingSid": SOUND, "RecordingDuration": "12"}
TOLD = [
    ("/telephone/text", {"MessageSid": "SM1", "Body": "Bonjour, je voudrais une carte d’identité"}),
    ("/telephone/text", {"MessageSid": "SM2", "Body": "STOP", "From": "+33639980002"}),
    ("/telephone/voice", {**CALLING, "CallStatus": "ringing"}),
    ("/telephone/voice/menu?lang=fr", {**CALLING, "Digits": "1"}),
    ("/telephone/voice/left?lang=fr", {**CALLING, "QueueResult": "leave"}),
    ("/telephone/voice/recorded?lang=fr", {**CALLING, **LEFT}),
    ("/telephone/status/recording", {"CallSid": CALL, "RecordingSource": "RecordVerb", **LEFT}),
    ("/telephone/status/call", {"CallSid": CALL, "CallStatus": "completed", "SequenceNumber": "4"}),
]
KEPT = (Contact, Message, Case, Recording, Event)


def count() -> dict[str, int]:
    db.session.expire_all()
    return {
        each.__tablename__: db.session.scalar(db.select(db.func.count()).select_from(each)) for each in KEPT
    }


@pytest.mark.parametrize("days", [3, 200])
def test_what_was_forgotten_and_is_told_again_changes_nothing(app: Flask, days: int) -> None:
    line = make.line(takes_messages=True)
    make.published(line, make.menu(make.choice("1", make.queue_step(make.queue().slug))))
    db.session.commit()
    network = Network(app)
    for path, fields in TOLD:
        assert network.post(path, **fields).status_code in (200, 204), path
    before = count()
    assert before["messages"] >= 5 and before["recordings"] == 1
    db.session.execute(db.delete(NetworkEvent))
    db.session.execute(db.delete(Job))
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
        for path, fields in TOLD:
            assert network.post(path, **fields).status_code in (200, 204), path
    assert count() == before
    assert db.session.scalars(db.select(Job.kind)).all() == []
