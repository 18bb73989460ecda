"""Who speaks for whom, and until when; a relative's file is never shown for it; flags end by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from portal import clock, history, jobs
from portal.citizens import identifying, keeping, relations
from portal.citizens.models import DeniedLink, Flag
from portal.contacts import representing
from portal.database import db
from portal.errors import Missing, Refused
from portal.work.end_flags import end_flags
from tests import make


def test_a_guardian_is_said_with_what_it_rests_on_and_until_when(app: Flask) -> None:
    by, today = make.staff().actor, clock.local_day()
    ward, guardian = make.citizen("Jean"), make.citizen("Luc")
    with pytest.raises(Refused, match="repose"):
        relations.relate(ward, "guardian", other=guardian, by=by)
    with pytest.raises(Refused, match="elle-même"):
        relations.relate(ward, "relative", other=ward, by=by)
    with pytest.raises(Refused, match="nom"):
        relations.relate(ward, "relative", by=by)
    with pytest.raises(Refused, match="passée"):
        relations.relate(ward, "relative", name="Ana", ends_on=today - timedelta(days=1), by=by)
    made = relations.relate(ward, "guardian", other=guardian, evidence="Jugement", ends_on=today, by=by)
    again = relations.relate(ward, "guardian", other=guardian, evidence="Jugement de 2026", by=by)
    assert made is again and made.ends_on is None
    relations.relate(ward, "guardian", other=guardian, evidence="Jugement", ends_on=today, by=by)
    near = relations.relate(ward, "relative", name=" Ana  Roux ", by=by)
    assert relations.around(ward) == [made, near] and near.name == "Ana Roux"
    assert relations.spoken_for_by(guardian) == [made]
    with time_machine.travel(clock.now() + timedelta(days=1)):
        assert relations.around(ward) == [near] and relations.spoken_for_by(guardian) == []
    relations.unrelate(ward, near.id, by=by)
    assert relations.around(ward) == [made]
    with pytest.raises(Missing):
        relations.unrelate(guardian, made.id, by=by)


def test_a_contact_says_who_spoke_for_the_citizen(app: Flask) -> None:
    by = make.staff().actor
    ward, other = make.citizen("Jean"), make.citizen("Luc")
    speaker = relations.relate(ward, "speaks_for", name="Ana", evidence="Mandat", by=by)
    near = relations.relate(ward, "relative", name="Rose", by=by)
    contact = make.contact(citizen_id=ward.id, certainty="confirmed")
    for refused in (near.id, 0):
        with pytest.raises(Refused, match="parle pas"):
            representing.say_who_spoke(contact, refused, by=by)
    representing.say_who_spoke(contact, speaker.id, by=by)
    representing.say_who_spoke(contact, speaker.id, by=by)
    assert representing.who_spoke(contact) is speaker
    assert [event.verb for event in history.of(contact)] == ["contact.spoken_for"]
    relations.unrelate(ward, speaker.id, by=by)
    assert representing.who_spoke(contact) is speaker  # it was so
    representing.say_who_spoke(contact, None, by=by)
    assert representing.who_spoke(contact) is None
    unknown = make.contact(citizen_id=other.id, certainty="probable")
    with pytest.raises(Refused, match="qui il s’agit"):
        representing.say_who_spoke(unknown, speaker.id, by=by)


def test_an_identifier_that_is_not_theirs_leaves_and_is_not_guessed_again(app: Flask) -> None:
    by = make.staff().actor
    jean = make.citizen("Jean", phone="+33639980001")
    used = make.identifier("phone", "+33639980001")
    identifying.unlink(used, jean, by=by)
    assert identifying.identify(used).match == "unknown"
    assert db.session.scalar(db.select(DeniedLink.citizen_id)) == jean.id
    identifying.link(used, jean, certainty="confirmed", evidence="agent", by=by)  # an agent may say otherwise
    assert identifying.identify(used).match == "one"


def test_flags_end_by_themselves_and_their_history_says_so(app: Flask) -> None:
    jean, today = make.citizen("Jean"), clock.local_day()
    with pytest.raises(Refused, match="passée"):
        keeping.raise_flag(jean, "vulnerable", note="", ends_on=today - timedelta(days=1), by=history.SYSTEM)
    with time_machine.travel(clock.now() - timedelta(days=1)):
        keeping.raise_flag(jean, "vulnerable", note="", ends_on=clock.local_day(), by=history.SYSTEM)
    keeping.raise_flag(jean, "interpreter", note="", ends_on=today, by=history.SYSTEM)
    keeping.raise_flag(jean, "deaf_relay", note="", ends_on=None, by=history.SYSTEM)
    job = jobs.Job(kind="end_flags", state="leased")
    db.session.add(job)
    db.session.commit()
    end_flags(job)
    kinds = db.session.scalars(db.select(Flag.kind).order_by(Flag.kind))
    assert list(kinds) == ["deaf_relay", "interpreter"]
    ended = next(event for event in history.of(jean) if event.verb == "citizen.flag_ended")
    assert (ended.actor_kind, ended.details["flag"]) == ("system", "vulnerable")
