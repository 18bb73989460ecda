"""A sound is kept for six months of the calendar, whatever their days."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from portal.contacts.calls import recordings
from portal.contacts.models import Recording
from portal.database import db
from tests import make


@pytest.mark.parametrize(
    ("recorded", "now", "over"),
    [
        ("2026-09-01T10:00Z", "2027-03-01T12:00Z", False),
        ("2026-09-01T10:00Z", "2027-03-01T23:30Z", True),  # half past midnight in Paris
        ("2026-08-31T10:00Z", "2027-02-28T12:00Z", False),
        ("2026-08-31T10:00Z", "2027-03-01T00:00Z", True),  # there is no 31st
        ("2027-08-31T10:00Z", "2028-02-29T12:00Z", False),
        ("2027-08-31T10:00Z", "2028-03-01T00:00Z", True),
    ],
)
def test_a_sound_is_forgotten_after_six_months(app: Flask, recorded: str, now: str, over: bool) -> None:
    kept = Recording(contact_id=make.contact().id, kind="voicemail", provider_ref="RE1", state="kept")
    kept.at = datetime.fromisoformat(recorded)
    db.session.add(kept)
    db.session.flush()
    assert (recordings.past(datetime.fromisoformat(now)) == [kept]) is over
