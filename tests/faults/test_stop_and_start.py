"""STOP, then START or a French form of it, through a network of each kind: answered once, by whoever must."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.contacts.answering import reply
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.history import SYSTEM
from tests import make
from tests.faults.stage import CITIZEN, TEXTS, Stage

pytestmark = pytest.mark.slow
LONG, SHORT = TEXTS, "38010"
ORDINARY, SET_UP = False, True  # whether the number's service knows French words too


def answers(stage: Stage) -> int:
    """How many texts the citizen's telephone has received."""
    return len([text for text in stage.phone().texts() if text["direction"] == "received"])


def write(stage: Stage, number: str, word: str) -> int:
    """Writes this, and returns how many texts came back for it."""
    before = answers(stage)
    stage.phone().write(number, word)
    _settles(stage)
    return answers(stage) - before


def reaches(stage: Stage, number: str) -> bool:
    """Whether a text that an agent writes now arrives."""
    before = answers(stage)
    contact = make.contact("text", identifier_id=make.identifier("phone", CITIZEN).id, line=number)
    reply(contact, "Votre carte est là.", channel="text", form_key=None, by=SYSTEM)
    db.session.commit()
    _settles(stage)
    return answers(stage) == before + 1


def _settles(stage: Stage) -> None:
    """Until all is said and done, and each of our texts has arrived or never will."""
    stage.until_idle()
    final = {"delivered", "failed", "undelivered"}
    stage.until(lambda: {one.state for one in stage.read(Message, direction="out")} <= final, "texts arrive")


@pytest.mark.parametrize(
    ("number", "service", "stop", "start"),
    [
        (LONG, ORDINARY, "STOP", "START"),  # the network does both
        (LONG, ORDINARY, "Arrêt", "REPRISE"),  # we do both
        (LONG, ORDINARY, "Arrêt", "START"),  # nothing is stopped for the network: its word is ours
        (LONG, SET_UP, "STOP", "REPRISE"),
        (LONG, SET_UP, "Arrêt", "Reprendre"),
        (LONG, SET_UP, "désinscription", "START"),  # a word that the service was not given
        (SHORT, ORDINARY, "STOP", "REPRISE"),
        (SHORT, ORDINARY, "Arrêt", "START"),
    ],
)
def test_each_word_is_answered_once_and_texts_come_again(
    stage: Stage, number: str, service: bool, stop: str, start: str
) -> None:
    network = stage.network.network
    network.settings = replace(network.settings, advanced_opt_out=(number,) if service else ())
    stage.line.text_number = number
    db.session.commit()
    assert write(stage, number, stop) == 1
    assert write(stage, number, start) == 1
    assert reaches(stage, number)
    stage.check()


def test_what_only_the_network_can_lift_is_told_to_an_agent_and_lifted_by_its_word(stage: Stage) -> None:
    assert write(stage, TEXTS, "STOP") == 1
    assert write(stage, TEXTS, "REPRISE") == 0, "whatever we write is refused: 21610"
    assert [one.state for one in stage.read(Message, direction="out")] == [], "so nothing is written"
    *_, last = stage.read(Contact)
    assert last.state == "open" and "START" in last.step
    assert write(stage, TEXTS, "START") == 1
    assert reaches(stage, TEXTS)
