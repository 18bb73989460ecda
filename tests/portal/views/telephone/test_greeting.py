"""What a caller hears first: an emergency, a closed door and why, the menu; and an administrator who tries a draft."""

from __future__ import annotations

import pytest
import time_machine

from portal.database import db
from portal.history import SYSTEM
from portal.lines import menus
from portal.lines.models import Line, MenuTrial
from tests import make
from tests.network import NUMBER, Network, said, verbs
from tests.portal.views.calling import Caller, texts, tree
from tests.portal.views.telephone.test_telephone import contacts

WEEK = {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-07-14T11:00:00+02:00", "jour férié : Fête nationale. Ouvre demain à 8 heures."),
        (
            "2026-12-24T11:00:00+01:00",
            "exceptionnellement fermés aujourd’hui. Ouvre lundi 28 décembre à 8 heures.",
        ),
        ("2026-11-21T11:00:00+01:00", "fermés en ce moment. Ouvre lundi 23 novembre à 8 heures."),
        ("2027-01-30T11:00:00+01:00", "fermés en ce moment. Ouvre lundi 1er février à 8 heures."),
    ],
)
def test_a_closed_line_says_why_and_when_it_opens(network: Network, line: Line, now: str, words: str) -> None:
    line.schedule = {**WEEK, "days": {"2026-12-24": []}}
    with time_machine.travel(now):
        heard = Caller(network).heard
    assert words in said(heard) and "Record" in verbs(heard)
    assert said(heard).index("114") < said(heard).index("fermés")


def test_a_closed_line_speaks_its_other_languages(network: Network, line: Line) -> None:
    line.schedule, line.languages, line.language_keys = WEEK, ["fr", "en"], {"5": "en"}
    line.texts["language_choice"] = {"en": "For English, press 5."}
    with time_machine.travel("2026-11-21T11:00:00+01:00"):
        caller = Caller(network)
        assert verbs(caller.heard) == ["Gather", "Say", "Record"], "silence is asked for its message"
        assert "For English, press 5." in said(caller.heard)
        action = str(caller.heard.find("Gather").get("action"))
        heard = network.twiml(action, CallSid="CA1", Digits="5")
        assert "Opens Monday 23 November at 8 a.m." in said(heard) and verbs(heard)[-1] == "Record"
        assert {each.get("language") for each in heard.iter("Say")} == {"en-GB"}
        assert contacts()[0].language == "en"
        again = network.twiml(action, CallSid="CA1", Digits="9")
        assert verbs(again) == ["Say", "Record"] and "fermés" not in said(again)


@pytest.mark.parametrize("now", ["2026-11-20T11:00:00+01:00", "2026-11-21T11:00:00+01:00"])
def test_who_chooses_a_language_hears_of_the_emergency_in_it(network: Network, line: Line, now: str) -> None:
    line.schedule, line.languages, line.language_keys = WEEK, ["fr", "en"], {"5": "en"}
    line.emergency = True
    line.texts["emergency"] = {"fr": "Alerte en cours.", "en": "There is an alert."}
    with time_machine.travel(now):
        caller = Caller(network)
        assert said(caller.heard).startswith("Alerte en cours. Si une vie est en danger")
        action = next(each.get("action") for each in caller.heard.iter() if each.get("action"))
        heard = network.twiml(str(action), CallSid="CA1", Digits="5")
    assert said(heard).startswith("There is an alert. If a life is in danger")
    assert {each.get("language") for each in heard.iter("Say")} == {"en-GB"}


def test_a_closed_line_that_takes_no_messages_says_goodbye(network: Network, line: Line) -> None:
    line.schedule, line.takes_messages = WEEK, False
    line.texts["closed"] = {"fr": "Fermé. {opens}"}
    with time_machine.travel("2026-11-21T11:00:00+01:00"):
        heard = Caller(network).heard
    assert verbs(heard)[-1] == "Hangup" and "Fermé. Ouvre lundi 23 novembre à 8 heures." in said(heard)


def test_an_emergency_is_said_before_all_open_or_closed(network: Network, line: Line) -> None:
    line.texts["emergency"] = {"fr": "Inondation : montez à l’étage."}
    line.emergency = True
    assert said(Caller(network).heard).startswith("Inondation")
    line.schedule = {"mon": []}
    assert said(Caller(network).heard).startswith("Inondation")
    line.emergency = False
    assert "Inondation" not in said(Caller(network).heard)


def test_a_call_goes_on_with_the_version_it_began_with(network: Network, line: Line) -> None:
    caller = Caller(network)
    version = menus.draft(line, make.menu(make.choice("1", make.queue_step(), "Nouveau")), SYSTEM)
    menus.publish(version, SYSTEM)
    assert caller.press("2").find("Gather") is not None and "Papiers" in said(caller.heard)
    assert "Nouveau : tapez 1." in said(Caller(network, CallSid="CA2").heard)


def test_a_draft_is_tried_by_its_telephone_once_and_nothing_is_done(network: Network, line: Line) -> None:
    draft = menus.draft(line, {**tree(), "says": {"fr": "Le brouillon."}}, SYSTEM)
    menus.begin_trial(draft, NUMBER, SYSTEM)
    line.schedule = {"mon": [["08:00", "08:01"]]}
    for _ in range(2):
        caller = Caller(network)
    assert "Essai de la version 2 du menu." in said(caller.heard) and "Le brouillon." in said(caller.heard)
    assert "attendrait ici un agent de la file Etat-civil" in said(caller.press("1"))
    for key, words in (
        ("1", "gratuit"),
        ("2", "ce SMS partirait : Le dossier"),
        ("3", "+33199000051"),
        ("4", "message"),
    ):
        caller = Caller(network)
        caller.press("2")
        assert words in said(caller.press(key))
    assert contacts() == [] and texts() == []
    assert "brouillon" not in said(Caller(network, CallSid="CA2").heard), "the next call is a citizen's"


def test_a_trial_ends_with_its_time_and_is_no_other_telephones(network: Network, line: Line) -> None:
    draft = menus.draft(line, {**tree(), "says": {"fr": "Le brouillon."}}, SYSTEM)
    menus.begin_trial(draft, NUMBER, SYSTEM)
    assert "brouillon" not in said(Caller(network, From="+33639980002").heard)
    trial = db.session.scalars(db.select(MenuTrial)).one()
    with time_machine.travel(trial.expires_at, tick=False):
        assert "brouillon" not in said(Caller(network, CallSid="CA3").heard)
