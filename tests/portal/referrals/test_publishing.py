"""What stands before a publication: a second person, examples, an hour to come; and the check of all rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock, history
from portal.database import db
from portal.errors import NotYours, Refused, Stale
from portal.history import SYSTEM
from portal.jobs import Job
from portal.mail.models import Letter
from portal.referrals.checking import checks
from portal.referrals.deciding.situations import Situation
from portal.referrals.models import ReferralRule, RuleCheck, RuleVersion
from portal.referrals.ruling import planning, reviewing
from portal.referrals.ruling.editing import publish, retire, revise_draft, roll_back
from portal.referrals.ruling.examples import examples_for, failing, remove_example, save_example
from portal.referrals.ruling.versions import draft_of, planned_of, published_of
from portal.staff.models import Staff
from portal.telephony.models import Alert
from tests import make
from tests.portal.referrals import cast

KEY = "une-cle-de-formulaire"


def reviewed_rule() -> tuple[ReferralRule, Any, Any]:
    """A draft of somebody, in an organization where a second person publishes; and that second person."""
    make.organization().rules_reviewed = True
    author, second = make.staff("administrator"), make.staff("administrator", first_name="Dominique")
    rule = cast.drafted(words=["logement"])
    revise_draft(rule, cast.wording(words=["loyer"]), version=None, by=author.actor)
    return rule, author.actor, second.actor


def example(name: str = "loyer", to: str = "caf", **situation: Any) -> Any:
    asked = Situation(**(situation or {"words": "mon loyer"}))
    return save_example(
        None,
        name,
        asked,
        {"service": to},
        organization_id=make.organization().id,
        by=SYSTEM,
        form_key=KEY + name,
    )


def test_an_organization_asks_for_a_second_person_and_the_history_keeps_it(app: Flask) -> None:
    author = make.staff("administrator")
    with pytest.raises(Refused, match="deux personnes"):
        reviewing.require_review(True, by=author)
    second = make.staff("administrator", first_name="Dominique")
    reviewing.require_review(True, by=author)
    rule = cast.drafted(words=["logement"])
    revise_draft(rule, cast.wording(words=["loyer"]), version=None, by=author.actor)
    with pytest.raises(NotYours):
        publish(rule, version=None, by=author.actor)
    publish(rule, version=None, by=second.actor)
    reviewing.require_review(False, by=second)
    assert not reviewing.is_reviewed(author.organization_id)
    verbs = [event.verb for event in history.of(make.organization())]
    assert {"organization.rules_review_required", "organization.rules_review_ended"} <= {*verbs}


def test_the_author_does_not_publish_alone_where_a_second_person_reads(app: Flask) -> None:
    rule, author, second = reviewed_rule()
    with pytest.raises(NotYours, match="Une autre personne"):
        publish(rule, version=None, by=author)
    with pytest.raises(NotYours):
        planning.plan(rule, clock.now() + timedelta(days=1), version=None, by=author)
    reviewing.ask_for_review(rule, version=rule.version, by=author)
    publish(rule, version=rule.version, by=second)
    published = published_of(rule)
    assert published and published.published_by == second.id and published.created_by == author.id
    revise_draft(rule, cast.wording(words=["bail"]), version=None, by=author)
    roll_back(publish_by(rule, second), version=None, by=author)
    retire(rule, version=None, by=author)


def publish_by(rule: ReferralRule, by: Any) -> ReferralRule:
    publish(rule, version=None, by=by)
    return rule


def test_the_second_person_may_send_it_back_with_a_reason(app: Flask) -> None:
    rule, author, second = reviewed_rule()
    with pytest.raises(Refused, match="Personne n’a demandé"):
        reviewing.send_back(rule, "Pas clair", version=None, by=second)
    reviewing.ask_for_review(rule, version=None, by=author)
    with pytest.raises(NotYours):
        reviewing.send_back(rule, "Pas clair", version=None, by=author)
    with pytest.raises(Refused, match="pourquoi"):
        reviewing.send_back(rule, " ", version=None, by=second)
    with pytest.raises(Stale):
        reviewing.send_back(rule, "Pas clair", version=1, by=second)
    for _ in range(2):
        reviewing.send_back(rule, "Pas clair", version=None, by=second, form_key=KEY)
    event = history.of(rule)[0]
    assert (event.verb, event.details["reason"]) == ("rule.sent_back", "Pas clair")
    assert [one.verb for one in history.of(rule)].count("rule.sent_back") == 1
    draft = draft_of(rule)
    assert draft and draft.review_asked_at is None


def test_the_author_reads_in_a_letter_why_it_was_sent_back(app: Flask, work: Callable[[], int]) -> None:
    rule, author, second = reviewed_rule()
    reviewing.ask_for_review(rule, version=None, by=author)
    for _ in range(2):
        reviewing.send_back(rule, "Dites aussi où aller.", version=None, by=second, form_key=KEY)
    work()
    letter = db.session.scalars(db.select(Letter)).one()
    assert letter.to == db.session.get_one(Staff, author.id).email
    assert rule.slug in letter.subject and "Dominique" in letter.body
    assert "« Dites aussi où aller. »" in letter.body and f"/admin/rules/{rule.id}" in letter.body


def test_a_draft_that_changes_must_be_read_again(app: Flask) -> None:
    rule, author, _second = reviewed_rule()
    reviewing.ask_for_review(rule, version=None, by=author)
    draft = revise_draft(rule, cast.wording(words=["bail"]), version=None, by=author)
    assert draft.review_asked_at is None


def test_a_planned_rule_enters_into_force_at_its_hour_and_not_before(
    app: Flask, work: Callable[[], int]
) -> None:
    by = make.staff("administrator").actor
    rule = cast.drafted(words=["logement"])
    at = clock.now() + timedelta(days=2)
    with pytest.raises(Refused, match="à venir"):
        planning.plan(rule, clock.now(), version=1, by=by)
    planned = planning.plan(rule, at, version=1, by=by, form_key=KEY)
    assert planning.plan(rule, at, version=1, by=by, form_key=KEY) is planned
    with pytest.raises(Refused, match="attend sa date"):
        revise_draft(rule, cast.wording(words=["bail"]), version=None, by=by)
    work()
    assert published_of(rule) is None
    with time_machine.travel(at + timedelta(seconds=1)):
        work()
        db.session.expire_all()
        found = published_of(rule)
        assert found and found.published_by == by.id and found.publish_at is None


def test_a_planned_rule_that_no_longer_holds_stays_planned_with_an_alert(
    app: Flask, work: Callable[[], int]
) -> None:
    rule = cast.drafted(words=["logement"])
    at = clock.now() + timedelta(days=2)
    planning.plan(rule, at, version=1, by=make.staff("administrator").actor)
    cast.service().active = False
    with time_machine.travel(at + timedelta(seconds=1)):
        work()
        db.session.expire_all()
        assert planned_of(rule) and published_of(rule) is None
        alert = db.session.scalars(db.select(Alert)).one()
        assert rule.slug in alert.sentence and "actif" in alert.sentence
    cast.service().active = True
    planning.unplan(rule, version=None, by=SYSTEM)
    publish(rule, version=None, by=SYSTEM)
    assert planning.publish_planned(rule.versions[0].id) is False


def test_a_failing_example_keeps_a_rule_from_being_published(app: Flask) -> None:
    cast.rule("loyers", words=["loyer"])
    kept = example()
    assert example() is kept, "the same form twice makes one example"
    rule = cast.drafted("bail", "adil", position=1, words=["loyer"])
    draft = draft_of(rule)
    assert draft and [one.example.name for one in failing(draft)] == ["loyer"]
    with pytest.raises(Refused) as refusal:
        publish(rule, version=None, by=SYSTEM)
    assert refusal.value.field == "examples" and "« loyer »" in refusal.value.values["names"]
    with pytest.raises(Refused):
        planning.plan(rule, clock.now() + timedelta(days=1), version=None, by=SYSTEM)
    save_example(
        kept, "loyer", Situation(words="loyer"), {"service": "adil"}, organization_id=0, by=SYSTEM, version=1
    )
    publish(rule, version=None, by=SYSTEM)


@pytest.mark.parametrize(
    ("expected", "holds"),
    [({"emergency": True}, True), ({"nobody": True}, True), ({"service": "caf"}, False)],
)
def test_an_example_may_expect_the_emergency_numbers_or_nobody(
    app: Flask, expected: dict[str, Any], holds: bool
) -> None:
    cast.service()
    of = make.organization().id
    save_example(None, "danger", Situation(words="je veux mourir"), expected, organization_id=of, by=SYSTEM)
    draft = draft_of(cast.drafted(words=["loyer"]))
    assert draft and bool(failing(draft)) is not holds


@pytest.mark.parametrize(
    ("name", "situation", "expected", "field"),
    [
        ("", {"words": "loyer"}, {"nobody": True}, "name"),
        ("vide", {}, {"nobody": True}, "words"),
        ("service", {"words": "loyer"}, {"service": "inconnu"}, "expected_service"),
        ("genre", {"words": "loyer"}, {"kind": "inconnu"}, "expected_kind"),
        ("rien", {"words": "loyer"}, {}, "outcome"),
    ],
)
def test_an_example_that_cannot_be_is_refused_beside_its_field(
    app: Flask, name: str, situation: dict[str, Any], expected: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        save_example(
            None, name, Situation(**situation), expected, organization_id=make.organization().id, by=SYSTEM
        )
    assert refusal.value.field == field


def test_an_example_saved_from_an_older_one_is_refused_with_both(app: Flask) -> None:
    cast.service("caf")
    kept = example()
    again: dict[str, Any] = {"organization_id": 0, "by": SYSTEM, "version": 1}
    save_example(kept, "loyers", Situation(words="loyers"), {"service": "caf"}, **again)
    with pytest.raises(Stale) as refusal:
        save_example(kept, "bail", Situation(words="bail"), {"nobody": True}, **again)
    assert (refusal.value.theirs["name"], refusal.value.yours["name"]) == ("loyers", "bail")
    remove_example(kept, by=SYSTEM)
    assert examples_for(make.organization().id) == []


def test_the_worker_checks_all_rules_and_keeps_what_it_found(app: Flask, work: Callable[[], int]) -> None:
    cast.rule("un", "caf", words=["logement"])
    cast.rule("deux", "adil", words=["logement"])
    cast.rule("trois", "caf", position=500, words=["logement social"])
    make.topic("sante")
    of = make.organization().id
    asked = checks.ask_check(of, by=SYSTEM)
    assert checks.ask_check(of, by=SYSTEM) is asked
    work()
    db.session.expire_all()
    check = db.session.get_one(RuleCheck, asked.id)
    assert (check.state, check.done, check.total) == ("done", 3, 3)
    found = {(one["kind"], tuple(one["rules"])) for one in check.findings}
    assert ("contradiction", ("un", "deux")) in found and ("dead", ("trois", "un")) in found
    assert check.stamp == checks.stamp(of)


def test_a_check_of_one_draft_reads_it_as_if_it_were_in_force(app: Flask) -> None:
    cast.rule("un", "caf", words=["logement"])
    draft = draft_of(cast.drafted("deux", "adil", position=500, words=["logement social"]))
    assert draft
    (found,) = checks.findings_of_draft(draft)
    assert (found.kind, found.situation.words) == ("dead", "logement social")


def test_what_was_put_off_while_the_worker_waited_for_the_rule_is_not_published(app: Flask) -> None:
    rule = cast.drafted(words=["logement"])
    at = clock.now() + timedelta(hours=1)
    waiting = planning.plan(rule, at, version=None, by=SYSTEM)
    assert [one.state for one in rule.versions] == ["planned"]
    elsewhere = (
        db.update(RuleVersion).where(RuleVersion.id == waiting.id).values(state="draft", publish_at=None)
    )
    db.session.execute(elsewhere.execution_options(synchronize_session=False))
    with time_machine.travel(at + timedelta(minutes=1)):
        assert not planning.publish_planned(waiting.id)
    assert published_of(rule) is None


def test_a_check_that_the_worker_gave_up_keeps_nobody_from_asking_again(app: Flask) -> None:
    of = make.organization().id
    first = checks.ask_check(of, by=SYSTEM)
    assert checks.ask_check(of, by=SYSTEM) is first
    job = db.session.scalars(db.select(Job).filter_by(kind="check_rules")).one()
    job.state = "quarantined"
    assert not checks.is_going(first)
    assert checks.ask_check(of, by=SYSTEM) is not first
    assert first.state == "failed" and first.ended_at


def test_a_roll_back_by_which_an_example_fails_is_confirmed_first(app: Flask) -> None:
    rule = cast.rule(words=["loyer"])
    revise_draft(rule, cast.wording(words=["bail"]), version=None, by=SYSTEM)
    publish(rule, version=None, by=SYSTEM)
    example("bail", words="mon bail")
    with pytest.raises(Refused) as refusal:
        roll_back(rule, version=None, by=SYSTEM)
    assert refusal.value.field == "knowingly" and "« bail »" in refusal.value.values["names"]
    with pytest.raises(Refused):
        retire(rule, version=None, by=SYSTEM)
    assert roll_back(rule, version=None, knowingly=True, by=SYSTEM).number == 3
    assert history.of(rule)[0].details["knowingly"] is True
    retire(rule, version=None, by=SYSTEM)
    assert published_of(rule) is None, "the example failed before: nothing is made worse by it"
