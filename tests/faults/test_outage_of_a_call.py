"""The database goes away in the middle of calls and comes back: who waits goes on waiting, and nothing of it haunts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal import clock, spool
from portal.contacts.models import Contact, Leg
from portal.database import db
from portal.desk import places
from portal.desk.models import Offer, Place, Presence
from portal.jobs import Job
from portal.work.replay import replay
from tests import make
from tests.conftest import settings_for
from tests.faults.gate import Gate
from tests.faults.haste import in_a_hurry
from tests.network import LINE, NUMBER, Network, said, verbs
from tests.portal.calling import AGENT_CALL, CALL, Call
from tests.until import until

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


@dataclass
class Behind:
    """A portal whose database is behind a gate, and the network that speaks to it."""

    app: Any
    gate: Gate
    network: Network

    def twiml(self, path: str, **fields: str) -> Any:
        """What is heard."""
        return self.network.twiml(f"/telephone/{path}", **{"CallSid": CALL, **fields})

    def tell(self, path: str, **fields: str) -> int:
        return int(self.network.post(f"/telephone/{path}", **{"CallSid": CALL, **fields}).status_code)

    def reopen(self) -> None:
        """The database is back, and the doors have found out."""
        self.gate.reopen()
        until(lambda: "toujours en ligne" not in said(self.twiml("voice/wait", CallSid="CA-nobody")))

    def come_back(self) -> int:
        """It is back, and what was kept meanwhile is done; how much that was."""
        self.reopen()
        done = replay(self.app)
        assert spool.waiting(self.app.extensions["settings"].spool_dir) == (0, 0)
        db.session.rollback()
        db.session.expire_all()
        return done


@pytest.fixture
def behind(app: Flask, postgresql: str, tmp_path: Path) -> Iterator[Behind]:
    gate = Gate(postgresql)
    with in_a_hurry(settings_for(tmp_path, DATABASE_URL=gate.address)) as other:
        yield Behind(other, gate, Network(other))


def menu() -> int:
    """A line whose menu leads to a queue; the version's id."""
    make.queue("accueil")
    version = make.published(make.line(LINE), make.menu(make.choice("1", make.queue_step())))
    db.session.commit()
    return int(version.id)


def the_contact() -> Contact:
    return db.session.scalars(db.select(Contact).execution_options(populate_existing=True)).one()


def in_line() -> list[Place]:
    query = db.select(Place).where(Place.state.in_(("waiting", "offered")))
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


@pytest.mark.parametrize("gone_first", [True, False])
def test_a_key_pressed_meanwhile_does_not_put_a_dead_call_in_line(behind: Behind, gone_first: bool) -> None:
    """They heard whom else to call, whatever came first: the key, or the end of the call; they are called back."""
    version = menu()
    behind.twiml("voice")
    behind.gate.shut()
    assert "rappellerons" in said(behind.twiml(f"voice/menu?lang=fr&v={version}&tries=1", Digits="1"))
    if not gone_first:
        behind.reopen()
    told = {"CallStatus": "completed", "SequenceNumber": "3"}
    assert behind.tell("status/call", **told) == 204
    assert behind.come_back() == (2 if gone_first else 1)
    contact = the_contact()
    assert in_line() == [] and contact.ended_at is not None
    assert contact.state == "open" and "panne" in contact.step
    assert places.of(contact.id).state == "proposed"


def test_who_calls_ten_times_meanwhile_is_proposed_once(behind: Behind) -> None:
    menu()
    behind.gate.shut()
    for n in range(10):
        behind.twiml("voice", CallSid=f"CA{n}")
        behind.tell("status/call", CallSid=f"CA{n}", CallStatus="completed", SequenceNumber="1")
    assert behind.come_back() == 20
    states = [place.state for place in db.session.scalars(db.select(Place).order_by(Place.id))]
    assert states.count("proposed") == 1 and in_line() == []
    assert len(db.session.scalars(db.select(Contact)).all()) == 10


def test_a_word_heard_in_time_and_kept_as_well_changes_nothing(behind: Behind) -> None:
    """One copy of the key was heard, the other was kept: the caller is in line, and stays there."""
    version = menu()
    behind.twiml("voice")
    behind.twiml(f"voice/menu?lang=fr&v={version}&tries=1", Digits="1")
    behind.gate.shut()
    behind.twiml("voice")
    behind.twiml(f"voice/menu?lang=fr&v={version}&tries=1", Digits="1")
    assert behind.come_back() == 2
    assert [place.state for place in in_line()] == ["waiting"] and the_contact().ended_at is None


def test_who_waits_in_line_stays_in_line(behind: Behind) -> None:
    version = menu()
    behind.twiml("voice")
    behind.twiml(f"voice/menu?lang=fr&v={version}&tries=1", Digits="1")
    behind.gate.shut()
    for door, key in (("voice/wait", ""), ("voice/waited", "1"), ("voice/waited", "2")):
        heard = behind.twiml(door, Digits=key)
        assert "toujours en ligne" in said(heard) and verbs(heard)[-1] == "Redirect"
    assert behind.come_back() == 0
    assert [place.state for place in in_line()] == ["waiting"]
    assert "prochaine personne" in said(behind.twiml("voice/wait"))


@pytest.mark.parametrize("how", ["frozen", "shut"])
def test_a_call_about_to_be_answered_is_asked_for_again(app: Flask, behind: Behind, how: str) -> None:
    """Taken out of line, picked up, put through: each door keeps them there, and does it once it can."""
    call = Call(app)
    offer = call.offer.id
    (behind.gate.freeze if how == "frozen" else behind.gate.shut)()
    heard = behind.twiml(f"voice/connect?offer={offer}")
    assert heard[-1].text == f"/telephone/voice/connect?offer={offer}"
    behind.reopen()
    assert verbs(behind.twiml(f"voice/connect?offer={offer}")) == ["Dial"]
    agent = {"CallSid": AGENT_CALL, "To": call.agent.phone, "From": LINE}
    behind.gate.shut()
    heard = behind.twiml(f"voice/agent-presses?offer={offer}", Digits="1", **agent)
    again = str(heard[-1].text)
    assert "Digits=1" in again
    behind.reopen()
    behind.twiml(again.removeprefix("/telephone/"), **agent)
    assert (call.fresh().state, call.presence()) == ("in_progress", "busy")
    assert behind.come_back() == 0


def test_a_caller_whom_the_agent_did_not_answer_goes_back_in_line_afterwards(
    app: Flask, behind: Behind
) -> None:
    call = Call(app)
    call.connect()
    behind.gate.shut()
    told = {"CallStatus": "in-progress", "DialCallStatus": "no-answer", "DialBridged": "false"}
    heard = behind.twiml(f"voice/put-through?offer={call.offer.id}", **told)
    assert "toujours en ligne" in said(heard)
    behind.reopen()
    again = str(heard[-1].text).removeprefix("/telephone/")
    assert "Enqueue" in verbs(behind.twiml(again, CallStatus="in-progress"))
    assert (call.offer.state, [place.state for place in in_line()]) == ("missed", ["waiting"])


def test_a_talk_that_ended_meanwhile_is_over_and_its_agent_free_hours_later(
    app: Flask, behind: Behind
) -> None:
    """All its last words, twice each and in disorder, done again together."""
    call = Call(app)
    call.put_through()
    behind.gate.shut()
    over = {
        "CallStatus": "completed",
        "DialCallStatus": "completed",
        "DialBridged": "true",
        "DialCallSid": AGENT_CALL,
    }
    for _ in range(2):
        assert (
            behind.tell("status/call", CallSid=AGENT_CALL, CallStatus="completed", SequenceNumber="3") == 204
        )
        assert behind.tell(f"voice/put-through?offer={call.offer.id}", **over) == 200
        assert behind.tell("status/call", CallStatus="completed", SequenceNumber="5") == 204
        assert behind.tell("voice/left", QueueResult="hangup") == 200
        assert behind.tell("voice/recorded", RecordingDuration="0") == 200
    assert behind.come_back() == 10
    assert call.fresh().ended_at is not None and in_line() == []
    presence = db.session.scalars(db.select(Presence).execution_options(populate_existing=True)).one()
    assert presence.state == "wrap_up"


def test_whom_an_agent_calls_is_put_through_all_the_same(app: Flask, behind: Behind) -> None:
    call = Call(app)
    call.put_through()
    leg = Leg(contact_id=call.contact.id, role="citizen", purpose="call", to=NUMBER, state="ringing")
    db.session.add(leg)
    db.session.commit()
    behind.gate.shut()
    heard = behind.twiml(f"voice/citizen-answers?leg={leg.id}", CallSid="CA-citizen")
    assert verbs(heard) == []
    assert behind.come_back() == 1
    found = db.session.get_one(Leg, leg.id, populate_existing=True)
    assert (found.state, found.provider_ref) == ("answered", "CA-citizen") and found.answered_at


def test_an_offer_made_while_doing_it_again_rings_from_now(app: Flask, behind: Behind) -> None:
    """Two wait, an agent is ringing for the first, who gives up during the outage: the second is rung in their turn."""
    call = Call(app)
    used = make.identifier("phone", "+33639980002")
    other = make.contact(provider_ref="CA9", line=LINE, identifier_id=used.id)
    places.stand_in_line(other, call.queue)
    db.session.commit()
    behind.gate.shut()
    behind.tell("status/call", CallStatus="completed", SequenceNumber="5")
    came_back = clock.now()
    assert behind.come_back() == 1
    offers = list(db.session.scalars(db.select(Offer).order_by(Offer.id)))
    assert [offer.state for offer in offers] == ["withdrawn", "ringing"]
    assert offers[1].contact_id == other.id and offers[1].made_at >= came_back
    late = [job.not_before for job in db.session.scalars(db.select(Job).filter_by(kind="expire_offer"))]
    assert max(late) > offers[1].expires_at
