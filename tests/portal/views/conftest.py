"""The network at the doors, a town whose pages are visited, and a line whose menu has every kind of step."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.database import db
from portal.lines.models import Line
from tests import make
from tests.network import LINE, Network
from tests.portal.views.calling import tree

BODY = "## En bref\n\nVenez en personne.\n\n## Ensuite\n\nAttendez."


@pytest.fixture
def network(app: Flask) -> Network:
    return Network(app)


@pytest.fixture
def town(app: Flask) -> None:
    make.organization(phone="+33199000010", email="accueil@ville.example")
    make.line()


@pytest.fixture
def line(app: Flask) -> Line:
    make.queue("accueil"), make.queue("etat-civil"), make.topic("etat-civil")
    make.service("eau", phone="+33199000051")
    make.article("Refaire ses papiers", BODY, slug="papiers", summary="C’est gratuit.")
    found = make.line(LINE)
    make.published(found, tree())
    db.session.commit()
    return found
