"""Those who keep the rules, in the tests of their doors: what they type, and what is there to choose from."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import selectinload

from portal.database import db
from portal.directory.editing import add_commune
from portal.referrals.models import ReferralRule
from tests import make
from tests.portal.referrals import cast
from tests.signing import send, signed_in

HOUSING = {
    "name": "Aide au logement",
    "words": "APL\r\naide au logement",
    "topics": ["logement"],
    "communes": "Saint-Elvin (96017)\nvalbrune",
    "opening": "any",
    "position": "20",
    "strength": "2",
    "explanation_fr": "La CAF verse cette aide.",
    "form_key": "k" * 20,
}


def keeper(client: Any) -> Any:
    """A signed-in administrator of the town hall, where there is something to choose from."""
    make.topic("logement")
    add_commune("96017", "Saint-Elvin", ["96110"])
    add_commune("96042", "Valbrune", ["96100"])
    cast.service("caf")
    cast.service("adil")
    person = make.staff("administrator")
    db.session.commit()
    return signed_in(client, person)


def service_id(slug: str) -> str:
    found = str(cast.service(slug).id)
    db.session.commit()  # a door cannot write while a test still reads
    return found


def the_rule(slug: str = "") -> ReferralRule:
    """The one rule there is, or the one of this name, read afresh."""
    db.session.expire_all()
    query = db.select(ReferralRule).options(selectinload(ReferralRule.versions))
    rule = db.session.scalars(query.filter_by(slug=slug) if slug else query).one()
    db.session.commit()
    return rule


def made(client: Any, **changes: Any) -> Any:
    return send(client, "/admin/rules", {**HOUSING, "service": service_id("caf"), **changes})


def act(client: Any, rule: ReferralRule, name: str) -> Any:
    return send(client, f"/admin/rules/{rule.id}/{name}", {"version": rule.version, "form_key": name * 3})
