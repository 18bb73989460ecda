"""Several files of one person are read as one, and what is begun for them is recorded for the file that was kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import time_machine
from flask import Flask

from portal import clock, history
from portal.cases import opening
from portal.citizens import access, identifying, keeping, people, sighting
from portal.citizens.models import Citizen, DeniedLink
from portal.contacts import answering, recording
from portal.contacts.texts import texting
from portal.database import db
from portal.referrals.following import referring
from tests import make

PHONE, OTHER = "+33639980001", "+33639980002"


def merged() -> tuple[Citizen, Citizen, Citizen]:
    """Three files of one person, the first of which was kept; each of the two first has its number."""
    kept = make.citizen("Aïcha Benali", phone=PHONE, name_key="aicha benali")
    absorbed = make.citizen("A. Benali", phone=OTHER, name_key="a. benali", person_id=kept.id)
    return kept, absorbed, make.citizen("Aicha Ben Ali", person_id=kept.id)


def test_all_the_files_of_a_person_are_known_from_any_of_them(app: Flask) -> None:
    kept, absorbed, third = merged()
    paul = make.citizen("Paul")
    for one in (kept, absorbed, third):
        assert people.head(one) is kept
        assert people.head_id(one.id) == kept.id
        assert people.ids(one.id) == (kept.id, absorbed.id, third.id)
        assert people.files(one) == [kept, absorbed, third]
    assert people.ids(paul.id) == (paul.id,)
    assert people.ids(None) == people.ids(0) == ()
    assert people.ids(third.id, paul.id, None) == (kept.id, absorbed.id, third.id, paul.id)
    assert people.heads([third, paul, kept]) == [kept, paul]


def test_what_is_read_of_a_person_is_in_whichever_of_their_files(app: Flask) -> None:
    kept, absorbed, third = merged()
    agent, later = make.staff(), clock.now() + timedelta(days=2)
    contacts = [make.contact(citizen_id=one.id, certainty="confirmed") for one in (kept, absorbed, third)]
    cases = [opening.open_case(one, by=agent.actor) for one in contacts]
    promises = [opening.promise(one, "Rappeler", later, by=agent.actor) for one in contacts]
    service = make.service()
    referred = referring.refer(contacts[1], service.id, reason="Aide", by=agent.actor)
    told = (service.texts["fr"].name, service.organization.name, referred.created_at, "proposed")
    for one in (kept, absorbed, third):
        assert set(answering.timeline(one.id, by=agent)) == set(contacts)
        assert set(opening.open_cases(one.id, by=agent)) == set(cases)
        assert set(opening.open_promises(one.id, by=agent)) == set(promises)
        assert referring.elsewhere(one.id, organization_id=0) == [told]


def test_two_numbers_of_one_person_are_one_person(app: Flask) -> None:
    kept, _absorbed, _third = merged()
    used = make.identifier("phone", OTHER)
    assert identifying.identify(used) == identifying.Identity("one", (kept,))
    make.link(kept, used, "probable")  # known twice, of one person
    assert identifying.identify(used) == identifying.Identity("one", (kept,))
    contact, _ = recording.record_call("CA1", used, organization_id=make.organization().id, line="")
    assert contact.citizen_id == kept.id
    make.link(make.citizen("Paul"), used)
    assert identifying.identify(used).match == "several"
    assert people.reached_at("phone", OTHER)[0] is kept


def test_what_is_already_theirs_stays_in_its_own_file(app: Flask) -> None:
    kept, absorbed, _third = merged()
    agent, used = make.staff(), make.identifier("phone", OTHER)
    contact = make.contact(citizen_id=absorbed.id, certainty="probable", identifier_id=used.id)
    recording.attribute(contact, kept, certainty="confirmed", by=agent.actor)
    assert (contact.citizen_id, contact.certainty) == (absorbed.id, "confirmed")
    assert contact.person is kept
    link = identifying.link(used, kept, certainty="confirmed", evidence="agent", by=agent.actor)
    assert link.citizen_id == absorbed.id
    fresh = make.contact()
    recording.attribute(fresh, absorbed, certainty="confirmed", by=agent.actor)
    assert fresh.citizen_id == kept.id


def test_a_guess_refused_of_one_file_is_not_made_again_of_another(app: Flask) -> None:
    kept, absorbed, third = merged()
    guessed = make.identifier("phone", "+33639980003")
    make.link(third, guessed, "probable")
    sighting.refuse(guessed, kept, by=history.SYSTEM)
    assert db.session.scalars(db.select(DeniedLink.citizen_id)).all() == [third.id]
    assert not sighting.note("Mon numéro : 06 39 98 00 03", absorbed, written_on=date(2026, 3, 1))


def test_what_must_be_known_first_is_known_of_every_file(app: Flask) -> None:
    kept, absorbed, third = merged()
    agent = make.staff().actor
    keeping.raise_flag(third, "no_message", note="", ends_on=None, by=agent)
    assert [flag.citizen_id for flag in keeping.live_flags(absorbed.id)] == [kept.id]
    thread = make.contact(channel="text", identifier_id=make.identifier("phone", OTHER).id)
    assert texting.why_not(thread) == texting.NO_MESSAGE
    keeping.lower_flag(kept, keeping.live_flags(kept.id)[0].id, by=agent)
    assert keeping.live_flags(third.id) == []


def test_the_file_that_was_kept_opens_with_the_strictest_right(app: Flask) -> None:
    kept, absorbed, third = merged()
    agent = make.staff()
    assert access.open_citizen(absorbed.id, by=agent) is kept
    assert access.point_at(third.id, by=agent) is kept
    third.protected = True
    for one in (kept, absorbed, third):
        try:
            access.open_citizen(one.id, by=agent)
        except access.Protected:
            continue
        raise AssertionError("a protected person was opened")
    access.give_reason(third.id, "Elle rappelle", by=agent)
    assert access.recent_reason(kept.id, by=agent) == "Elle rappelle"


def test_a_flag_holds_until_the_local_end_of_its_last_day(app: Flask) -> None:
    person = make.citizen()
    evening = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)  # 0.30 on the 15th in Paris
    with time_machine.travel(evening - timedelta(days=1), tick=False):
        last = date(2026, 7, 14)
        keeping.raise_flag(person, "vulnerable", note="", ends_on=last, by=history.SYSTEM)
    with time_machine.travel(evening, tick=False):
        assert clock.local_day() == date(2026, 7, 15)
        assert keeping.live_flags(person.id) == []
    with time_machine.travel(evening - timedelta(hours=1), tick=False):
        assert len(keeping.live_flags(person.id)) == 1
