"""Texts: who may be written to, when they leave, what they may cost, and what STOP does."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import history
from portal.citizens import consents
from portal.citizens.models import Flag
from portal.contacts.answering import reply
from portal.contacts.models import Contact, Message
from portal.contacts.recording import receive_text
from portal.contacts.texts import texting
from portal.contacts.texts.delivery import refuse, set_aside
from portal.database import db
from portal.errors import Refused
from portal.jobs import Job
from portal.telephony import numbers
from portal.telephony.models import Alert, Sender
from portal.telephony.senders import quiet_until, save_sender, sender_for, sends_as
from tests import make
from tests.network import LINE, NUMBER

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)  # a Tuesday
NIGHT = datetime(2026, 3, 3, 22, 30, tzinfo=UTC)


def thread(number: str = NUMBER, **values: Any) -> Contact:
    make.organization()
    return make.contact("text", identifier_id=make.identifier("phone", number).id, line=LINE, **values)


def write(contact: Contact, body: str = "Votre carte est là.", **more: Any) -> Message:
    return reply(contact, body, channel="text", form_key=None, by=history.SYSTEM, **more)


def sender(**values: Any) -> Sender:
    row = Sender(number=LINE, organization_id=make.organization().id, **values)
    db.session.add(row)
    db.session.flush()
    return row


@pytest.mark.parametrize(
    "number",
    ["+33639980001", "+33756123456", "+590690123456", "+262692123456", "+262639123456", "+687751234"],
)
def test_mobiles_of_france_and_overseas_are_written_to(number: str) -> None:
    assert numbers.refusal(number) == ""


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+33199000010", numbers.FIXED),
        ("+33970123456", numbers.FIXED),
        ("+590590123456", numbers.FIXED),
        ("+33892123456", numbers.SURCHARGED),
        ("+32470123456", numbers.FOREIGN),
        ("+15005550009", numbers.FOREIGN),
        ("+4479460000000", numbers.FOREIGN),
        ("112", numbers.SHORT),
        ("3639", numbers.SHORT),
    ],
)
def test_no_other_number_is(app: Flask, number: str, why: str) -> None:
    assert numbers.refusal(number) == why
    with pytest.raises(Refused):
        write(thread(number))
    assert db.session.scalars(db.select(Job)).all() == []


@pytest.mark.parametrize(
    ("when", "number", "until"),
    [
        (NOON, NUMBER, None),
        (NIGHT, NUMBER, "2026-03-04T07:00"),  # 8:00 in Paris
        (datetime(2026, 3, 3, 3, tzinfo=UTC), NUMBER, "2026-03-03T07:00"),
        (datetime(2026, 3, 8, 12, tzinfo=UTC), NUMBER, "2026-03-09T07:00"),  # Sunday
        (datetime(2026, 5, 1, 12, tzinfo=UTC), NUMBER, "2026-05-02T06:00"),  # the first of May
        (datetime(2026, 3, 28, 22, tzinfo=UTC), NUMBER, "2026-03-30T06:00"),  # the clocks change, on a Sunday
        (datetime(2026, 3, 3, 18, tzinfo=UTC), "+262692123456", "2026-03-04T04:00"),  # night in La Réunion
        (NIGHT, "+590690123456", None),  # half past six in the evening in Guadeloupe
        (datetime(2026, 5, 22, 12, tzinfo=UTC), "+596696123456", "2026-05-23T12:00"),  # abolition of slavery
    ],
)
def test_quiet_hours_are_those_of_whom_it_goes_to(
    app: Flask, when: datetime, number: str, until: str | None
) -> None:
    found = quiet_until(sender(), number, when)
    assert (found and f"{found:%Y-%m-%dT%H:%M}") == until


@pytest.mark.parametrize("hour", [0, 1])  # of those that come twice, the first and the second
def test_a_morning_that_comes_twice_is_never_behind(app: Flask, hour: int) -> None:
    when = datetime(2026, 10, 25, hour, 20, tzinfo=UTC)
    early = sender()
    early.quiet_from, early.quiet_until, early.quiet_days = "22:00", "02:30", False
    found = quiet_until(early, NUMBER, when)
    assert found is not None and when < found <= when + timedelta(hours=24)


def test_a_text_written_at_night_leaves_in_the_morning(app: Flask) -> None:
    sender()
    with time_machine.travel(NIGHT):
        message = write(thread())
        morning = datetime(2026, 3, 4, 7, tzinfo=UTC)
        assert message.held_until == morning
        assert db.session.scalars(db.select(Job.not_before)).all() == [morning]


@pytest.mark.parametrize("purpose", ["answer", "receipt", "distress", "consent"])
def test_what_was_asked_for_is_not_held(app: Flask, purpose: str) -> None:
    sender()
    with time_machine.travel(NIGHT):
        assert write(thread(), purpose=purpose, automatic=True).held_until is None


def test_an_agent_may_say_why_it_cannot_wait(app: Flask) -> None:
    sender()
    with time_machine.travel(NIGHT):
        contact = thread()
        assert write(contact, now_because="Elle attend le médecin").held_until is None
    (event,) = [one for one in history.of(contact) if one.verb == "message.not_held"]
    assert event.details == {"reason": "Elle attend le médecin"}


def test_whoever_has_just_written_is_answered_at_night(app: Flask) -> None:
    sender()
    with time_machine.travel(NIGHT, tick=False):
        used = make.identifier("phone", NUMBER)
        message, _ = receive_text(
            "SM1", used, "Vous êtes là ?", organization_id=make.organization().id, line=LINE
        )
        assert write(message.contact).held_until is None


@time_machine.travel(NOON)
def test_a_number_costs_no_more_than_its_budget_and_says_so(app: Flask) -> None:
    contact = thread()
    sent = [write(contact, f"Texte {n}") for n in range(12)]
    assert [one.state for one in sent] == ["waiting"] * 10 + ["failed"] * 2
    assert sent[-1].error == "budget:number"
    assert len(db.session.scalars(db.select(Alert)).all()) == 1, "told once"
    asked = Counter(db.session.scalars(db.select(Job.kind)))
    assert asked == {"send_text": 10, "tell_administrators": 1}, (
        "nobody is told of an answer that there is not"
    )


@time_machine.travel(NOON)
def test_an_organization_stops_hard_at_its_own_budget_whatever_the_numbers(app: Flask) -> None:
    sender(most_hour=3)
    states = [write(thread(f"+3363998000{n}")).state for n in range(5)]
    assert states == ["waiting"] * 3 + ["failed"] * 2


@time_machine.travel(NOON)
@pytest.mark.parametrize(
    ("department", "hours"), [("", 23), ("974", 20), ("972", 4)]
)  # by UTC, midnight of Paris, of Saint-Denis and of Fort-de-France
def test_what_a_day_may_cost_comes_back_at_midnight_of_the_town(
    app: Flask, department: str, hours: int
) -> None:
    make.service("accueil", of=make.organization(), department=department)
    sender(most_hour=9, most_day=1)
    midnight = datetime(2026, 3, 3, hours, tzinfo=UTC)
    numbers = iter(("+33639980001", "+33639980002", "+33639980003"))
    errors = []
    for minutes in (-90, -1, 1):
        with time_machine.travel(midnight + timedelta(minutes=minutes), tick=False):
            errors.append(write(thread(next(numbers)), purpose="answer").error)
    assert errors == ["", "budget:sender", ""]


def test_a_cry_for_help_is_answered_whatever_the_organization_has_spent(app: Flask) -> None:
    sender(most_hour=1)
    states = [
        write(thread(f"+3363998000{n}"), purpose=of).state
        for n, of in enumerate(("reply", "distress", "reply", "distress"))
    ]
    assert states == ["waiting", "waiting", "failed", "waiting"]


@time_machine.travel(NOON)
def test_the_administrators_get_a_letter_and_only_theirs(app: Flask, work: Any) -> None:
    from portal.mail.models import Letter

    sender(most_day=1)
    boss, _other = make.staff("administrator"), make.staff("agent")
    write(thread())
    db.session.execute(db.delete(Job))
    write(thread())
    work()
    letters = db.session.scalars(db.select(Letter)).all()
    assert [letter.to for letter in letters] == [boss.email] and "plafond" in letters[0].body


@time_machine.travel(NOON)
def test_an_error_is_told_to_the_administrators_by_its_number(app: Flask) -> None:
    message = write(thread())
    refuse(message, "21612")
    [alert] = db.session.scalars(db.select(Alert))
    assert "21612" in alert.sentence and "prévenu" not in alert.sentence
    assert alert.sentence.endswith("Cet expéditeur ne peut pas écrire à ce numéro.")


@time_machine.travel(NOON)
def test_a_person_who_wants_no_message_gets_none_whoever_shares_the_number(app: Flask) -> None:
    person = make.citizen("Aïcha Benali", phone=NUMBER)
    db.session.add(Flag(citizen_id=person.id, kind="no_message"))
    contact = thread()
    assert texting.why_not(contact) == texting.NO_MESSAGE
    with pytest.raises(Refused):
        write(contact)


def test_a_text_after_a_call_leaves_from_the_lines_number_for_texts_and_heeds_its_stop(app: Flask) -> None:
    line = make.line(number="+33199000010", text_number="+33639980010")
    used = make.identifier("phone", NUMBER)
    call = make.contact("phone", identifier_id=used.id, line=line.number)
    assert texting.texts_from(call) == texting.outlook(call).sender.number == line.text_number
    consents.stop(used, line.text_number or "", evidence="word", by=history.CITIZEN)
    assert texting.why_not(call) == texting.STOPPED
    line.text_number = None
    assert texting.texts_from(call) == line.number


@pytest.mark.parametrize(
    ("code", "follows"),
    [("21610", "opted_out"), ("21614", "bad_number"), ("30006", "bad_number"), ("30003", "again"), ("30008", "again"),
     ("30007", "alert"), ("21408", "alert"), ("30036", ""), ("99999", "")],
)  # fmt: skip
@time_machine.travel(NOON)
def test_each_error_has_its_consequence_and_an_unknown_one_none(app: Flask, code: str, follows: str) -> None:
    contact = thread()
    message = write(contact)
    refuse(message, code)
    refuse(message, code)
    assert message.state == "failed" and message.error == code
    used = contact.identifier
    again = db.session.scalars(db.select(Message).where(Message.id > message.id)).all()
    found = {
        "opted_out": consents.stopped(used, LINE) is not None,
        "bad_number": bool(used.text_error),
        "again": len(again) == 1,
        "alert": db.session.scalar(db.select(Alert.key)) is not None,
    }
    assert [name for name, is_so in found.items() if is_so] == ([follows] if follows else [])


@time_machine.travel(NOON, tick=False)
def test_another_try_is_made_once(app: Flask) -> None:
    first = write(thread())
    refuse(first, "30008")
    (second,) = db.session.scalars(db.select(Message).where(Message.id > first.id)).all()
    assert second.held_until == NOON + timedelta(minutes=30)
    refuse(second, "30008")
    assert db.session.scalar(db.select(db.func.count(Message.id))) == 2


@time_machine.travel(NOON)
def test_a_sending_that_was_given_up_is_shown_so(app: Flask) -> None:
    contact = thread()
    message = write(contact)
    job = db.session.scalars(db.select(Job)).one()
    message.state, job.state = "unknown", "quarantined"
    db.session.flush()
    assert set_aside(contact.messages) == {message.id}


@pytest.mark.parametrize("name", ["", "123456", "Mairie de Saint-Denis", "Évry", "MAIRIE_94", "ABCDEFGHIJKL"])
def test_a_name_the_network_would_refuse_is_no_sender(app: Flask, name: str) -> None:
    with pytest.raises(Refused):
        set_up(name)


def test_a_one_way_sender_signs_with_its_name(app: Flask) -> None:
    assert sends_as(set_up("Ville de Sa")) == "Ville de Sa"
    assert sends_as(sender_for("+33199000099")) == "+33199000099"


def set_up(name: str) -> Sender:
    values = {"quiet_from": "20:00", "quiet_until": "09:00", "quiet_days": True, "provider_stops": True}
    budget = {"most_hour": 10, "most_day": 10}
    town, by = make.organization().id, history.SYSTEM
    return save_sender(
        LINE, version=0, organization_id=town, by=by, kind="one_way", name=name, **values, **budget
    )
