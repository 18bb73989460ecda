"""The recorded webhooks, sent to our doors: those that are not the answers of a heatwave round.

They are judged as they are in `test_signatures`; here they are signed again for our address with the file's own token,
and go to the door that does what the recorded address did. A forged one stays forged.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from twilio.request_validator import RequestValidator

from portal.citizens import consents
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.telephony.models import NetworkEvent
from portal.telephony.signature import is_signed
from portal.views.telephone.texting.incoming import EMPTY
from tests import make
from tests.real.folder import data_folder

RECORDED = json.loads(
    (data_folder("twilio") / "webhooks" / "webhooks-signes.json").read_text(encoding="utf-8")
)
TOKEN = RECORDED["jeton"]
DOORS = {
    "/twilio/sms": "/telephone/text",
    "/twilio/sms/statut": "/telephone/status/message",
    "/twilio/voix": "/telephone/voice",
    "/twilio/voix/menu": "/telephone/voice/menu?lang=fr&tries=1",
    "/twilio/voix/enregistrement": "/telephone/status/recording",
    "/twilio/voix/transcription": "/telephone/status/transcription",
    "/twilio/voix/statut": "/telephone/status/call",
}
LINE = "+33199000010"
ACCOUNT = "AC585748c22e599b8db0ceeea08982f9ef"


def old_path(request: dict[str, Any]) -> str:
    return str(request["url"].partition(".fr")[2])


REQUESTS = [request for request in RECORDED["requetes"] if old_path(request) in DOORS]
ids = [request["nom"] for request in REQUESTS]


@pytest.fixture
def network(app: Flask) -> Iterator[Any]:
    """Sends a recorded webhook to our door; the account and its token are those of the file."""
    ours = app.extensions["settings"]
    app.extensions["settings"] = replace(ours, twilio_account_sid=ACCOUNT, twilio_auth_token=TOKEN)
    make.line(LINE)
    db.session.commit()
    client, signer = app.test_client(), RequestValidator(TOKEN)

    def send(request: dict[str, Any], **changed: str) -> Any:
        path, fields = DOORS[old_path(request)], {**request["parametres"], **changed}
        signature = request["entetes"]["X-Twilio-Signature"]
        if request["signature_valide"]:
            signature = signer.compute_signature(ours.public_base_url + path, fields)
        return client.post(path, data=fields, headers={"X-Twilio-Signature": signature})

    yield send
    app.extensions["settings"] = ours


def named(name: str) -> dict[str, Any]:
    return next(request for request in REQUESTS if request["nom"].startswith(name))


def everything() -> dict[str, Any]:
    """What is known once all has been told, whatever the order."""
    db.session.expire_all()
    messages = db.session.scalars(db.select(Message).filter_by(channel="text")).all()
    contacts = db.session.scalars(db.select(Contact)).all()
    return {
        "texts": Counter(one.body for one in messages if one.direction == "in"),
        "states": {
            one.provider_ref: (one.state, one.error) for one in messages if one.body == "écrit par nous"
        },
        "calls": Counter(one.provider_ref for one in contacts if one.channel == "phone"),
        "hidden": Counter(one.channel for one in contacts if one.identifier_id is None),
        "events": Counter(db.session.scalars(db.select(NetworkEvent.key))),
    }


def sent_by_us() -> None:
    """The texts whose states are recorded, as we would have sent them."""
    contact = make.contact("text", identifier_id=make.identifier("phone", "+33639980010").id, line=LINE)
    for request in REQUESTS:
        if old_path(request) == "/twilio/sms/statut":
            ref = request["parametres"]["MessageSid"]
            words = {"direction": "out", "channel": "text", "body": "écrit par nous", "purpose": "answer"}
            db.session.add(Message(contact_id=contact.id, state="sending", provider_ref=ref, **words))
    db.session.commit()


def test_thirty_are_not_answers_of_a_heatwave_round() -> None:
    assert len(REQUESTS) == 30


@pytest.mark.parametrize("request_", REQUESTS, ids=ids)
def test_each_is_judged_right_as_it_is(request_: dict[str, Any]) -> None:
    fields = {name: [value] for name, value in request_["parametres"].items()}
    signature = request_["entetes"]["X-Twilio-Signature"]
    assert is_signed(request_["url"], fields, None, signature, [TOKEN]) is request_["signature_valide"]


@pytest.mark.parametrize("request_", REQUESTS, ids=ids)
def test_each_is_taken_by_its_door_however_often_it_comes(
    app: Flask, network: Any, request_: dict[str, Any]
) -> None:
    answers = [network(request_) for _ in range(5)]
    events = Counter(db.session.scalars(db.select(NetworkEvent.key)))
    if not request_["signature_valide"]:
        assert {answer.status_code for answer in answers} == {403} and not events
        return
    assert {answer.status_code // 100 for answer in answers} == {2}
    assert events and set(events.values()) == {1}


@pytest.mark.parametrize("seed", range(3))
def test_all_of_them_in_any_order_and_doubled_end_alike(app: Flask, network: Any, seed: int) -> None:
    sent_by_us()
    told = [*REQUESTS, *REQUESTS]
    if seed:
        random.Random(seed).shuffle(told)
    for request in told:
        network(request)
    found = everything()
    refs = {request["nom"]: request["parametres"].get("MessageSid") for request in REQUESTS}
    assert {
        name: found["states"][refs[f"statut sms {name}"]] for name in ("queued", "sent", "delivered")
    } == {
        "queued": ("sending", ""),
        "sent": ("sent", ""),
        "delivered": ("delivered", ""),
    }
    assert found["states"][refs["statut sms undelivered"]] == ("undelivered", "30003")
    assert found["states"][refs["statut sms failed"]] == ("failed", "21610")
    bodies = {
        r["parametres"]["Body"] or EMPTY
        for r in REQUESTS
        if old_path(r) == "/twilio/sms" and r["signature_valide"]
    }
    assert found["texts"] == Counter(bodies), "each text once, and the forged one never"
    assert found["calls"]["CAa9f7e97965d6cf799a529102a973b8b9"] == 1
    assert found["hidden"] == {"text": 1, "phone": 1}
    assert set(found["events"].values()) == {1}
    assert consents.stopped(make.identifier("phone", "+33639980004"), LINE), "STOP"
    assert consents.stopped(make.identifier("phone", "+33639980010"), LINE), "21610"


def test_a_late_ringing_does_not_bring_a_call_back(app: Flask, network: Any) -> None:
    network(named("appel entrant"))
    call = named("appel entrant")["parametres"]["CallSid"]
    for status, sequence in (("completed", "3"), ("ringing", "1"), ("in-progress", "2")):
        told = {"CallSid": call, "CallStatus": status, "SequenceNumber": sequence, "From": "+33639980020"}
        assert network(named("appel sortant canicule completed"), **told).status_code == 204
    contact = db.session.scalars(db.select(Contact).filter_by(provider_ref=call)).one()
    assert contact.ended_at is not None


def test_a_state_told_before_we_knew_the_text_is_heard_once_we_do(app: Flask, network: Any) -> None:
    from portal.contacts.texts.delivery import record_sent

    network(named("statut sms delivered"))
    contact = make.contact("text", identifier_id=make.identifier("phone", "+33639980010").id, line=LINE)
    message = Message(contact_id=contact.id, direction="out", channel="text", body="x", state="sending")
    db.session.add(message)
    db.session.flush()
    record_sent(message, named("statut sms delivered")["parametres"]["MessageSid"])
    assert message.state == "delivered"


def test_what_was_transcribed_stands_with_the_spoken_message(app: Flask, network: Any) -> None:
    network(named("appel entrant"))
    for name in ("transcription terminée", "enregistrement terminé RecordVerb", "transcription terminée"):
        network(named(name))
    contact = db.session.scalars(
        db.select(Contact).filter_by(provider_ref="CAa9f7e97965d6cf799a529102a973b8b9")
    ).one()
    assert sum("mairie annexe" in one.body for one in contact.messages) == 1
