"""The life of a rule: what is published is obeyed at once, and nothing it said before is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.app import create_app
from portal.database import db
from portal.errors import Refused, Stale
from portal.referrals.deciding.situations import Situation
from portal.referrals.deciding.suggesting import suggest
from portal.referrals.models import ReferralRule
from portal.referrals.ruling.editing import (
    draft_rule,
    drop_draft,
    publish,
    retire,
    revise_draft,
    roll_back,
)
from portal.referrals.ruling.versions import draft_of, published_of
from portal.referrals.ruling.wording import Wording, lacking
from tests import make
from tests.portal.referrals import cast

ASKED = Situation(words="aide au logement")
KEY = "une-cle-de-formulaire"


def told() -> list[str]:
    return [found.service.slug for found in suggest(ASKED) if found.service]


def test_a_draft_sends_nobody_anywhere_until_it_is_published(app: Flask) -> None:
    admin = make.staff("administrator").actor
    rule = cast.drafted(words=["logement"])
    assert told() == []
    publish(rule, version=1, by=admin)
    assert told() == ["caf"]
    revise_draft(rule, cast.wording("adil", words=["logement"]), version=2, by=admin)
    assert told() == ["caf"]
    publish(rule, version=3, by=admin)
    assert told() == ["adil"]
    assert [(v.number, v.state) for v in rule.versions] == [(1, "past"), (2, "published")]
    assert rule.versions[0].ended_at and rule.versions[1].published_by == admin.id


def test_another_instance_obeys_as_soon_as_it_is_committed(app: Flask) -> None:
    other = create_app(app.extensions["settings"])
    rule = cast.rule(words=["logement"])
    db.session.commit()
    with other.app_context():
        assert told() == ["caf"]
    revise_draft(rule, cast.wording("adil", words=["logement"]), version=None, by=history.SYSTEM)
    publish(rule, version=None, by=history.SYSTEM)
    with other.app_context():
        db.session.rollback()
        assert told() == ["caf"] if app.extensions["settings"].database_url.startswith("postgresql") else True
    db.session.commit()
    with other.app_context():
        assert told() == ["adil"]
        db.session.remove()


def test_rolling_back_puts_the_former_words_in_force_as_a_new_version(app: Flask) -> None:
    admin = make.staff("administrator").actor
    rule = cast.rule(words=["logement"])
    revise_draft(rule, cast.wording("adil", words=["logement"]), version=2, by=admin)
    publish(rule, version=3, by=admin)
    roll_back(rule, version=4, by=admin)
    assert told() == ["caf"]
    assert [(v.number, v.state) for v in rule.versions] == [(1, "past"), (2, "past"), (3, "published")]
    event = history.of(rule)[0]
    assert (event.verb, event.details["restores"], event.details["number"]) == ("rule.rolled_back", 1, 3)
    assert event.details["changed"]["service_id"] == [cast.service("adil").id, cast.service("caf").id]


def test_a_retired_rule_is_silent_and_can_come_back(app: Flask) -> None:
    rule = cast.rule(words=["logement"])
    retire(rule, version=2, by=history.SYSTEM)
    assert (told(), published_of(rule)) == ([], None)
    with pytest.raises(Refused):
        retire(rule, version=3, by=history.SYSTEM)
    roll_back(rule, version=3, by=history.SYSTEM)
    assert told() == ["caf"]


def test_a_rule_never_changed_has_nothing_to_roll_back_to(app: Flask) -> None:
    with pytest.raises(Refused, match="précédente"):
        roll_back(cast.rule(), version=None, by=history.SYSTEM)


def test_a_stale_save_is_refused_with_both_versions_and_loses_neither(app: Flask) -> None:
    rule = cast.drafted(words=["logement"])
    revise_draft(rule, cast.wording("caf", position=5, words=["loyer"]), version=1, by=history.SYSTEM)
    with pytest.raises(Stale) as refusal:
        revise_draft(rule, cast.wording("adil", words=["bail"]), version=1, by=history.SYSTEM)
    assert refusal.value.theirs["conditions"]["words"] == ["loyer"]
    assert refusal.value.yours["conditions"]["words"] == ["bail"]
    draft = draft_of(rule)
    assert draft and draft.conditions["words"] == ["loyer"]
    for act in (publish, retire, roll_back, drop_draft):
        with pytest.raises(Stale):
            act(rule, version=1, by=history.SYSTEM)


def test_the_same_form_sent_twice_is_one_act(app: Flask) -> None:
    organization, by = make.organization(), history.SYSTEM
    words = cast.wording(words=["logement"])
    rule = draft_rule("Logement", words, organization_id=organization.id, by=by, form_key=KEY)
    assert draft_rule("Logement", words, organization_id=organization.id, by=by, form_key=KEY) is rule
    with pytest.raises(Refused, match="déjà ce nom"):
        draft_rule("logement", words, organization_id=organization.id, by=by, form_key=KEY + "2")
    for act in (
        lambda: revise_draft(rule, cast.wording("adil"), version=1, by=by, form_key=KEY + "3"),
        lambda: publish(rule, version=2, by=by, form_key=KEY + "4"),
    ):
        assert act() is act()
    retire(rule, version=3, by=by, form_key=KEY + "5")
    retire(rule, version=3, by=by, form_key=KEY + "5")
    assert roll_back(rule, version=4, by=by, form_key="6" * 16) is roll_back(
        rule, version=4, by=by, form_key="6" * 16
    )
    assert [event.verb.removeprefix("rule.") for event in reversed(history.of(rule))] == [
        "drafted",
        "revised",
        "published",
        "retired",
        "rolled_back",
    ]


def test_saving_a_draft_as_it_is_writes_nothing(app: Flask) -> None:
    rule = cast.drafted(words=["logement"])
    revise_draft(rule, cast.wording(words=["logement"]), version=1, by=history.SYSTEM)
    assert (rule.version, len(history.of(rule))) == (1, 1)


def test_a_draft_given_up_leaves_the_version_in_force_and_a_trace(app: Flask) -> None:
    rule = cast.rule(words=["logement"])
    revise_draft(rule, cast.wording("adil", words=["bail"]), version=2, by=history.SYSTEM)
    drop_draft(rule, version=3, by=history.SYSTEM)
    db.session.flush()
    assert [v.state for v in db.session.get_one(ReferralRule, rule.id).versions] == ["published"]
    assert history.of(rule)[0].details["changed"]["conditions"][0]["words"] == ["bail"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"conditions": {}}, "words"),
        ({"conditions": {"without": ["eau"]}}, "words"),
        ({"conditions": {"words": ["!!!"]}}, "words"),
        ({"conditions": {"words": ["x" * 101]}}, "words"),
        ({"conditions": {"topics": ["inconnu"]}}, "topics"),
        ({"conditions": {"communes": ["00000"]}}, "communes"),
        ({"conditions": {"channels": ["pigeon"]}}, "channels"),
        ({"conditions": {"languages": ["de"]}}, "languages"),
        ({"conditions": {"opening": "parfois"}}, "opening"),
        ({"position": 0}, "position"),
        ({"service_id": 999_999}, "service"),
        ({"explanations": {"en": "Because."}}, "explanation_fr"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_beside_its_field(
    app: Flask, change: dict[str, Any], field: str
) -> None:
    words = {
        "service_id": cast.service().id,
        "conditions": {"words": ["eau"]},
        "explanations": {"fr": "Parce que."},
        **change,
    }
    with pytest.raises(Refused) as refusal:
        draft_rule("eau", Wording(**words), organization_id=make.organization().id, by=history.SYSTEM)
    assert refusal.value.field == field


def test_a_service_closed_since_the_draft_is_not_published(app: Flask) -> None:
    rule = cast.drafted()
    cast.service().active = False
    with pytest.raises(Refused, match="actif"):
        publish(rule, version=1, by=history.SYSTEM)


def test_blank_and_repeated_lines_are_left_out_and_lacking_languages_told(app: Flask) -> None:
    rule = cast.drafted(words=[" aide  au logement ", "", "aide au logement"])
    assert rule.versions[0].conditions["words"] == ["aide au logement"]
    assert lacking({"fr": "Parce que.", "ar": ""}) == ["en", "ar"]


def test_each_version_in_force_was_compiled_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.referrals.deciding import rules

    compiled: list[int] = []
    compile_one: Callable[..., Any] = rules._compile
    monkeypatch.setattr(rules, "_compile", lambda key, c: compiled.append(key.id) or compile_one(key, c))
    first = cast.rule("un", words=["logement"])
    for _ in range(3):
        told()
    second = cast.rule("deux", "adil", words=["logement"])
    for _ in range(3):
        told()
    assert compiled == [first.versions[0].id, second.versions[0].id]
