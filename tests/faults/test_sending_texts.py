"""Texts through a network that fails: nothing is lost, nothing is sent twice, and a killed worker is no exception."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock
from portal.contacts.answering import reply
from portal.contacts.models import Message
from portal.database import db
from portal.history import SYSTEM
from simulator import Running
from tests import make
from tests.network import LINE, NUMBER

ROOT = Path(__file__).parent.parent.parent


def write(body: str = "Votre dossier est prêt.") -> Message:
    used = make.identifier("phone", NUMBER)
    contact = make.contact("text", identifier_id=used.id, line=LINE)
    message = reply(contact, body, channel="text", form_key=None, by=SYSTEM)
    db.session.commit()
    return message


def received(telephone: Running) -> list[str]:
    return [text["body"] for text in telephone.handset(NUMBER).texts() if text["direction"] == "received"]


def turn(telephone: Running, **switches: Any) -> None:
    telephone.network.faults.turn(switches)


def state_of(message: Message) -> str:
    db.session.expire_all()
    return db.session.get_one(Message, message.id).state


def work_later(work: Callable[[], int], times: int = 6) -> None:
    """Does what waits now, and then what is only due minutes later."""
    for tries in range(times):
        with time_machine.travel(clock.now() + timedelta(minutes=3 * tries), tick=True):
            work()


def test_a_text_leaves_once_and_its_state_is_the_networks(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    message = write()
    work()
    telephone.handset(NUMBER).wait_for_text("dossier")
    assert state_of(message) == "sent"
    assert received(telephone) == ["Votre dossier est prêt."]


@pytest.mark.parametrize("fault", ["silence", "refuse", "error", "too_many"])
def test_a_network_that_fails_once_neither_loses_nor_doubles(
    app: Flask, telephone: Running, work: Callable[[], int], fault: str
) -> None:
    message = write()
    turn(telephone, next_requests={fault: 1})
    work_later(work)
    assert state_of(message) == "sent"
    assert received(telephone) == ["Votre dossier est prêt."]


def test_two_texts_with_the_same_words_are_two_even_when_the_network_is_silent(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    messages = [write("Oui."), write("Oui.")]
    turn(telephone, next_requests=["silence", "silence"])
    work_later(work)
    assert [state_of(message) for message in messages] == ["sent", "sent"]
    assert received(telephone) == ["Oui.", "Oui."]


def test_a_number_that_cannot_take_texts_fails_for_good(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    message = write("Bonjour")
    message.contact.identifier.value = "+15005550009"  # the network's own, that it always refuses so
    work_later(work, 2)
    assert state_of(message) == "failed"
    assert db.session.get_one(Message, message.id).error == "21614"


@pytest.mark.slow
def test_a_worker_killed_between_sending_and_recording_neither_loses_nor_doubles(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    """The network holds its answer; the worker that waits for it dies; another takes over."""
    message = write()
    turn(telephone, next_requests={"silence": 1}, silence_s=20)
    settings = app.extensions["settings"]
    environment = {
        **os.environ,
        "RELAIS_DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "PORT": str(settings.port),
        "SIMULATOR_PORT": str(settings.simulator_port),
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "work"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    until = time.monotonic() + 30
    while received(telephone) == [] and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert state_of(message) == "sending"
    assert received(telephone) == ["Votre dossier est prêt."]
    work_later(work)
    assert state_of(message) == "sent"
    assert received(telephone) == ["Votre dossier est prêt."]
