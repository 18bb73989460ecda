"""The rows of exports, batch by batch: each batch is a read of its own, and nothing is held while it is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.articles.models import Topic
from portal.cases.models import Case
from portal.citizens.models import Citizen
from portal.contacts.models import Contact
from portal.contacts.words import CHANNELS, ENDS, STATES
from portal.database import brief_read, db
from portal.desk.models import Place, Queue
from portal.reports import communes, days, figures
from portal.reports.figures import CONTACTS, Asked
from portal.reports.models import Tally
from portal.reports.sheets import Row
from portal.staff.models import Staff

AT_ONCE = 2000
PROTECTED = "Personne protégée"
HEADERS: dict[str, Row] = {
    "figures": (
        *(
            "Jour",
            "File",
            "Moyen",
            "Sujet",
            "Contacts",
            "Appels demandant un agent",
            "Appels pris par un agent",
        ),
        *("Appels, menu seul", "Conclus", "Répondus en une fois", "Personne et sujet connus", "Répétés"),
        *("Premiers contacts", "Résolus dès le premier", "Raccrochés dans le menu", "Messages vocaux"),
    ),
    "contacts": (
        *("Numéro", "Commencé", "Moyen", "Sens", "File", "Sujet", "Commune", "État", "Issue", "Répondu"),
        *("Attente (s)", "Agent", "Référence", "Personne", "Objet"),
    ),
}


def total(kind: str, asked: Asked) -> int:
    """How many rows there will be, or days for figures: what progress is measured by."""
    if kind == "figures":
        return (asked.last - asked.first).days + 1
    return int(figures.totals(asked)["contacts"])


def batches(kind: str, asked: Asked) -> Iterator[list[Row]]:
    return _figures(asked) if kind == "figures" else _contacts(asked)


def _figures(asked: Asked) -> Iterator[list[Row]]:
    """A day a batch. Communes are left out: few persons may have come from one."""
    sums = [db.func.sum(getattr(Tally, name)) for name in CONTACTS]
    keys = (Tally.queue_id, Tally.channel, Tally.topic_id)
    for day in days.each(asked.first, asked.last):
        with brief_read() as session:
            queues, topics = _names(session)
            query = (
                db.select(*keys, *sums)
                .where(*asked.where(), Tally.day == day)
                .group_by(*keys)
                .order_by(*keys)
            )
            rows: list[Any] = list(session.execute(query))
        yield [
            (
                day,
                queues.get(queue, ""),
                CHANNELS.get(channel, channel),
                topics.get(topic, ""),
                *map(int, counts),
            )
            for queue, channel, topic, *counts in rows
        ]


def _contacts(asked: Asked) -> Iterator[list[Row]]:
    """In the order in which they began; each batch goes on where the last one ended."""
    after: tuple[datetime, int] | None = None
    zone = ZoneInfo(asked.timezone)
    while True:
        with brief_read() as session:
            queues, topics = _names(session)
            found = _read(session, asked, after)
        if not found:
            return
        after = found[-1].started_at, found[-1].id
        yield [_contact(row, queues, topics, zone) for row in found]


def _read(session: Session, asked: Asked, after: tuple[datetime, int] | None) -> list[Any]:
    query = db.select(
        *(
            Contact.id,
            Contact.started_at,
            Contact.channel,
            Contact.direction,
            Contact.queue_id,
            Contact.topic_id,
        ),
        *(Contact.commune, Contact.state, Contact.disposition, Contact.answered_at, Contact.subject),
        *(Place.since, Case.reference, Citizen.name, Citizen.protected, Citizen.commune.label("lives_in")),
        *(Staff.first_name, Staff.last_name),
    )
    query = query.outerjoin(Place, Place.contact_id == Contact.id).outerjoin(Case, Case.id == Contact.case_id)
    query = query.outerjoin(Citizen, Citizen.id == Contact.citizen_id).outerjoin(
        Staff, Staff.id == Contact.agent_id
    )
    query = query.where(*communes.contacts_of(asked))
    if after is not None:
        query = query.where(db.tuple_(Contact.started_at, Contact.id) > after)
    return list(session.execute(query.order_by(Contact.started_at, Contact.id).limit(AT_ONCE)))


def _contact(row: Any, queues: dict[int, str], topics: dict[int, str], zone: ZoneInfo) -> Row:
    """A person who is protected is neither named nor told of."""
    wait = (row.answered_at - row.since).total_seconds() if row.answered_at and row.since else None
    return (
        *(
            row.id,
            row.started_at.astimezone(zone),
            CHANNELS.get(row.channel, row.channel),
            "reçu" if row.direction == "in" else "envoyé",
        ),
        *(queues.get(row.queue_id, ""), topics.get(row.topic_id, "")),
        *("" if row.protected else row.commune or row.lives_in or "", STATES[row.state]),
        ENDS.get(row.disposition, row.disposition),
        *(
            row.answered_at and row.answered_at.astimezone(zone),
            None if wait is None else max(0, round(wait)),
        ),
        *(" ".join(filter(None, (row.first_name, row.last_name))), row.reference),
        *(PROTECTED if row.protected else row.name, "" if row.protected else row.subject),
    )


def _names(session: Session) -> tuple[dict[int, str], dict[int, str]]:
    queues: list[Any] = list(session.execute(db.select(Queue.id, Queue.name)))
    topics = session.execute(db.select(Topic.id, Topic.names))
    return dict(queues), {topic_id: names.get("fr", "") for topic_id, names in topics}
