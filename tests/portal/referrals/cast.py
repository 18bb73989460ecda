"""Rules for tests: drafted and published by the verbs themselves."""

from __future__ import annotations

from typing import Any

from portal.database import db
from portal.directory.models import Service
from portal.history import SYSTEM
from portal.referrals.models import ReferralRule
from portal.referrals.ruling.editing import draft_rule, publish
from portal.referrals.ruling.wording import Wording
from tests import make


def service(slug: str = "caf", **values: Any) -> Service:
    return db.session.scalar(db.select(Service).filter_by(slug=slug)) or make.service(slug, **values)


def wording(slug: str = "caf", position: int = 100, **conditions: Any) -> Wording:
    texts = {"fr": f"C’est l’affaire de {slug}.", "en": f"{slug} deals with it.", "ar": f"يتولى {slug} ذلك."}
    return Wording(
        service_id=service(slug).id,
        position=position,
        conditions=conditions or {"words": ["allocation"]},
        explanations=texts,
    )


def drafted(name: str = "règle", to: str = "caf", position: int = 100, **conditions: Any) -> ReferralRule:
    return draft_rule(
        name, wording(to, position, **conditions), organization_id=make.organization().id, by=SYSTEM
    )


def rule(name: str = "règle", to: str = "caf", position: int = 100, **conditions: Any) -> ReferralRule:
    """A rule in force."""
    made = drafted(name, to, position, **conditions)
    publish(made, version=None, by=SYSTEM)
    return made
