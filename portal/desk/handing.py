"""What an agent does with a call they have: hold, take up again, consult, hand on. Each is harmless when done twice.

Whom one may consult or hand on to is chosen, never typed: a colleague who is free or a queue of a list (`targets`), a
service of the directory (`service_target`) at its listed number.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement

from portal import history, news
from portal.contacts import answering
from portal.contacts.calls import legs
from portal.contacts.calls.bridging import move
from portal.contacts.models import Contact, Leg
from portal.database import db
from portal.desk import offering, overview, places, presence, talking
from portal.desk.models import Offer, Presence, Queue, queue_agents
from portal.directory.finding.choosing import label_of
from portal.directory.models import Service
from portal.errors import N_, Refused
from portal.lines.checking import may_be_dialled
from portal.lines.saying import find_line
from portal.staff.models import Staff


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a call may be handed to. `key` is what a form sends: `agent:7`, `queue:3`, `service:12`."""

    key: str
    label: str
    phone: str = ""
    served: bool = True  # whether somebody else is on duty there

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]

    @property
    def id(self) -> int:
        return int(self.key.partition(":")[2])


@dataclass(frozen=True, slots=True)
class Talk:
    """What a console shows of a call: `none`, `talking`, `held`, `calling` (who is consulted rings), `consulting`,
    `three` (all in one room), `handed` (put through to a service). `other`: who is consulted, or did not answer when
    last asked. `recorded`: as it was put through; in a room or on
    hold nothing is."""

    state: str
    other: str = ""
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class _Ends:
    contact: Contact
    citizen: Leg
    agent: Leg
    third: Leg | None


def talk_of(contact: Contact) -> Talk:
    """How the call stands now. Writes nothing."""
    live = {leg.role: leg for leg in legs.of(contact.id)}
    citizen, agent, third = live.get("citizen"), live.get("agent"), live.get("third")
    if contact.ended_at is not None or citizen is None or agent is None or agent.answered_at is None:
        return Talk("none")
    if third is None:
        gone = legs.not_reached(contact.id, "third")
        recorded = contact.records and citizen.seat == "bridge" and agent.dialled_by_id is not None
        other = gone.label if gone is not None else ""
        return Talk("held" if citizen.seat == "hold" else "talking", other, recorded)
    if third.answered_at is None:
        return Talk("calling", third.label)
    return Talk("consulting" if citizen.seat == "hold" else "three", third.label)


def targets(by: Staff) -> list[Target]:
    """Those a call may be handed to that a list can hold: free colleagues, queues."""
    free = db.select(Staff).join(Presence, Presence.staff_id == Staff.id)
    free = free.where(Staff.organization_id == by.organization_id, Staff.id != by.id, *_is_free())
    agents = [Target(f"agent:{each.id}", each.name, each.phone) for each in db.session.scalars(free)]
    lines = db.select(Queue).filter_by(organization_id=by.organization_id).order_by(Queue.position, Queue.id)
    served = overview.served(by.organization_id, but=by.id)
    queues = [
        Target(f"queue:{each.id}", each.name, served=each.id in served) for each in db.session.scalars(lines)
    ]
    return [*agents, *queues]


def service_target(service: Service) -> Target | None:
    """This service as one to hand a call to; None when it is closed, when its number may not be called from here, or
    when it is a line of ours: whoever is on it would hear the same menu again."""
    if not (service.active and service.phone and may_be_dialled(service.phone)) or find_line(service.phone):
        return None
    return Target(f"service:{service.id}", label_of(service), service.phone)


def hold(contact_id: int, *, by: Staff) -> None:
    """The citizen hears a sentence and music until they are taken up again."""
    ends = _ends(contact_id, by)
    if ends is None or ends.citizen.seat == "hold":
        return
    _hold(ends)
    _note("contact.held", ends.contact, by)


def resume(contact_id: int, *, by: Staff) -> None:
    """The agent is with the citizen again."""
    ends = _ends(contact_id, by)
    if ends is None or ends.citizen.seat != "hold":
        return
    if ends.third is not None:
        raise Refused(N_("Terminez d’abord la consultation."))
    move((ends.citizen, "room"))
    _note("contact.resumed", ends.contact, by)


def consult(contact_id: int, key: str, *, by: Staff) -> None:
    """The citizen is held while somebody else is asked: of a queue, whoever there has been free for the longest."""
    ends = _ends(contact_id, by)
    if ends is None:
        return
    target = _chosen(key, by)
    if target.kind == "queue":
        if ends.third is not None and _serves(ends.third.staff_id, target.id):
            return
        target = _free_in(target.id, by)
    if ends.third is not None:
        if ends.third.label == target.label:
            return
        raise Refused(N_("Terminez d’abord la consultation."))
    _hold(ends)
    staff_id = target.id if target.kind == "agent" else None
    label = {"label": target.label, "staff_id": staff_id, "purpose": "consult", "seat": "room"}
    legs.plan(ends.contact, "third", target.phone, **label)
    _note("contact.consulted", ends.contact, by, whom=target.label)
    _tell_third(staff_id)


def cancel(contact_id: int, *, by: Staff) -> None:
    """No longer consulted: the agent is with the citizen again."""
    ends = _ends(contact_id, by)
    if ends is None or ends.third is None:
        return
    move((ends.third, "out"), (ends.citizen, "room"))
    if ends.third.staff_id is not None and ends.third.answered_at is not None:
        presence.end_call(ends.third.staff_id, ends.contact)
    _note("contact.consult_cancelled", ends.contact, by, whom=ends.third.label)
    _tell_third(ends.third.staff_id)


def complete(contact_id: int, *, by: Staff) -> None:
    """Whoever was consulted has the citizen; the agent leaves them together."""
    ends = _ends(contact_id, by)
    if ends is None:
        return
    if ends.third is None or ends.third.answered_at is None:
        raise Refused(N_("Personne n’a encore répondu : attendez, ou transférez sans attendre."))
    move((ends.citizen, "room"), (ends.agent, "out"))
    talking.hand_over(ends.contact, ends.third, by=by.actor)
    _leave(ends, by)


def transfer(contact_id: int, key: str, *, by: Staff) -> None:
    """Handed on without asking first: to a queue or to a colleague, at the same place in line; to a service."""
    ends = _ends(contact_id, by)
    if ends is None:
        return
    target, contact = _chosen(key, by), ends.contact
    if ends.third is not None:
        move((ends.third, "out"))
    queue_id = target.id if target.kind == "queue" else contact.queue_id
    queue = db.session.get(Queue, queue_id) if queue_id else None
    if target.kind != "service" and queue is None:
        raise Refused(N_("Cet appel n’est venu par aucune file : transférez-le à une file."), field="target")
    move((ends.citizen, "away" if target.kind == "service" else "line"), (ends.agent, "out"))
    _note("contact.transferred", contact, by, whom=target.label)
    if target.kind == "service":
        away = {"label": target.label, "purpose": "transfer", "dialled_by_id": ends.citizen.id}
        db.session.add(Leg(contact_id=contact.id, role="third", to=target.phone, state="queued", **away))
        contact.step = f"Transféré : {target.label}"
    elif queue is not None:
        only = target.id if target.kind == "agent" else None
        places.stand_in_line(contact, queue, by=by.actor, only_staff_id=only)
        # who is free is rung once the citizen's telephone asks what comes next
        offering.dial_at_once(contact)
    _leave(ends, by)


def _ends(contact_id: int, by: Staff) -> _Ends | None:
    """The call and its telephones, held; None when this agent has handed it on already: done twice."""
    contact = answering.hold_contact(contact_id, by=by)
    live = {leg.role: leg for leg in legs.of(contact.id)}
    citizen, agent = live.get("citizen"), live.get("agent")
    there = agent is not None and agent.staff_id == by.id and agent.answered_at is not None
    if agent is None or citizen is None or not there or contact.ended_at is not None:
        left = db.select(Leg.id).filter_by(contact_id=contact.id, staff_id=by.id, role="agent", seat="out")
        if contact.ended_at is None and db.session.scalar(left.limit(1)) is not None:
            return None
        raise Refused(N_("Cet appel est terminé."))
    return _Ends(contact, citizen, agent, live.get("third"))


def _hold(ends: _Ends) -> None:
    move((ends.agent, "room"), (ends.citizen, "hold"))


def _leave(ends: _Ends, by: Staff) -> None:
    """The agent has handed the call on."""
    queue = db.session.get(Queue, ends.contact.queue_id) if ends.contact.queue_id else None
    presence.begin_wrap_up(by.id, queue, ends.contact)
    news.tell(f"staff:{by.id}", f"desk:{ends.contact.organization_id}")


def _chosen(key: str, by: Staff) -> Target:
    kind, _, number = key.partition(":")
    if kind == "service" and number.isascii() and number.isdigit():
        service = db.session.get(Service, int(number))
        found = service_target(service) if service else None
    else:
        found = next((target for target in targets(by) if target.key == key), None)
    if found is None:
        raise Refused(
            N_("Choisissez dans la liste : cette personne ou ce service n’est plus libre."), field="target"
        )
    return found


def _free_in(queue_id: int, by: Staff) -> Target:
    """The colleague of this queue who has been free for the longest."""
    query = db.select(Staff).join(Presence, Presence.staff_id == Staff.id)
    query = query.join(queue_agents, queue_agents.c.staff_id == Staff.id)
    query = query.where(queue_agents.c.queue_id == queue_id, Staff.id != by.id, *_is_free())
    found = db.session.scalar(query.order_by(Presence.since, Staff.id).limit(1))
    if found is None:
        raise Refused(
            N_("Personne n’est libre dans cette file : transférez-lui l’appel sans attendre."), field="target"
        )
    return Target(f"agent:{found.id}", found.name, found.phone)


def _serves(staff_id: int | None, queue_id: int) -> bool:
    query = db.select(queue_agents.c.staff_id).filter_by(queue_id=queue_id, staff_id=staff_id)
    return db.session.scalar(query) is not None


def _is_free() -> tuple[ColumnElement[bool], ...]:
    ringing = db.select(Offer.id).where(Offer.live_staff_id == Staff.id).exists()
    return (Presence.state == "available", Staff.phone != "", Staff.disabled_at.is_(None), ~ringing)


def _tell_third(staff_id: int | None) -> None:
    """A colleague's telephone rings, or no longer: their console says for whom."""
    if staff_id is not None:
        news.tell(f"staff:{staff_id}")


def _note(verb: str, contact: Contact, by: Staff, **details: str) -> None:
    history.record(verb, contact, by=by.actor, citizen_id=contact.citizen_id, details=details)
    news.tell(f"staff:{by.id}", f"desk:{contact.organization_id}")
