"""A token that is being changed: the former one is believed to its last day, and not for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from twilio.request_validator import RequestValidator

from portal import clock
from portal.config import Incomplete, Settings, read_settings
from portal.database import db
from portal.telephony import tokens
from portal.telephony.models import Alert
from tests.network import LINE, NUMBER, Network

FORMER = "former-token"
LAST_DAY = "2026-12-05"
EVENING = "2026-12-05T22:30:00+00:00"  # half past eleven in Paris
AFTER = "2026-12-05T23:30:00+00:00"


def given(folder: Path, until: str | None, **more: str) -> Settings:
    named = {} if until is None else {"TWILIO_AUTH_TOKEN_OLD_UNTIL": until}
    return read_settings({"RELAIS_DATA_DIR": str(folder), "TWILIO_AUTH_TOKEN_OLD": FORMER, **named, **more})


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    with time_machine.travel("2026-11-22T12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def rotating(app: Flask) -> Flask:
    until = clock.over_at(datetime.fromisoformat(LAST_DAY).date(), "Europe/Paris")
    changed = {"twilio_auth_token_old": FORMER, "twilio_auth_token_old_until": until}
    app.extensions["settings"] = replace(app.extensions["settings"], **changed)
    return app


def ring(app: Flask, token: str = FORMER) -> int:
    ours = app.extensions["settings"]
    fields = {"AccountSid": ours.twilio_account_sid, "From": NUMBER, "To": LINE, "CallSid": "CA1"}
    path = "/telephone/status/call"
    signature = RequestValidator(token).compute_signature(ours.public_base_url + path, fields)
    del fields["AccountSid"]
    return int(Network(app).post(path, signature=signature, **fields).status_code)


@pytest.mark.parametrize("until", [None, "", "soon", "05/12/2026", "2026-12-23"])
def test_a_former_token_without_a_near_last_day_stops_the_program(tmp_path: Path, until: str | None) -> None:
    with pytest.raises(Incomplete, match="TWILIO_AUTH_TOKEN_OLD_UNTIL"):
        given(tmp_path, until)


def test_the_last_day_is_whole_where_the_clocks_hang(tmp_path: Path) -> None:
    assert given(tmp_path, LAST_DAY).twilio_auth_token_old_until == datetime.fromisoformat(
        "2026-12-05T23:00:00+00:00"
    )
    tahiti = given(tmp_path, LAST_DAY, RELAIS_TIMEZONE="Pacific/Tahiti")
    assert tahiti.twilio_auth_token_old_until == datetime.fromisoformat("2026-12-06T10:00:00+00:00")
    assert given(tmp_path, "2026-12-22").twilio_auth_token_old_until is not None


def test_a_last_day_that_is_over_stops_nothing_and_the_token_is_not_believed(tmp_path: Path) -> None:
    over = given(tmp_path, "2026-11-01")
    assert tokens.accepted(over) == [over.twilio_auth_token]


def test_without_a_former_token_no_last_day_is_asked_for(tmp_path: Path) -> None:
    settings = read_settings({"RELAIS_DATA_DIR": str(tmp_path)})
    assert tokens.accepted(settings) == [settings.twilio_auth_token]


def test_the_former_token_signs_to_its_last_evening_and_no_longer(rotating: Flask) -> None:
    with time_machine.travel(EVENING, tick=False):
        assert ring(rotating) == 204
    with time_machine.travel(AFTER, tick=False):
        assert ring(rotating) == 403
        assert ring(rotating, rotating.extensions["settings"].twilio_auth_token) == 204


def test_the_administrators_are_told_once_a_day_that_it_still_signs(rotating: Flask) -> None:
    assert [ring(rotating), ring(rotating)] == [204, 204]
    (sentence,) = db.session.scalars(db.select(Alert.sentence))
    assert "l’ancien jeton" in sentence and "05/12/2026" in sentence


def test_what_the_new_token_signs_tells_nobody(rotating: Flask) -> None:
    assert ring(rotating, rotating.extensions["settings"].twilio_auth_token) == 204
    assert db.session.scalar(db.select(Alert.id)) is None
