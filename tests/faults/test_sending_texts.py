"""Texts through a network that fails: nothing is lost, nothing is sent twice, and a killed worker is no exception."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from portal import jobs
from portal.citizens import consents
from portal.citizens.codes import draw_code
from portal.contacts.models import Message
from portal.database import db
from portal.history import SYSTEM
from portal.telephony import sending
from portal.telephony.models import Alert
from simulator import Running
from tests import make
from tests.network import LINE, NUMBER
from tests.processes import a_worker
from tests.sending import state_of, turn, work_later, write
from tests.until import until


def received(telephone: Running) -> list[str]:
    return [text["body"] for text in telephone.handset(NUMBER).texts() if text["direction"] == "received"]


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


def test_a_text_that_still_queues_at_the_network_is_found_and_is_not_sent_again(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    """The network took it, said nothing, and will send it in an hour: nothing was sent since, and all was done."""
    message = write()
    turn(telephone, next_requests={"silence": 1}, text_queue_s=3600)
    work_later(work)
    assert state_of(message) == "sent"
    assert [text.body for text in telephone.network.texts.values()] == [message.body]


def test_a_number_that_cannot_take_texts_fails_for_good(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    message = write("Bonjour")
    message.contact.identifier.value = "+15005550009"  # the network's own, that it always refuses so
    work_later(work, 2)
    assert state_of(message) == "failed"
    assert db.session.get_one(Message, message.id).error == "21614"


def test_a_long_silence_for_all_neither_loses_nor_doubles(
    app: Flask, telephone: Running, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network does what is asked and says nothing: thirty seconds of it, shortened a hundred times."""
    monkeypatch.setattr(sending, "READ_S", 0.1)
    messages = [write("Même texte.") for _ in range(3)] + [write(f"Texte {n}.") for n in range(5)]
    turn(telephone, requests={"silence": 1.0}, silence_s=0.3)
    work()
    assert set(map(state_of, messages)) <= {"unknown", "waiting", "sending"}
    turn(telephone, requests={"silence": 0.0}, silence_s=0)
    work_later(work, 10)
    assert set(map(state_of, messages)) == {"sent"}
    assert sorted(received(telephone)) == sorted(message.body for message in messages)


def test_what_stopped_meanwhile_is_not_sent(app: Flask, telephone: Running, work: Callable[[], int]) -> None:
    message = write()
    consents.stop(message.contact.identifier, LINE, evidence="word", by=SYSTEM)
    work_later(work, 2)
    assert (state_of(message), received(telephone)) == ("failed", [])


def test_whoever_stopped_at_the_network_alone_is_known_to_have(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    message = write()
    telephone.network.stopped.add((LINE, NUMBER))
    work_later(work, 2)
    db.session.expire_all()
    kept = db.session.get_one(Message, message.id)
    assert (kept.state, kept.error) == ("failed", "21610")
    assert consents.stopped(kept.contact.identifier, LINE)


def test_a_credential_that_is_refused_holds_the_texts_and_tells_the_administrators(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    messages = [write(f"Texte {n}.") for n in range(3)]
    right = telephone.network.settings
    telephone.network.settings = replace(right, auth_token="changed")
    work()
    assert [state_of(message) for message in messages] == ["waiting"] * 3
    assert db.session.scalar(db.select(db.func.count(Alert.id))) == 1
    telephone.network.settings = right
    work_later(work)
    assert [state_of(message) for message in messages] == ["sent"] * 3


def killed_once(app: Flask, telephone: Running, texts: int) -> None:
    """A worker in a process of its own lives until so many texts were received."""
    with a_worker(app):
        until(lambda: len(received(telephone)) >= texts, "so many texts")


@pytest.mark.slow
def test_workers_killed_again_and_again_lose_and_double_nothing(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    messages = [write(f"Texte {n}.") for n in range(9)]
    for killed in range(3):
        turn(telephone, next_requests=["", "silence"], silence_s=20)
        killed_once(app, telephone, 2 * (killed + 1))
    turn(telephone, next_requests=[], silence_s=0)
    work_later(work, 10)
    assert set(map(state_of, messages)) <= {"sent", "delivered"}
    assert sorted(received(telephone)) == sorted(message.body for message in messages)


@pytest.mark.slow
def test_a_worker_killed_between_sending_and_recording_neither_loses_nor_doubles(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    """The network holds its answer; the worker that waits for it dies; another takes over."""
    message = write()
    turn(telephone, next_requests={"silence": 1}, silence_s=20)
    killed_once(app, telephone, 1)
    assert state_of(message) == "sending"
    assert received(telephone) == ["Votre dossier est prêt."]
    work_later(work)
    assert state_of(message) == "sent"
    assert received(telephone) == ["Votre dossier est prêt."]


def test_a_code_waits_where_nothing_was_done_and_is_not_sent_twice_where_it_may_have_been(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    contact = make.contact("web")
    for n, (answer, heard) in enumerate((("too_many", 1), ("silence", 2), ("", 3))):
        drawn = draw_code(make.identifier("phone", NUMBER), contact, secret="s", address="")
        assert drawn is not None
        turn(telephone, next_requests={answer: 1} if answer else {})
        payload = {"code": drawn[0].id, "text": f"Code : {drawn[1]}", "sender": LINE}
        jobs.enqueue("send_code", payload, dedupe_key=f"code:{n}")
        work_later(work)
        assert len(received(telephone)) == heard
        assert jobs.quarantined() == 0


def test_a_code_that_the_network_refuses_says_what_the_number_is(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    contact = make.contact("web")
    used = make.identifier("phone", NUMBER)
    drawn = draw_code(used, contact, secret="s", address="")
    assert drawn is not None
    telephone.network.stopped.add((LINE, NUMBER))
    payload = {"code": drawn[0].id, "text": f"Code : {drawn[1]}", "sender": LINE}
    jobs.enqueue("send_code", payload, dedupe_key="code")
    work()
    assert consents.stopped(used, LINE) is not None
