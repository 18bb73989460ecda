"""The demo town loads as it is written."""

from datetime import timedelta

from flask import Flask

from portal import clock
from portal.articles.models import Article, Document
from portal.cases.due import levels
from portal.cases.models import Check, Clock, Macro, Note, Promise, Tag
from portal.citizens.models import Citizen
from portal.contacts.models import Contact
from portal.database import db
from portal.demo import town as demo
from portal.desk import measuring
from portal.desk import waiting as lines
from portal.desk.models import Place
from portal.directory.models import Embedder, Organization, Service
from portal.jobs import Job
from portal.lines import menus
from portal.lines.models import Line
from portal.referrals.checking.checks import failing_examples
from portal.referrals.models import Referral, ReferralRule, RuleVersion
from portal.referrals.partners.keys import partner_of
from portal.scripts.editing import findings, published_of
from portal.scripts.models import Script
from portal.staff.models import Staff
from portal.staff.sessions import check_password

SCRIPTS = 2
TABLES = (Citizen, Article, Document, ReferralRule)


def test_the_town_loads_with_its_line_services_and_staff(app: Flask) -> None:
    town = demo.read("town.json")
    demo.load_town(town)
    sign_ins = demo.load_staff(town)
    db.session.commit()
    hosts = db.session.scalars(db.select(Organization).filter_by(is_host=True)).all()
    assert [host.slug for host in hosts] == [town["organization"]]
    assert db.session.scalar(db.select(db.func.count()).select_from(Service)) == len(town["services"])
    line = db.session.scalars(db.select(Line)).one()
    version = menus.published(line)
    assert version is not None and version.tree["choices"][-1]["key"] == "0"
    assert {"welcome", "closed", "voicemail"} <= set(line.texts)
    assert {person.role for person in db.session.scalars(db.select(Staff))} == {
        "agent",
        "supervisor",
        "administrator",
        "editor",
    }
    _role, email, password, *rings = sign_ins[0].split()
    assert rings[0] == "rings"
    assert check_password(email, password) is not None


def test_what_its_line_promises_is_what_its_clocks_say() -> None:
    (line,) = demo.read("town.json")["lines"]
    spoken = levels.level_for([], nature="information", topic_id=None, priority="")
    assert spoken.first_answer_days == 2
    for language, days in (("fr", "deux jours ouvrés"), ("en", "two working days"), ("ar", "يومي عمل")):
        assert days in line["voicemail"][language]
        assert "{date}" in line["text_received"][language]


def test_the_whole_town_loads_once_with_its_lives(app: Flask) -> None:
    runner = app.test_cli_runner()
    first, again = runner.invoke(args=["load-demo"]), runner.invoke(args=["load-demo"])
    assert first.exit_code == 0, first.output
    assert "nothing was loaded" in again.output
    counts = {
        table.__name__: db.session.scalar(db.select(db.func.count()).select_from(table)) for table in TABLES
    }
    assert counts == {"Citizen": 40, "Article": 60, "Document": 4, "ReferralRule": 27}
    lived = db.select(db.func.count(Contact.id)).where(Contact.citizen_id.is_not(None))
    assert db.session.scalar(lived) == 300
    assert db.session.scalars(db.select(Job).where(Job.kind.startswith("send"))).all() == [], (
        "the past sends nothing"
    )
    scripts = db.session.scalars(db.select(Script)).all()
    assert len(scripts) == SCRIPTS and all(published_of(one) for one in scripts)
    assert [findings(version.tree) for one in scripts for version in one.versions] == [[]] * SCRIPTS
    line = db.session.scalars(db.select(Line)).one()
    version = menus.published(line)
    assert version is not None and menus.check(version.tree, line) == []
    waiting = db.session.scalars(db.select(Contact).filter_by(state="waiting")).all()
    assert len(waiting) == 6 and all(contact.queue_id for contact in waiting)
    check_calls(host_id := db.session.scalars(db.select(Organization.id).filter_by(is_host=True)).one())
    owed = db.session.scalars(db.select(Promise).where(Promise.kept_at.is_(None))).all()
    days = [clock.local_day(one.due_at) for one in owed]  # the hour of today's may be past or not
    assert [sum(day < clock.local_day() for day in days), days.count(clock.local_day())] == [2, 1]
    watches = db.session.scalars(db.select(Clock)).all()
    assert {one.state for one in watches} >= {"running", "met", "paused"}
    assert any(one.state == "running" and one.due_at < clock.now() for one in watches), "some are late"
    assert all(one.started_at == one.case.opened_at for one in watches if one.state != "paused")
    for table in (Macro, Note, Check, Tag):
        assert db.session.scalar(db.select(table.id).limit(1)), table
    states = set(db.session.scalars(db.select(Referral.state)))
    assert states >= {"proposed", "sent", "received", "accepted", "refused", "expired", "done", "unreachable"}
    assert db.session.scalar(db.select(db.func.count(Referral.id)).filter_by(state="proposed")) == 1
    assert failing_examples(host_id) == []
    settings = app.extensions["settings"]
    *sign_ins, key = (settings.data_dir / "sign-ins.txt").read_text().splitlines()
    partner = partner_of(key.split()[-1])
    assert len(sign_ins) == 9 and partner is not None and partner.way == "api"
    embedder = db.session.scalars(db.select(Embedder)).one()
    assert (embedder.origin, embedder.active) == ("https://www.val-orve.example", True)
    versions = db.session.scalars(db.select(RuleVersion).filter_by(state="published")).all()
    assert any(one.kind for one in versions)
    assert any(one.conditions.get("topics") and one.conditions.get("ages") for one in versions)


def check_calls(host_id: int) -> None:
    """Some weeks of calls stood in line, and are over: most answered soon, a few given up, or called back."""
    rows = db.session.execute(db.select(Contact, Place).join(Place, Place.contact_id == Contact.id)).all()
    assert len(rows) > 1500
    assert all(place.since < (contact.ended_at or clock.now()) < clock.now() for contact, place in rows)
    assert all(contact.queue_id == place.queue_id for contact, place in rows)
    proposed = [contact for contact, place in rows if place.state == "proposed"]
    assert len(proposed) == 2 and all(contact.state == "open" for contact in proposed)
    weeks = clock.now() - timedelta(weeks=6)
    lately = [measuring.answering(queue.id, weeks, clock.now()) for queue in lines.queues(host_id)]
    assert all(0.4 < (one.answered_soon or 0) < 0.95 and 0.01 < one.abandoned < 0.25 for one in lately)
    assert sum(one.called_back for one in lately) > 10
