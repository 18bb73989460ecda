"""A request at the wrong door travels through two organizations and comes home done, its author told at each step."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from time_machine import travel

from portal import clock, history
from portal.contacts.models import Contact
from portal.database import db
from portal.directory.hours.calendars import Calendar
from portal.mail.models import Letter
from portal.referrals.following import chains, clocks
from portal.referrals.models import Referral
from tests import make
from tests.portal.referrals import lives
from tests.signing import send, signed_in

Work = Callable[[], int]
ADDRESS = "aicha@exemple.fr"
ARABIC = re.compile(r"[\u0600-\u06ff]")


class Story:
    """Days on which somebody does something, and the worker after them."""

    def __init__(self, app: Flask, work: Work) -> None:
        self.app, self.work = app, work
        make.organization(phone="+33199000001", email="accueil@mairie.example")
        make.queue()
        self.agent = make.staff()
        self.caf = lives.receiver("caf", "accueil@caf.example")
        self.cpam = lives.receiver("cpam", "accueil@cpam.example")

    def asks(self) -> None:
        request = {
            "subject": "رعاية صحية",
            "body": "أريد تسجيل طفلي في التأمين الصحي.",
            "reach": ADDRESS,
            "name": "عائشة بن علي",
            "form_key": "r" * 20,
        }
        sent = send(self.app.test_client(), "/ar/requests/new", request)
        assert sent.status_code == 303, sent.text
        self.work()

    def desk(self) -> Any:
        return signed_in(self.app.test_client(), self.agent)

    def refers(self) -> None:
        contact, desk = self.contact, self.desk()
        assert send(desk, f"/console/contacts/{contact.id}/take").status_code == 302
        outcome = {
            "disposition": "referred",
            "service": str(self.caf.id),
            "reason": "La CAF suit les familles",
            "form_key": "w" * 20,
        }
        assert send(desk, f"/console/contacts/{contact.id}/wrap-up", outcome).status_code == 302
        chosen = {"way": "email", "nature": "decision", "fields": ["name", "reach", "subject", "request"]}
        assert send(desk, f"/console/referrals/{self.referral.id}/send", chosen).status_code == 302
        self.work()

    def answers(self, receiver: str, act: str, **fields: str) -> None:
        """The receiver presses a button of the page that its latest letter opens."""
        browser = self.app.test_client()
        page = browser.get(self.link(receiver))
        assert page.status_code == 200 and "عائشة بن علي" in page.text
        hidden = dict(re.findall(r'name="(seen|form_key)" value="([^"]+)"', page.text))
        assert send(browser, f"{self.link(receiver)}/{act}", {**hidden, **fields}).status_code == 303
        self.work()

    def sends_again(self) -> None:
        contact = self.contact
        assert (contact.state, "ne relève pas" in contact.step) == ("waiting", True)
        path = f"/console/referrals/{self.referral.id}"
        desk = self.desk()
        page = desk.get(path).text
        assert f'name="service" value="{self.cpam.id}"' in page, "the service that the CAF named is filled in"
        ticked = re.findall(r'name="fields" value="(\w+)" checked', page)
        again = {"service": str(self.cpam.id), "reason": "Indiqué par la CAF", "fields": ticked}
        assert send(desk, f"{path}/again", again).status_code == 302
        self.work()

    @property
    def contact(self) -> Contact:
        return db.session.scalars(db.select(Contact)).one()

    @property
    def referral(self) -> Referral:
        return db.session.scalars(db.select(Referral).order_by(Referral.id.desc()).limit(1)).one()

    def link(self, receiver: str) -> str:
        return re.findall(r"/partner/referrals/\S+", self.letters(receiver)[-1])[-1]

    def letters(self, to: str) -> list[str]:
        return list(db.session.scalars(db.select(Letter.body).filter_by(to=to).order_by(Letter.id)))

    def follows(self) -> str:
        browser = self.app.test_client()
        with browser.session_transaction() as session:
            session["opened"] = [
                self.contact.case_id,
                int(clock.now().timestamp()) + 600,
                self.contact.identifier_id,
            ]
        return str(browser.get("/ar/requests/thread").text)


@pytest.fixture
def story(app: Flask, work: Work) -> Story:
    return Story(app, work)


def test_a_wrong_door_request_comes_home_done(story: Story) -> None:
    told = 0

    def newly_told(*words: str) -> None:
        nonlocal told
        said = story.letters(ADDRESS)[told:]
        assert len(said) == 1, said
        assert ARABIC.search(said[0]) and "Bonjour" not in said[0]
        for one in words:
            assert one in said[0], said[0]
        told += 1

    with travel("2026-03-02T09:00Z", tick=False):
        story.asks()
        newly_told()
    with travel("2026-03-03T09:00Z", tick=False):
        story.refers()
        newly_told(
            "CAF",
            "3 مارس 2026",
            "سكوت الإدارة شهرين يعني القبول",
            "اسمك",
            "01\u00a099\u00a000\u00a000\u00a050",
        )
        assert "أحيل، ولم يُقرأ بعد" in story.follows()
    with travel("2026-03-05T09:00Z", tick=False):
        story.answers("accueil@caf.example", "refuse", reason="not_for_us", redirect_to=str(story.cpam.id))
        newly_told("CAF", "نستعيده الآن")
    with travel("2026-03-06T09:00Z", tick=False):
        story.sends_again()
        newly_told("CPAM", "6 مارس 2026")
    with travel("2026-03-09T09:00Z", tick=False):
        story.answers("accueil@cpam.example", "receive", who="Zoé")
        newly_told("CPAM", "استلمت")
    with travel("2026-03-10T09:00Z", tick=False):
        story.answers("accueil@cpam.example", "accept", note="Rendez-vous le 12.")
        newly_told("CPAM", "6 مايو 2026", "Rendez-vous le 12.")
        page = story.follows()
        assert page.index("CPAM") < page.index("CAF") and "تتكفل به هذه المصلحة" in page
    with travel("2026-03-20T09:00Z", tick=False):
        story.answers("accueil@cpam.example", "close", outcome="done")
        newly_told("CPAM", "عولج")
        assert "عولج" in story.follows()
    _clocks_are_kept(story)


def _clocks_are_kept(story: Story) -> None:
    second, first = chains.chain(story.referral)
    assert (first.state, first.refusal, second.state) == ("refused", "not_for_us", "done")
    received = [Calendar().day(one.first_received_at) for one in (first, second) if one.first_received_at]
    assert received == [date(2026, 3, 2), date(2026, 3, 2)], (
        "silence that rejects would run from the first door"
    )
    assert second.competent_received_at and Calendar().day(second.competent_received_at) == date(2026, 3, 6)
    assert clocks.silence(second).on == date(2026, 5, 6)
    verbs = [event.verb for one in (first, second) for event in history.of(one)[::-1]]
    assert [verb.partition(".")[2] for verb in verbs] == [
        *("made", "sent", "arrived", "refused"),
        *("made", "sent", "arrived", "received", "accepted", "done"),
    ]
    assert story.contact.state == "wrapped_up"
