"""Every refusal counts against its rule, and says what would mend it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

from flask import Flask

from portal import clock
from portal.contacts.models import Contact
from portal.database import db
from portal.directory.editing import add_commune
from portal.referrals.following import living
from portal.referrals.following.ranking import ranking
from portal.referrals.models import Referral, ReferralRule
from tests import make
from tests.portal.referrals import cast, lives
from tests.signing import signed_in

SENT = [0]


def sent_by(rule: ReferralRule, commune: str = "") -> Referral:
    SENT[0] += 1
    contact = lives.contact(email=f"p{SENT[0]}@exemple.fr", commune=commune)
    made = lives.proposed(contact, rule_version_id=rule.versions[0].id)
    living.send(made, "email", by=make.staff().actor)
    return made


def ranked() -> list[Any]:
    return ranking(make.organization().id, clock.now() - timedelta(days=90))


def test_rules_are_ranked_by_refusals_to_and_fro_and_silence(app: Flask) -> None:
    good, bad = cast.rule("bonne"), cast.rule("mauvaise", words=["loyer"])
    other = cast.service("cpam")
    living.accept(sent_by(good))
    for _ in range(2):
        living.refuse(sent_by(bad), "not_for_us", redirect_to=other.id)
    living.expire(sent_by(bad))
    living.close(sent_by(bad), "done")
    first, second = ranked()
    assert (first.rule.slug, first.sent, first.refused, first.silent) == ("mauvaise", 4, 2, 1)
    assert first.share == 0.75 and first.reasons == {"not_for_us": 2}
    assert (second.rule.slug, second.failed) == ("bonne", 0)
    [mend] = first.mends
    assert (mend.kind, mend.service, mend.count) == ("service", other, 2)


def test_one_refusal_may_be_a_mistake_and_mends_nothing(app: Flask) -> None:
    living.refuse(sent_by(cast.rule()), "not_for_us", redirect_to=cast.service("cpam").id)
    assert ranked()[0].mends == []


def test_a_commune_where_it_fails_is_named(app: Flask) -> None:
    rule = cast.rule()
    for _ in range(2):
        living.refuse(sent_by(rule, commune="35238"), "wrong_area")
    living.accept(sent_by(rule, commune="35047"))
    [mend] = ranked()[0].mends
    assert (mend.kind, mend.commune, mend.place, mend.count) == ("commune", "35238", "35238 (35238)", 2)


def test_what_was_sent_before_the_period_or_by_another_organization_does_not_count(app: Flask) -> None:
    rule = cast.rule()
    old, theirs = sent_by(rule), sent_by(rule)
    old.sent_at = clock.now() - timedelta(days=91)
    theirs.organization_id = make.organization("departement").id
    db.session.flush()
    assert ranked() == []


def test_the_page_opens_the_draft_with_the_mend_in_it(app: Flask, client: Any) -> None:
    rule, other = cast.rule("logement"), cast.service("cpam")
    for _ in range(2):
        living.refuse(sent_by(rule), "not_for_us", redirect_to=other.id)
    administrator = make.staff("administrator")
    db.session.commit()
    signed_in(client, administrator)
    page = client.get("/admin/referrals/rules").text
    assert "2 refus nomment CPAM" in page
    draft = f"/admin/rules/{rule.id}/edit?service=cpam"
    assert draft in page
    assert f'name="service" value="{other.id}"' in client.get(draft).text
    assert "Aucune orientation" not in page


def failing_in(client: Any, rule: ReferralRule, topic: int | None = None, commune: str = "") -> str:
    """The page of the ranking once this rule failed twice there, and served somebody else."""
    for _ in range(2):
        made = sent_by(rule, commune=commune)
        db.session.get_one(Contact, made.contact_id).topic_id = topic
        living.refuse(made, "wrong_area")
    living.accept(sent_by(rule, commune="35047"))
    administrator = make.staff("administrator")
    db.session.commit()
    signed_in(client, administrator)
    return unescape(client.get("/admin/referrals/rules").text)


def test_a_commune_that_the_rule_names_is_out_of_the_draft_that_opens(app: Flask, client: Any) -> None:
    add_commune("35238", "Rennes", ["35000"])
    add_commune("35047", "Bruz", ["35170"])
    rule = cast.rule("logement", communes=["35047", "35238"])
    draft = f"/admin/rules/{rule.id}/edit?without_commune=35238"
    page = failing_in(client, rule, commune="35238")
    assert draft in page and "Retirer Rennes (35238)" in page
    form = client.get(draft).text
    assert "Bruz (35047)" in form and "Rennes (35238)" not in form


def test_a_commune_that_the_rule_does_not_name_gets_a_rule_apart(app: Flask, client: Any) -> None:
    add_commune("35238", "Rennes", ["35000"])
    rule = cast.rule("logement", words=["loyer"])
    draft = f"/admin/rules/new?like={rule.id}&commune=35238"
    assert draft in failing_in(client, rule, commune="35238")
    form = client.get(draft).text
    assert "Rennes (35238)" in form and "loyer" in form
    assert 'name="service" value=""' in form, "whoever writes it says where to"


def test_a_topic_where_it_fails_is_out_of_the_draft_or_has_a_rule_apart(app: Flask, client: Any) -> None:
    home, health = make.topic("logement"), make.topic("sante")
    rule = cast.rule("aides", topics=[home.slug, health.slug])
    draft = f"/admin/rules/{rule.id}/edit?without_topic=sante"
    assert draft in failing_in(client, rule, topic=health.id)
    form = client.get(draft).text
    assert re.search(r'value="logement"[^>]* checked', form)
    assert not re.search(r'value="sante"[^>]* checked', form)
    apart = client.get(f"/admin/rules/new?like={rule.id}&topic=sante").text
    assert re.search(r'value="sante"[^>]* checked', apart)
