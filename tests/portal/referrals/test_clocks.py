"""The two clocks of CRPA L114-3, the missing piece of L114-5, working days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from time_machine import travel

from portal import history
from portal.cases import keeping
from portal.cases.due import clocks as case_clocks
from portal.cases.models import Case
from portal.cases.opening import open_case, reopen_case
from portal.contacts.models import Attachment, Contact
from portal.contacts.recording import add_message
from portal.database import db
from portal.directory.hours import calendars
from portal.referrals.following import chains, clocks, living
from portal.referrals.models import Referral
from tests import make
from tests.portal.referrals import cast, lives


@pytest.mark.parametrize(
    ("day", "after"),
    [
        (date(2026, 3, 12), date(2026, 5, 12)),
        (date(2026, 12, 31), date(2027, 2, 28)),
        (date(2027, 12, 31), date(2028, 2, 29)),
    ],
)
def test_two_months_later_is_the_same_day_or_the_last_of_the_month(day: date, after: date) -> None:
    assert calendars.add_months(day, 2) == after


def test_working_days_leave_out_week_ends_and_public_holidays(app: Flask) -> None:
    there = calendars.of_service(cast.service())
    assert there.after(date(2026, 4, 3), 1) == date(2026, 4, 7)  # Easter Monday
    assert there.after(date(2026, 4, 30), 10) == date(2026, 5, 19)  # 8 and 14 May


def request_of(nature: str) -> Referral:
    """Asked for on 2 March, passed on the 5th, refused the 9th, passed on again the 12th."""
    with travel("2026-03-02T10:00Z", tick=False):
        contact = lives.contact()
    with travel("2026-03-05T10:00Z", tick=False):
        first = lives.sent(contact, nature=nature)
    with travel("2026-03-09T10:00Z", tick=False):
        living.refuse(first, "not_for_us")
    with travel("2026-03-12T10:00Z", tick=False):
        second = chains.send_again(first, lives.receiver("cpam").id, reason="r", by=make.staff())
        assert second is not None
        living.send(second, "email", nature=nature, by=make.staff().actor)
    return second


def test_silence_that_rejects_runs_from_the_first_body_whoever_has_it(app: Flask) -> None:
    made = request_of("request")
    assert clocks.silence(made) == clocks.Silence("rejection", date(2026, 5, 2))
    with travel("2026-03-16T10:00Z", tick=False):
        living.accept(made)
    assert clocks.silence(made).on == date(2026, 5, 2)


def test_silence_that_accepts_runs_from_when_the_competent_one_had_it(app: Flask) -> None:
    made = request_of("decision")
    assert clocks.silence(made) == clocks.Silence("acceptance")
    with travel("2026-03-14T10:00Z", tick=False):
        living.receive(made)
    with travel("2026-03-16T10:00Z", tick=False):
        living.accept(made)
    assert made.competent_received_at == datetime(2026, 3, 14, 10, tzinfo=UTC)
    assert clocks.silence(made) == clocks.Silence("acceptance", date(2026, 5, 14))


def test_silence_that_accepts_runs_from_the_letter_that_arrived_not_from_who_opened_it(
    app: Flask, work: Callable[[], int]
) -> None:
    with travel("2026-03-12T10:00Z", tick=False):
        made = lives.sent(nature="decision")
    with travel("2026-03-13T10:00Z", tick=False):
        work()  # the letter leaves, and is taken
    with travel("2026-03-20T10:00Z", tick=False):
        living.receive(made)
        living.accept(made)
    assert made.arrived_at == datetime(2026, 3, 13, 10, tzinfo=UTC)
    assert clocks.silence(made) == clocks.Silence("acceptance", date(2026, 5, 13))


def test_a_system_that_asks_us_for_what_there_is_has_it_at_once(app: Flask) -> None:
    lives.receiver(way="api")
    with travel("2026-03-12T10:00Z", tick=False):
        made = lives.sent(way="api", nature="decision")
    with travel("2026-03-20T10:00Z", tick=False):
        living.accept(made)
    assert clocks.silence(made).on == date(2026, 5, 12)


@pytest.mark.parametrize(
    ("nature", "waiting", "after"),
    [
        ("request", clocks.Silence("rejection", None, True), date(2026, 5, 9)),  # seven days stood still
        ("decision", clocks.Silence("acceptance", None, True), date(2026, 5, 19)),
    ],
)
def test_a_missing_piece_stops_the_clock(
    app: Flask, nature: str, waiting: clocks.Silence, after: date
) -> None:
    made = request_of(nature)
    with travel("2026-03-12T12:00Z", tick=False):
        living.refuse(made, "missing_piece", note="Le bail")
    assert clocks.silence(made) == waiting
    with travel("2026-03-19T12:00Z", tick=False):
        again = chains.send_again(made, made.service_id, reason="Avec le bail", by=make.staff())
        assert again is not None
        living.send(again, "email", nature=nature, by=make.staff().actor)
        living.accept(again)
    assert clocks.silence(again).on == after


def lacking(nature: str) -> Referral:
    """Sent on the 2nd, the lease asked for on the 9th; the citizen sends it on the 16th, and asks on the 18th whether
    it came."""
    with travel("2026-03-02T10:00Z", tick=False):
        made = lives.sent(nature=nature)
    with travel("2026-03-09T10:00Z", tick=False):
        living.refuse(made, "missing_piece", note="Le bail")
    contact = db.session.get_one(Contact, made.contact_id)
    with travel("2026-03-16T10:00Z", tick=False):
        given = add_message(contact, "Voici le bail.")
        filed = {"name": "bail.pdf", "media_type": "application/pdf", "size": 9, "digest": "d" * 64}
        db.session.add(Attachment(message_id=given.id, **filed))
    with travel("2026-03-18T10:00Z", tick=False):
        add_message(contact, "L’avez-vous bien eu ?")
        db.session.flush()
    return made


def test_a_missing_piece_stops_counting_when_the_citizen_gives_it(app: Flask) -> None:
    made = lacking("request")
    assert clocks.silence(made) == clocks.Silence("rejection", date(2026, 5, 9)), "a week stood still"
    with travel("2026-03-25T10:00Z", tick=False):
        again = chains.send_again(made, made.service_id, reason="Avec le bail", by=make.staff())
        assert again is not None
        living.send(again, "email", nature="request", by=make.staff().actor)
    assert clocks.silence(again).on == date(2026, 5, 9), "how long we kept it is not the citizen’s to bear"


def test_silence_accepts_from_when_the_competent_one_has_the_piece_too(app: Flask) -> None:
    made = lacking("decision")
    assert clocks.silence(made) == clocks.Silence("acceptance"), "given to us, and not yet there"
    with travel("2026-03-25T10:00Z", tick=False):
        again = chains.send_again(made, made.service_id, reason="Avec le bail", by=make.staff())
        assert again is not None
        living.send(again, "email", nature="decision", by=make.staff().actor)
        living.accept(again)
    assert clocks.silence(again).on == date(2026, 5, 25)


def test_days_are_those_of_the_place_where_they_count(app: Flask) -> None:
    """At Saint-Denis of La Réunion it is already the 3rd; at Fort-de-France still the 2nd."""
    make.service("accueil", of=make.organization(), department="974", commune="97411")
    with travel("2026-03-02T21:00Z", tick=False):
        rejects = lives.sent(nature="request")
    assert clocks.silence(rejects).on == date(2026, 5, 3)
    lives.receiver("caf-martinique").department = "972"
    with travel("2026-03-03T02:00Z", tick=False):
        accepts = lives.sent(lives.contact(email="b@exemple.fr"), "caf-martinique", nature="decision")
        living.accept(accepts)
    assert clocks.silence(accepts).on == date(2026, 5, 2)


def test_information_has_no_clock_and_receipts_are_due_in_working_days(app: Flask) -> None:
    made = request_of("information")
    assert clocks.silence(made) == clocks.Silence("")
    assert clocks.receipts(made) == clocks.Receipts(date(2026, 3, 13), date(2026, 3, 26))


def test_who_took_it_by_mistake_was_not_the_competent_one(app: Flask) -> None:
    made = lives.sent(nature="decision")
    living.accept(made)
    assert clocks.silence(made).on is not None
    living.refuse(made, "not_for_us")
    assert clocks.silence(made) == clocks.Silence("acceptance")


def test_a_matter_first_written_about_before_this_exchange_counts_from_there(app: Flask) -> None:
    with travel("2026-02-02T10:00Z", tick=False):
        case = open_case(lives.contact(), by=make.staff().actor)
    with travel("2026-03-02T10:00Z", tick=False):
        made = lives.sent(lives.contact(case_id=case.id), nature="request")
    assert clocks.silence(made).on == date(2026, 4, 2)


def test_the_matter_waits_for_the_piece_that_a_receiver_asked_for(app: Flask) -> None:
    """One silence, wherever it is read: the case's clock and the referral's agree, before and after."""
    made = lacking("request")
    case = db.session.get_one(Case, made.case_id)
    assert (case.state, case.waits_for) == ("waiting", "Le bail")
    with travel("2026-03-16T10:00Z", tick=False):
        reopen_case(case, by=history.CITIZEN)
    silence = case_clocks.clocks_of(case)["silence"]
    assert calendars.Calendar().day(silence.due_at) == clocks.silence(made).on == date(2026, 5, 9)


def test_a_referral_and_its_matter_say_the_same_of_what_is_asked_for(app: Flask) -> None:
    contact = lives.contact()
    case = open_case(contact, by=history.CITIZEN, nature="request")
    lives.sent(contact, nature="complaint")
    assert case.nature == "complaint"
    told = next(one for one in history.of(case) if one.verb == "case.edited")
    assert told.details["changed"] == {"nature": ["request", "complaint"]}
    agent = make.staff()
    keeping.edit_case(case, case.version, by=agent, nature="decision")
    made = db.session.scalars(db.select(Referral)).one()
    assert clocks.silence(made).means == "acceptance"


def test_where_nothing_is_said_a_referral_is_of_its_matters_nature(app: Flask) -> None:
    contact = lives.contact()
    case = open_case(contact, by=history.CITIZEN, nature="appeal")
    made = lives.proposed(contact)
    living.send(made, "email", by=make.staff().actor)
    assert (made.nature, case.nature) == ("appeal", "appeal")


def test_silence_that_accepts_counts_where_the_request_is(app: Flask) -> None:
    with travel("2026-03-02T10:00Z", tick=False):
        contact = lives.contact()
        made = lives.sent(contact, nature="decision")
    case = db.session.get_one(Case, contact.case_id)
    assert case_clocks.clocks_of(case)["silence"].state == "stopped"
    with travel("2026-03-09T10:00Z", tick=False):
        living.refuse(made, "not_for_us")
        ours = case_clocks.clocks_of(case)["silence"]
        assert (ours.state, ours.due_at.date()) == ("running", date(2026, 5, 2))
