"""Instances where a cry for help waits while they are brought up to date keep it first in line."""

from __future__ import annotations

from pathlib import Path

from flask_migrate import upgrade

from portal.app import create_app
from portal.contacts.models import DISTRESS, Contact
from portal.database import db
from tests import make
from tests.conftest import settings_for
from tests.databases import MIGRATIONS


def test_a_cry_for_help_that_waits_is_known_by_its_new_words(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path))
    with app.app_context():
        upgrade(directory=MIGRATIONS, revision="0034")
        cry, other = make.contact(), make.contact()
        cry.step, other.step = DISTRESS.replace("\u00a0", " "), "Papiers : carte"
        db.session.commit()
        upgrade(directory=MIGRATIONS)
        db.session.expire_all()
        steps = set(db.session.scalars(db.select(Contact.step)))
        assert steps == {DISTRESS, "Papiers : carte"}
        db.session.remove()
        db.engine.dispose()
