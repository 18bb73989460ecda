"""Referrals on their way: a web request of somebody, sent to a service by the verbs themselves."""

from __future__ import annotations

from typing import Any

from portal.contacts.models import Contact
from portal.contacts.recording import add_message
from portal.database import db
from portal.referrals.following.living import send
from portal.referrals.following.referring import refer
from portal.referrals.models import Partner, Referral
from tests import make
from tests.portal.referrals import cast

ALL = ("name", "reach", "subject", "request", "commune", "files")


def contact(language: str = "fr", email: str = "aicha@exemple.fr", **values: Any) -> Contact:
    """A web request that Aïcha Benali wrote, and an agent wrapped up."""
    person = make.citizen(email=email, language=language)
    defaults = {
        "identifier_id": make.identifier("email", email).id,
        "citizen_id": person.id,
        "certainty": "confirmed",
        "subject": "Aide au logement",
        "language": language,
    }
    made = make.contact("web", **{**defaults, **values})
    add_message(made, "Je voudrais une aide pour mon loyer.")
    made.state = "wrapped_up"
    db.session.flush()
    return made


def receiver(slug: str = "caf", email: str = "accueil@caf.example", **values: Any) -> Any:
    """A service whose organization takes referrals by e-mail."""
    service = cast.service(slug)
    if db.session.get(Partner, service.organization_id) is None:
        db.session.add(Partner(organization_id=service.organization_id, email=email, **values))
        db.session.flush()
    return service


def proposed(of: Contact | None = None, to: str = "caf", **values: Any) -> Referral:
    """A referral that nobody sent yet."""
    return refer(
        of or contact(), receiver(to).id, reason="La CAF verse les aides", by=make.staff().actor, **values
    )


def sent(of: Contact | None = None, to: str = "caf", way: str = "email", **values: Any) -> Referral:
    """A referral that its receiver was told of."""
    made = proposed(of, to)
    send(made, way, fields=ALL, by=make.staff().actor, **values)
    return made
