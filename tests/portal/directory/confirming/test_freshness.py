"""What nobody has confirmed for a year is stale, and owners are asked: once, reminded once, so many a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal import clock, history
from portal.database import db
from portal.directory.confirming import asking, correcting, freshness
from portal.directory.confirming.asking import ConfirmationRequest, Over
from portal.directory.models import Location, Organization, Service, ServiceText
from portal.errors import Missing, Refused
from portal.jobs import Job

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
KEY = "a key of ours"


def record(**values: Any) -> Service:
    return Service(slug="x", organization_id=1, **values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, True),
        ({"source_date": date(2017, 12, 12)}, True),
        ({"source_date": date(2025, 11, 22)}, False),
        ({"source_date": date(2025, 11, 21)}, True),
        ({"confirmed_at": NOW - timedelta(days=300), "source_date": date(2017, 12, 12)}, False),
        ({"confirmed_at": NOW - timedelta(days=400), "source_date": date(2026, 11, 1)}, True),
    ],
)
def test_what_nobody_confirmed_for_a_year_is_stale(values: dict[str, Any], expected: bool) -> None:
    assert freshness.is_stale(record(**values), NOW) is expected


def test_a_month_has_the_days_it_has() -> None:
    assert freshness.oldest(datetime(2028, 2, 29, tzinfo=UTC), 12) == date(2027, 2, 28)
    assert freshness.oldest(datetime(2026, 3, 31, tzinfo=UTC), 1) == date(2026, 2, 28)
    assert freshness.oldest(datetime(2026, 1, 15, tzinfo=UTC), 12) == date(2025, 1, 15)


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(1, 36),
)
def test_nothing_grows_fresher_by_waiting(seen: date, day: date, months: int) -> None:
    row = record(source_date=seen)
    when = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert freshness.is_stale(row, when, months) <= freshness.is_stale(row, when + timedelta(days=1), months)


@pytest.fixture
def caf(app: Flask) -> Organization:
    """A partner whose two services came from the directory of 2017."""
    made = Organization(slug="caf", name="CAF du Jura", email="accueil@caf.example")
    for slug in ("accueil", "logement"):
        service = Service(slug=slug, phone="3230", source_date=date(2017, 12, 12), organization=made)
        service.texts["fr"] = ServiceText(language="fr", name=f"CAF {slug}")
        db.session.add(service)
    db.session.flush()
    return made


def waiting() -> list[dict[str, Any]]:
    return [job.payload for job in db.session.scalars(db.select(Job).filter_by(kind="ask_owner"))]


def answer(request: ConfirmationRequest, apart: set[int] | None = None) -> None:
    asking.answer(request, asking.seal(asking.services_of(request)), apart or set())


def test_the_query_and_the_verb_agree_on_what_is_stale(caf: Organization) -> None:
    for n, values in enumerate(
        (
            {"confirmed_at": clock.now()},
            {"confirmed_at": clock.now() - timedelta(days=400)},
            {"confirmed_at": clock.now() - timedelta(days=400), "source_date": clock.local_day()},
            {"source_date": clock.local_day()},
            {},
        )
    ):
        db.session.add(Service(slug=f"s{n}", organization=caf, **values))
    db.session.flush()
    stale = set(db.session.scalars(db.select(Service).where(freshness.stale(Service, clock.now()))))
    every = set(db.session.scalars(db.select(Service)))
    assert stale == {one for one in every if freshness.is_stale(one, clock.now())}
    assert len(stale) == 5


def test_partners_and_ourselves_are_asked_and_nobody_else(caf: Organization) -> None:
    host = Organization(slug="ville", name="Ville", email="mairie@ville.example", is_host=True)
    other = Organization(slug="autre", name="Mairie importée", email="autre@example.fr")
    silent = Organization(slug="muet", name="Sans adresse")
    for one in (host, other, silent):
        db.session.add(Service(slug=f"s-{one.slug}", organization=one))
    db.session.flush()
    found = asking.due({caf.id: "referent@caf.example", silent.id: ""}, clock.now(), 12)
    assert [(one.slug, to) for one, to in found] == [
        ("caf", "referent@caf.example"),
        ("ville", "mairie@ville.example"),
    ]


def test_nobody_is_asked_twice_for_the_same_year(caf: Organization) -> None:
    request = asking.ask(caf)
    assert asking.ask(caf) is request
    assert waiting() == [{"request": request.id}]
    assert asking.due({caf.id: ""}, clock.now(), 12) == []
    assert [event.verb for event in history.of(caf)] == ["organization.asked_to_confirm"]


def test_one_without_an_address_cannot_be_asked(caf: Organization) -> None:
    caf.email = ""
    with pytest.raises(Refused):
        asking.ask(caf)


def test_a_reminder_leaves_once_after_thirty_days_unless_they_answered(caf: Organization) -> None:
    request = asking.ask(caf)
    assert asking.take_turn(request, reminder=False)
    db.session.flush()
    assert asking.remind(clock.now() + timedelta(days=29)) == 0
    later = clock.now() + timedelta(days=31)
    assert asking.remind(later) == 1
    with time_machine.travel(later, tick=False):
        assert asking.take_turn(request, reminder=True)
        db.session.flush()
        assert asking.remind(clock.now()) == 0
    assert waiting()[-1] == {"request": request.id, "reminder": True}


def test_one_who_answered_is_not_reminded(caf: Organization) -> None:
    request = asking.ask(caf)
    asking.take_turn(request, reminder=False)
    answer(request)
    db.session.flush()
    assert asking.remind(clock.now() + timedelta(days=31)) == 0
    assert not asking.wants(request, reminder=True)


def test_only_so_many_letters_leave_in_a_day(caf: Organization) -> None:
    request = asking.ask(caf)
    other = asking.ask(Organization(id=caf.id + 1, slug="b", name="B", email="b@example.fr"))
    assert asking.take_turn(request, reminder=False, a_day=1)
    db.session.flush()
    assert asking.take_turn(request, reminder=False, a_day=1)  # the same, tried again
    assert not asking.take_turn(other, reminder=False, a_day=1)
    with time_machine.travel(clock.over_at(clock.local_day())):
        assert asking.take_turn(other, reminder=False, a_day=1)


def test_a_signed_link_opens_its_request_until_it_is_over(caf: Organization) -> None:
    request = asking.ask(caf)
    token = asking.sign(request.id, KEY)
    assert asking.open_request(token, KEY) is request
    for wrong in (
        token[:-1],
        token + "x",
        "1",
        asking.sign(request.id, "another key"),
        asking.sign(999, KEY),
    ):
        with pytest.raises(Missing):
            asking.open_request(wrong, KEY)
    with time_machine.travel(clock.now() + timedelta(days=91)), pytest.raises(Over):
        asking.open_request(token, KEY)


def test_what_the_owner_confirms_is_fresh_and_says_by_whom(caf: Organization) -> None:
    request, place = asking.ask(caf), Location(organization_id=caf.id)
    db.session.add(place)
    db.session.flush()
    version = caf.services[0].version
    answer(request)
    answer(request)  # replayed, it is said once
    db.session.flush()
    db.session.expire_all()
    for service in caf.services:
        assert not freshness.is_stale(service, clock.now())
        assert (service.confirmed_by, service.version) == ("accueil@caf.example", version)
        assert [event.verb for event in history.of(service)] == ["service.confirmed"]
    assert request.state == "confirmed" and not freshness.is_stale(place, clock.now())


def test_more_than_one_reads_at_once_is_confirmed_page_by_page(caf: Organization) -> None:
    for n in range(asking.MOST_SHOWN + 1):
        extra = Service(slug=f"s{n}", organization_id=caf.id)
        extra.texts["fr"] = ServiceText(language="fr", name=f"Guichet {n}")
        db.session.add(extra)
    db.session.flush()
    request = asking.ask(caf)
    first = asking.services_of(request)
    seen = asking.seal(first)
    assert (len(first), asking.left(request)) == (asking.MOST_SHOWN, asking.MOST_SHOWN + 3)
    asking.answer(request, seen, set())
    asking.answer(request, seen, set())  # pressed twice, it confirms nothing that was not read
    assert request.state == "planned" and asking.left(request) == 3
    assert not set(asking.services_of(request)) & set(first)
    answer(request)
    assert request.state == "confirmed"
    assert not db.session.scalars(db.select(Service).where(freshness.stale(Service, clock.now()))).all()


def test_what_changed_while_they_read_is_not_confirmed(caf: Organization) -> None:
    request = asking.ask(caf)
    seen = asking.seal(asking.services_of(request))
    caf.services[0].phone = "+33384000000"
    with pytest.raises(Refused, match="changé pendant"):
        asking.answer(request, seen, set())
    assert request.state == "planned"


class Boss:
    """An administrator, as far as the directory knows."""

    id, role, organization_id, may_open_protected = None, "administrator", 1, False
    actor = history.SYSTEM


def test_a_correction_is_kept_and_applied_only_when_accepted(caf: Organization) -> None:
    request, service = asking.ask(caf), caf.services[0]
    made = correcting.propose(request, service, {"phone": " +33384000000 ", "email": ""}, "nouveau numéro")
    assert made.changes == {"phone": ["3230", "+33384000000"]}
    assert service.phone == "3230" and correcting.inbox() == [made]
    correcting.accept(made, Boss())
    assert service.phone == "+33384000000" and service.texts["fr"].name
    db.session.flush()
    db.session.refresh(service)
    assert not freshness.is_stale(service, clock.now())
    assert correcting.inbox() == []
    with pytest.raises(Refused):
        correcting.accept(made, Boss())


def test_a_correction_refused_changes_nothing(caf: Organization) -> None:
    request, service = asking.ask(caf), caf.services[0]
    made = correcting.propose(request, service, {"active": False})
    correcting.refuse(made, Boss())
    assert service.active and made.state == "refused" and correcting.inbox() == []


def test_a_correction_of_what_changed_since_is_not_applied(caf: Organization) -> None:
    request, service = asking.ask(caf), caf.services[0]
    made = correcting.propose(request, service, {"phone": "+33384000000"})
    service.phone = "+33384999999"
    db.session.flush()
    with pytest.raises(Refused, match="a changé depuis"):
        correcting.accept(made, Boss())
    assert service.phone == "+33384999999"


def test_a_remark_alone_confirms_nothing(caf: Organization) -> None:
    request, service = asking.ask(caf), caf.services[0]
    made = correcting.propose(request, service, {}, "Nous déménageons en mars.")
    correcting.accept(made, Boss())
    assert made.state == "accepted" and freshness.is_stale(service, clock.now())


def test_proposed_anew_a_correction_takes_the_place_of_the_former(caf: Organization) -> None:
    request, service = asking.ask(caf), caf.services[0]
    first = correcting.propose(request, service, {"phone": "+33384000000"})
    again = correcting.propose(request, service, {"phone": "+33384000001"})
    assert first is again and len(correcting.inbox()) == 1


def test_hours_that_cannot_be_are_refused_and_holidays_kept(caf: Organization) -> None:
    request, service = asking.ask(caf), caf.services[0]
    service.schedule = {"mon": [["09:00", "12:00"]], "days": {"2026-12-24": []}}
    with pytest.raises(Refused):
        correcting.propose(request, service, {"schedule": {"mon": [["12:00", "09:00"]]}})
    made = correcting.propose(request, service, {"schedule": {"mon": [["08:00", "12:00"]]}})
    assert made.changes["schedule"][1] == {"mon": [["08:00", "12:00"]], "days": {"2026-12-24": []}}


@pytest.mark.parametrize("values", [{}, {"phone": "3230"}])
def test_a_correction_that_corrects_nothing_is_refused(caf: Organization, values: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="rien changé"):
        correcting.propose(asking.ask(caf), caf.services[0], values)


def test_what_waits_to_be_corrected_is_not_confirmed_with_the_rest(caf: Organization) -> None:
    request = asking.ask(caf)
    wrong, right = caf.services
    correcting.propose(request, wrong, {"phone": "+33384000000"})
    answer(request, apart={wrong.id})
    db.session.flush()
    db.session.expire_all()
    assert freshness.is_stale(wrong, clock.now()) and not freshness.is_stale(right, clock.now())
