"""A text that waits to be sent, a network that fails, and work that is done as minutes go by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import time_machine

from portal import clock
from portal.contacts.answering import reply
from portal.contacts.models import Message
from portal.database import db
from portal.history import SYSTEM
from simulator import Running
from tests import make
from tests.network import LINE, NUMBER


def write(body: str = "Votre dossier est prêt.") -> Message:
    used = make.identifier("phone", NUMBER)
    contact = make.contact("text", identifier_id=used.id, line=LINE)
    message = reply(contact, body, channel="text", form_key=None, by=SYSTEM)
    db.session.commit()
    return message


def state_of(message: Message) -> str:
    db.session.expire_all()
    return db.session.get_one(Message, message.id).state


def turn(telephone: Running, **switches: Any) -> None:
    telephone.network.faults.turn(switches)


@contextmanager
def silence(telephone: Running) -> Iterator[None]:
    """Nobody presses a key or says a word meanwhile: the network does not wait for long."""
    as_usual = telephone.network.settings
    telephone.network.settings = replace(as_usual, patience=0.3)
    yield
    telephone.network.settings = as_usual


def work_later(work: Callable[[], int], times: int = 6) -> None:
    """Does what waits now, and then what is only due minutes later."""
    for tries in range(times):
        with time_machine.travel(clock.now() + timedelta(minutes=3 * tries), tick=True):
            work()
