"""Sending somebody to a service is kept once, with who did it and why."""

import pytest
from flask import Flask

from portal import history
from portal.errors import Refused
from portal.referrals.following.referring import refer, referrals_of
from tests import make
from tests.portal.referrals import cast


def test_a_referral_keeps_who_where_why_and_the_rule(app: Flask) -> None:
    agent, citizen = make.staff(), make.citizen()
    contact = make.contact(citizen_id=citizen.id)
    version = cast.rule().versions[0]
    service = cast.service()
    made = refer(contact, service.id, by=agent.actor, reason=" Aide au logement ", rule_version_id=version.id)
    assert (made.state, made.reason, made.created_by) == ("proposed", "Aide au logement", agent.id)
    assert (made.citizen_id, made.organization_id) == (citizen.id, contact.organization_id)
    event = history.of(made)[0]
    assert (event.verb, event.citizen_id, event.details["rule"]) == ("referral.made", citizen.id, version.id)


def test_the_same_service_is_proposed_once_for_a_contact(app: Flask) -> None:
    agent, contact = make.staff(), make.contact()
    first = refer(contact, cast.service().id, by=agent.actor, reason="a")
    assert refer(contact, cast.service().id, by=agent.actor, reason="a") is first
    other = refer(contact, cast.service("cpam").id, by=agent.actor, reason="b")
    assert referrals_of([contact.id]) == [other, first]
    assert len(history.of(first)) == 1


def test_nobody_is_sent_to_a_service_that_closed_or_without_a_reason(app: Flask) -> None:
    closed, open_ = make.service("caf", active=False), make.service("cpam")
    for service, reason in ((closed, "logement"), (open_, " ")):
        with pytest.raises(Refused):
            refer(make.contact(), service.id, by=make.staff().actor, reason=reason)
