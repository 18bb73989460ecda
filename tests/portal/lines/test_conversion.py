"""Instances that had menus of one level keep them: the migration publishes their choices as a tree."""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy as sa
from flask_migrate import upgrade

from portal.app import create_app
from portal.database import db
from portal.lines import menus
from portal.lines.models import Line
from tests.conftest import settings_for
from tests.databases import MIGRATIONS

BEFORE = """
INSERT INTO organizations (id, slug, name, is_host, phone, email, url, version) VALUES (1, 'm', 'M', 1, '', '', '', 1);
INSERT INTO queues (id, organization_id, slug, name, position) VALUES (1, 1, 'accueil', 'Accueil', 0);
INSERT INTO topics (id, slug, position, names, descriptions, version) VALUES (1, 'papiers', 0, '{}', '{}', 1);
INSERT INTO lines (id, number, organization_id, name, languages, language_keys, texts, schedule, version)
    VALUES (1, '+33199000010', 1, 'Accueil', '["fr"]', '{}', '{}', '{}', 1);
"""


def test_the_choices_of_a_line_become_its_published_menu(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path))
    with app.app_context():
        upgrade(directory=MIGRATIONS, revision="0007")
        with db.engine.begin() as connection:
            for statement in filter(str.strip, BEFORE.split(";")):
                connection.exec_driver_sql(statement)
            for place, (key, topic) in enumerate((("1", 1), ("0", None))):
                row = {
                    "key": key,
                    "place": place,
                    "topic": topic,
                    "says": json.dumps({"fr": f"Tapez {key}."}),
                }
                into = "INSERT INTO menu_choices (line_id, key, position, says, topic_id, queue_id)"
                connection.execute(sa.text(f"{into} VALUES (1, :key, :place, :says, :topic, 1)"), row)
        upgrade(directory=MIGRATIONS)
        line = db.session.scalars(db.select(Line)).one()
        version = menus.published(line)
        assert version is not None and menus.check(version.tree, line) == []
        kept = [(c["key"], c["label"]["fr"], c["then"]["topic"]) for c in version.tree["choices"]]
        assert kept == [("1", "Tapez 1.", "papiers"), ("0", "Tapez 0.", "")]
        db.session.remove()
        db.engine.dispose()
