"""Letters to receivers that cross an answer: nothing goes back, and nobody is reminded of what they took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from time_machine import travel

from portal import history, jobs
from portal.contacts.models import Contact
from portal.database import db
from portal.mail.keeping import keep_letter
from portal.mail.models import IncomingLetter, Letter
from portal.referrals.following import asking, links, living, reminding
from portal.referrals.models import Partner, Referral, ReferralLink
from tests import make
from tests.portal.referrals import lives
from tests.portal.test_mail_servers import BOUNCE

Work = Callable[[], int]


def letters(to: str) -> list[Letter]:
    return list(db.session.scalars(db.select(Letter).filter_by(to=to).order_by(Letter.id)))


def test_what_a_service_sees_to_stays_with_it_when_a_letter_to_it_comes_back(
    app: Flask, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = lives.sent()
    work()
    asking.ask(made, "Où ?", form_key="q" * 20)
    living.accept(made)
    asking.answer(made, "Ici.", form_key="r" * 20, by=make.staff().actor)
    db.session.get_one(Partner, made.service.organization_id).email = "pas une adresse"
    with monkeypatch.context() as by_mail:
        by_mail.setitem(
            app.extensions, "settings", replace(app.extensions["settings"], smtp_host="localhost")
        )
        work()
    db.session.refresh(made)
    assert made.state == "accepted"
    assert "referral.letter_refused" in [one.verb for one in history.of(made)]


def test_who_accepts_before_the_reminder_leaves_gets_none(app: Flask, work: Work) -> None:
    with travel("2026-03-02T10:00Z", tick=False):
        made = lives.sent()
        work()
    before = len(letters("accueil@caf.example"))
    with travel("2026-03-16T10:00Z", tick=False):
        for group in reminding.due():
            reminding.remind(group)
        living.accept(made)
        work()
    assert len(letters("accueil@caf.example")) == before


def come_back(app: Flask, work: Work, made: Referral) -> str:
    """The last letter about it comes back to our mailbox."""
    last = db.select(ReferralLink.letter).filter_by(referral_id=made.id).order_by(ReferralLink.id.desc())
    header_id = db.session.scalars(last).first()
    raw = BOUNCE.format(action="failed", status="5.1.1", header_id=header_id).encode()
    row, _ = keep_letter(app.extensions["settings"], raw, source="smtp", recipient="")
    work()
    db.session.expire_all()
    return db.session.get_one(IncomingLetter, row.id).state


def test_a_letter_to_a_service_that_comes_back_brings_the_person_back(app: Flask, work: Work) -> None:
    made = lives.sent()
    work()
    assert come_back(app, work, made) == "returned"
    assert (made.state, made.refusal, made.competent_received_at) == ("refused", "unreachable", None)
    assert db.session.get_one(Contact, made.contact_id).step == living.BACK["unreachable"]
    why = next(one for one in history.of(made) if one.verb == "referral.letter_refused")
    assert "cette adresse n’existe pas" in why.details["why"]
    assert "pas pu joindre CAF" in letters("aicha@exemple.fr")[-1].body


def test_of_one_that_a_service_sees_to_the_desk_is_told_all_the_same(app: Flask, work: Work) -> None:
    made = lives.sent()
    work()
    living.accept(made)
    db.session.commit()
    come_back(app, work, made)
    assert made.state == "accepted"
    assert db.session.get_one(Contact, made.contact_id).step == living.BACK["letter_refused"]


def test_the_link_of_a_late_reminder_opens_until_nobody_is_awaited(app: Flask, work: Work) -> None:
    """Reminded after 20 and 120 working days: the first link must outlive the wait for the second letter."""
    lives.receiver(remind_first=20, remind_second=120)
    with travel("2026-03-02T10:00Z", tick=False):
        made = lives.sent()
        work()
    for day, reminder in (("2026-03-31", 1), ("2026-08-28", 2)):
        with travel(f"{day}T10:00Z", tick=False):
            remind(work)
            assert db.session.get_one(Referral, made.id).reminders == reminder
        before = {1: "2026-08-20", 2: "2026-09-22"}[reminder]
        with travel(f"{before}T10:00Z", tick=False):
            token = letters("accueil@caf.example")[-1].body.split("/partner/referrals/")[1].split()[0]
            assert links.open_link(token).id == made.id


def remind(work: Work) -> None:
    jobs.enqueue("remind_referrals", {})
    work()
    db.session.expire_all()


@pytest.fixture
def broken(app: Flask) -> Iterator[set[int]]:
    """Referrals that the database takes no change of."""
    ids: set[int] = set()

    def refuse(session: Any, *_: Any) -> None:
        if ids & {one.id for one in session.dirty if isinstance(one, Referral)}:
            raise RuntimeError("refused by the test")

    event.listen(db.session, "before_flush", refuse)
    yield ids
    event.remove(db.session, "before_flush", refuse)


def test_what_goes_wrong_with_one_receiver_is_nothing_to_the_others(
    app: Flask, work: Work, broken: set[int]
) -> None:
    with travel("2026-03-02T10:00Z", tick=False):
        first = lives.sent()
        lives.receiver("cpam", "accueil@cpam.example")
        second = lives.sent(lives.contact(email="b@exemple.fr"), "cpam")
        work()
    ids = first.id, second.id
    broken.add(first.id)
    with travel("2026-03-16T10:00Z", tick=False):
        remind(work)
        assert [db.session.get_one(Referral, one).reminders for one in ids] == [0, 1]
        waits = db.select(jobs.Job).filter_by(kind="remind_referrals", last_error="RuntimeError")
        assert db.session.scalars(waits).first() is not None, "it is tried again"
    broken.clear()
    with travel("2026-03-16T10:30Z", tick=False):
        work()
    db.session.expire_all()
    assert [db.session.get_one(Referral, one).reminders for one in ids] == [1, 1]
