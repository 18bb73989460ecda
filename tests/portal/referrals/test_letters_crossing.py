"""Letters to receivers that cross an answer: nothing goes back, and nobody is reminded of what they took."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from time_machine import travel

from portal import history
from portal.database import db
from portal.mail.models import Letter
from portal.referrals.following import asking, living, reminding
from portal.referrals.models import Partner
from tests import make
from tests.portal.referrals import lives

Work = Callable[[], int]


def letters(to: str) -> list[Letter]:
    return list(db.session.scalars(db.select(Letter).filter_by(to=to).order_by(Letter.id)))


def test_what_a_service_sees_to_stays_with_it_when_a_letter_to_it_comes_back(app: Flask, work: Work) -> None:
    made = lives.sent()
    work()
    asking.ask(made, "Où ?", form_key="q" * 20)
    living.accept(made)
    asking.answer(made, "Ici.", form_key="r" * 20, by=make.staff().actor)
    db.session.get_one(Partner, made.service.organization_id).email = "pas une adresse"
    settings = app.extensions["settings"]
    object.__setattr__(settings, "smtp_host", "localhost")
    try:
        work()
    finally:
        object.__setattr__(settings, "smtp_host", "")
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
