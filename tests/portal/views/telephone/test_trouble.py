"""What the network could not do for callers: the administrators are told, and no number is kept."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from portal.database import db
from portal.telephony.models import Alert, NetworkEvent
from tests.network import NUMBER, Network


def tell(app: Flask, payload: str, sid: str = "NO1") -> int:
    told = {"Sid": sid, "Level": "ERROR", "PayloadType": "application/json", "Payload": payload}
    status = Network(app).post("/telephone/trouble", **told).status_code
    return int(status)


def sentences() -> list[str]:
    return list(db.session.scalars(db.select(Alert.sentence)))


@pytest.mark.parametrize("code", ["11200", "11205", "12100", "12200"])
def test_that_callers_hear_an_error_is_told_once_to_the_administrators(app: Flask, code: str) -> None:
    payload = json.dumps({"resource_sid": "CA1", "error_code": code, "webhook": {"From": NUMBER}})
    assert [tell(app, payload, sid) for sid in ("NO1", "NO1", "NO2")] == [204] * 3
    assert len(sentences()) == 1 and "des personnes qui appellent entendent une erreur" in sentences()[0]
    assert NUMBER not in str(db.session.scalars(db.select(NetworkEvent.payload)).all())


@pytest.mark.parametrize("payload", ["", "{", "[]", '"x"', '{"error_code": null}', '{"error_code": "30003"}'])
def test_what_is_nobodys_or_unreadable_wakes_nobody(app: Flask, payload: str) -> None:
    assert tell(app, payload) == 204 and sentences() == []


def test_a_forged_word_is_refused(app: Flask) -> None:
    answer = Network(app).post("/telephone/trouble", signature="forged", Sid="NO1", Payload="{}")
    assert answer.status_code == 403
