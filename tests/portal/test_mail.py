"""Letters: kept in the demo's mailbox, and never in silence where citizens wait for them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from portal.database import db
from portal.mail.models import Letter
from portal.mail.sending import NotAccepted, send_letter

LETTER = {"to": "leila@courriel.example", "subject": "Votre demande", "body": "Bonjour."}


def test_the_demo_keeps_a_letter_once(app: Flask) -> None:
    for _ in range(2):
        send_letter(app.extensions["settings"], "message-1", **LETTER)
    assert db.session.scalars(db.select(Letter.to)).all() == [LETTER["to"]]


def test_without_a_server_production_says_that_the_letter_did_not_leave(app: Flask) -> None:
    settings = replace(app.extensions["settings"], mode="production")
    with pytest.raises(NotAccepted, match="SMTP_HOST"):
        send_letter(settings, "message-1", **LETTER)
