"""A script of a few steps: an identity card lost or stolen."""

from __future__ import annotations

from typing import Any

from portal.database import db
from portal.scripts import editing
from portal.scripts.models import Script
from tests import make

LOST: dict[str, Any] = {
    "first": "1",
    "steps": {
        "1": {
            "asks": "Perdue ou volée ?",
            "answers": [{"words": "Perdue", "then": "2"}, {"words": "Volée", "then": "3"}],
        },
        "2": {"says": "Vous la déclarerez le jour du rendez-vous.", "disposition": "answered"},
        "3": {"says": "Portez plainte d’abord.", "service": "gendarmerie", "disposition": "referred"},
    },
}


def script(name: str = "Carte perdue", tree: dict[str, Any] = LOST, **attached: Any) -> Script:
    """A published script."""
    by = make.staff("administrator").actor
    made = editing.add_script(name, organization_id=make.organization().id, by=by, **attached)
    made.versions[0].tree = tree
    db.session.flush()
    editing.publish(made, version=made.version, by=by)
    return made
