"""Random lives: contacts of a few people on a few topics over a month, by every channel, each with its own end."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from portal import clock
from portal.cases.models import Promise
from portal.contacts.models import CHANNELS, DISPOSITIONS, Contact, Message
from portal.database import db
from portal.desk.models import Place
from portal.referrals.models import Referral
from tests import make

DAYS = 30


def live(seed: int, contacts: int = 60, until: datetime | None = None) -> list[Contact]:
    """Writes so many contacts, and returns them. The same seed lives the same life."""
    drawn, until = random.Random(seed), until or clock.now()
    town = make.organization()
    topics = [make.topic(f"sujet-{n}").id for n in range(2)]
    queues = [make.queue(f"file-{seed}-{n}").id for n in range(2)]
    people = [make.citizen(f"Personne {n}", commune=drawn.choice(["", "35238", "29019"])) for n in range(6)]
    people[1].person_id = people[0].id
    numbers = [make.identifier("phone", f"+3369900000{n}") for n in range(3)]
    service = make.service(f"service-{seed}")
    made = []
    for _ in range(contacts):
        whose: dict[str, Any] = drawn.choice(
            [{"citizen_id": drawn.choice(people).id}, {"identifier_id": drawn.choice(numbers).id}, {}]
        )
        made.append(_contact(drawn, until, topics, queues, organization_id=town.id, **whose))
        if drawn.random() < 0.15:
            db.session.add(_promise(made[-1]))
        if drawn.random() < 0.15:
            state = drawn.choice(["proposed", "accepted", "done"])
            keys = {"organization_id": town.id, "contact_id": made[-1].id, "service_id": service.id}
            db.session.add(Referral(state=state, **keys))
    db.session.flush()
    return made


def _contact(
    drawn: random.Random, until: datetime, topics: list[int], queues: list[int], **whose: Any
) -> Contact:
    started = until - timedelta(minutes=drawn.randrange(5, DAYS * 24 * 60))
    channel = drawn.choice([*CHANNELS, "phone", "phone"])
    answered = started + timedelta(seconds=drawn.randrange(5, 200)) if drawn.random() < 0.7 else None
    wrapped_up = drawn.random() < (0.8 if answered is not None else 0.4)
    row = Contact(
        channel=channel,
        direction=drawn.choice(["in", "in", "in", "out"]),
        topic_id=drawn.choice([*topics, None]),
        commune=drawn.choice(["", "", "35238"]),
        started_at=started,
        answered_at=answered,
        ended_at=answered + timedelta(seconds=drawn.randrange(1, 600)) if answered else None,
        state="wrapped_up" if wrapped_up else "open",
        disposition=drawn.choice([*DISPOSITIONS, "answered", "answered"]) if wrapped_up else "",
        **whose,
    )
    db.session.add(row)
    db.session.flush()
    if channel == "phone" and drawn.random() < 0.8:
        _stand(drawn, row, drawn.choice(queues))
    elif channel == "phone" and drawn.random() < 0.5:
        said = {"direction": "in", "body": "Message vocal", "state": "received"}
        db.session.add(Message(contact_id=row.id, channel=channel, at=started, **said))
    return row


def _stand(drawn: random.Random, contact: Contact, queue_id: int) -> None:
    contact.queue_id = queue_id
    kind = drawn.choice(["call", "call", "call_back"])
    place = Place(
        contact_id=contact.id, organization_id=contact.organization_id, queue_id=queue_id, kind=kind
    )
    place.since = contact.started_at + timedelta(seconds=drawn.randrange(0, 5))
    place.state = "answered" if contact.answered_at else "left"
    place.left = "" if contact.answered_at else drawn.choice(["hung_up", "hung_up", "voicemail"])
    place.ended_at = contact.answered_at or place.since + timedelta(seconds=drawn.randrange(1, 300))
    db.session.add(place)
    db.session.flush()


def _promise(contact: Contact) -> Promise:
    due = contact.started_at + timedelta(days=2)
    values = {"organization_id": contact.organization_id, "contact_id": contact.id}
    return Promise(text="Rappeler", due_at=due, **values)
