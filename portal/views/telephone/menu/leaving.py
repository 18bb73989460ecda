"""The steps that lead out of the menu: to the people who wait, to a message, to another service."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam
from twilio.twiml.voice_response import VoiceResponse

from portal.articles.models import Topic
from portal.contacts.models import Contact
from portal.database import db
from portal.desk import offering, places
from portal.desk.models import Offer, Queue
from portal.directory import reading
from portal.directory.models import Service
from portal.errors import N_
from portal.lines import tree as steps
from portal.lines.checking import may_be_dialled
from portal.lines.tree import Step
from portal.views.telephone import recordings, speech
from portal.views.telephone.menu.walking import Walk, does, hang_up, take
from portal.views.telephone.talking import ringing

TRANSFER_RINGS_S, LONGEST_TRANSFER_S = 25, 3600


@does("queue")
def queue(walk: Walk, step: Step) -> VoiceResponse:
    """In line for an agent of the queue. A queue that is gone takes a message."""
    wanted = {"queue": step.get("queue"), "topic": step.get("topic") or None}
    row = db.session.execute(_queue(), {**wanted, "organization": walk.line.organization_id}).first()
    if row is None:
        return voicemail(walk, {})
    found, topic_id = row
    if recordings.must_tell(walk):
        return recordings.tell(walk)
    walk.say(step.get("says"))
    if walk.trial:
        walk.would(f"l’appel attendrait ici un agent de la file {found.name}.")
        return hang_up(walk)
    contact = walk.keep(f"En attente : {found.name}", topic_id)
    offer = _stand(walk, contact, found)
    if offer is not None:
        return ringing.dial(offer, before=walk.said)
    return speech.enqueue(walk.line, found.slug, walk.language, before=walk.said)


def _stand(walk: Walk, contact: Contact, found: Queue) -> Offer | None:
    """In line; the offer that rings at once, made now or by a word before this one."""
    made: list[Offer] = []
    place = places.stand_in_line(contact, found, at_door=made if walk.new else None)
    if not made and place.state == "offered":
        return offering.dial_at_once(contact, new=walk.new)
    return next(iter(made), None)


@cache
def _queue() -> Select[Any]:
    """Built once a process."""
    query = db.select(Queue, Topic.id).outerjoin(Topic, Topic.slug == bindparam("topic"))
    return query.filter(Queue.slug == bindparam("queue"), Queue.organization_id == bindparam("organization"))


@does("voicemail")
def voicemail(walk: Walk, step: Step) -> VoiceResponse:
    """A message, asked for in the step's words or in the line's."""
    if walk.trial:
        walk.say(step.get("says"))
        walk.would("la personne laisserait ici un message.")
        return hang_up(walk)
    words = steps.in_language(step.get("says"), walk.language)
    ask = words if words[0] else None
    return speech.record(walk.line, walk.language, before=walk.said, ask=ask, contact=walk.contact())


@does("transfer")
def transfer(walk: Walk, step: Step) -> VoiceResponse:
    """To a service of the directory, on its listed number and no other. Nobody there: back, and a person."""
    service = next(iter(reading.services_among([str(step.get("service", ""))])), None)
    if service is None or not may_be_dialled(service.phone):
        return not_reached(walk, service)
    name = reading.text_in(service, walk.language).name
    if walk.trial:
        walk.would(f"l’appel serait transféré à {name}, au {service.phone}.")
        return hang_up(walk)
    walk.keep(f"Transféré à {reading.text_in(service, steps.REFERENCE).name}")
    walk.say(step.get("says"))
    walk.tell(N_("Nous vous mettons en relation avec : %(service)s."), service=name)
    twiml = VoiceResponse()
    walk.speak(twiml)
    dial = twiml.dial(
        action=walk.at("transferred"),
        method="POST",
        timeout=TRANSFER_RINGS_S,
        time_limit=LONGEST_TRANSFER_S,
        caller_id=walk.line.number,
        answer_on_bridge=True,
    )
    dial.number(service.phone)
    return twiml


def not_reached(walk: Walk, service: Service | None) -> VoiceResponse:
    """Says so, then gives a person of ours; where the menu has no other, a message."""
    if service is None:
        walk.tell(N_("Ce service ne peut pas être joint par ce menu."))
    else:
        name = reading.text_in(service, walk.language).name
        walk.tell(N_("%(service)s ne répond pas pour le moment."), service=name)
    path = steps.person_near(walk.tree, walk.path, ("queue",))
    return voicemail(walk, {}) if path is None else take(walk, path)
