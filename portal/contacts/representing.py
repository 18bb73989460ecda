"""Who spoke in a contact, when it was not the citizen but somebody who may speak for them."""

from __future__ import annotations

from portal import history
from portal.citizens import relations
from portal.citizens.models import Relation
from portal.contacts.models import Contact
from portal.database import db
from portal.errors import N_, Refused
from portal.history import Actor, Event

SPOKE = "contact.spoken_for"


def say_who_spoke(contact: Contact, relation_id: int | None, *, by: Actor) -> None:
    """It was this representative, or the citizen after all (None). The contact stays the citizen's."""
    if contact.person is None or contact.certainty != "confirmed":
        raise Refused(N_("Dites de qui il s’agit."), field="who")
    if relation_id is not None:
        relations.may_speak(relation_id, contact.person)
    now = who_spoke(contact)
    if (now.id if now is not None else None) == relation_id:
        return
    details = {"relation": relation_id}
    history.record(SPOKE, contact, by=by, citizen_id=contact.citizen_id, details=details)


def who_spoke(contact: Contact) -> Relation | None:
    """The representative who spoke; None when it was the citizen. It stays said once the relation has ended."""
    query = db.select(Event.details).filter_by(
        subject_type=Contact.__tablename__, subject_id=contact.id, verb=SPOKE
    )
    details = db.session.scalar(query.order_by(Event.id.desc()).limit(1))
    relation_id = details["relation"] if details else None
    return db.session.get(Relation, relation_id) if relation_id else None
