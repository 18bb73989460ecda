"""The queues of an organization as its administrators keep them: topics, agents, times; and what agents can do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from typing import Any

from portal import history, jobs
from portal.articles.models import Topic
from portal.database import db, hold
from portal.desk.models import Queue, Skill, queue_agents, queue_topics
from portal.directory.names import slug_of
from portal.errors import N_, Refused, Stale
from portal.history import Actor, Person
from portal.rights import find_own
from portal.staff.models import Staff

TIMES = {  # what a queue waits for, in seconds: the least and the most that make sense
    "callback_after_s": (0, 3600),
    "ring_s": (5, 60),
    "wrap_up_s": (0, 1800),
    "handling_s": (10, 7200),
    "long_wait_s": (60, 7200),
    "waive_s": (0, 7200),
}
SKILLS = ("language:en", "language:ar", "access:relay")


def queue(person: Person, queue_id: int) -> Queue:
    """A queue of one's own organization; another's does not exist."""
    return find_own(Queue, queue_id, person.organization_id)


def kept(found: Queue) -> dict[str, Any]:
    """What an administrator keeps of a queue."""
    topics = db.select(Topic.slug).join(queue_topics).where(queue_topics.c.queue_id == found.id)
    agents = db.select(queue_agents.c.staff_id).where(queue_agents.c.queue_id == found.id)
    return {
        "name": found.name,
        **{name: getattr(found, name) for name in TIMES},
        "topics": sorted(db.session.scalars(topics)),
        "agents": sorted(db.session.scalars(agents)),
    }


def digest(values: dict[str, Any]) -> str:
    """What tells one state of a queue from another."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def add_queue(*, organization_id: int, by: Actor, form_key: str = "", **values: Any) -> Queue:
    """A new queue, after the others."""
    values = _checked(values)
    slug = _slug(values["name"], organization_id)
    known = db.session.scalar(db.select(Queue).filter_by(slug=slug))
    if known and history.came_from(known, form_key):
        return known
    if known or not slug:
        raise Refused(N_("Une file porte déjà ce nom."), field="name")
    last = db.select(db.func.max(Queue.position)).filter_by(organization_id=organization_id)
    position = (db.session.scalar(last) or 0) + 1
    made = Queue(slug=slug, position=position, organization_id=organization_id, name=values["name"])
    db.session.add(made)
    db.session.flush()
    _write(made, values)
    history.record("queue.added", made, by=by, details={"slug": slug, "form_key": form_key})
    return made


def save_queue(found: Queue, *, seen: str, by: Actor, **values: Any) -> None:
    """New values of a queue. Refuses a save that started from another state of it, with both."""
    hold(found)
    values = _checked(values)
    before = kept(found)
    changed = {name: [before[name], value] for name, value in values.items() if before[name] != value}
    if not changed:
        return
    if digest(before) != seen:
        raise Stale(theirs=before, yours=values)
    _write(found, values)
    if set(values["agents"]) - set(before["agents"]):  # who waits may be theirs to take now
        jobs.enqueue("match", {"organization": found.organization_id})
    history.record("queue.changed", found, by=by, details={"changed": changed})


def agents_of(organization_id: int) -> list[Staff]:
    """Those who may serve a queue."""
    query = db.select(Staff).filter_by(organization_id=organization_id, disabled_at=None)
    query = query.where(Staff.role.in_(("agent", "supervisor")))
    return list(db.session.scalars(query.order_by(Staff.last_name, Staff.id)))


def served_by(staff_id: int) -> list[Queue]:
    """The queues that a member of staff answers for."""
    query = db.select(Queue).join(queue_agents).where(queue_agents.c.staff_id == staff_id)
    return list(db.session.scalars(query.order_by(Queue.position, Queue.id)))


def skills_of(staff_id: int) -> list[str]:
    """What a member of staff can do beside answering for a queue."""
    return list(db.session.scalars(db.select(Skill.name).filter_by(staff_id=staff_id).order_by(Skill.name)))


def set_skills(member: Staff, skills: Collection[str], *, by: Actor) -> None:
    """The skills are these. Hold the member first."""
    before, after = skills_of(member.id), sorted(set(skills) & set(SKILLS))
    if before == after:
        return
    db.session.execute(db.delete(Skill).filter_by(staff_id=member.id))
    db.session.add_all(Skill(staff_id=member.id, name=name) for name in after)
    jobs.enqueue("match", {"organization": member.organization_id})  # who waits may be theirs to take now
    history.record("staff.skills_changed", member, by=by, details={"changed": {"skills": [before, after]}})


def _slug(name: str, organization_id: int) -> str:
    """What menus name the queue by: another organization may have one of the same name."""
    slug = slug_of(name)
    whose = db.session.scalar(db.select(Queue.organization_id).filter_by(slug=slug))
    return slug if whose in (None, organization_id) else f"{slug}-{organization_id}"


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    checked = {**values, "name": values["name"].strip()}
    if not checked["name"]:
        raise Refused(N_("Donnez un nom à cette file."), field="name")
    for name, (least, most) in TIMES.items():
        if not least <= checked[name] <= most:
            raise Refused(
                N_("Écrivez un nombre de secondes entre %(least)s et %(most)s."),
                field=name,
                least=least,
                most=most,
            )
    return {**checked, "topics": sorted(checked["topics"]), "agents": sorted(checked["agents"])}


def _write(found: Queue, values: dict[str, Any]) -> None:
    for name in ("name", *TIMES):
        setattr(found, name, values[name])
    topics = db.session.scalars(db.select(Topic.id).where(Topic.slug.in_(values["topics"]))).all()
    allowed = {agent.id for agent in agents_of(found.organization_id)}
    for table, column, ids in (
        (queue_topics, "topic_id", topics),
        (queue_agents, "staff_id", [one for one in values["agents"] if one in allowed]),
    ):
        db.session.execute(table.delete().where(table.c.queue_id == found.id))
        for one in ids:
            db.session.execute(table.insert().values({"queue_id": found.id, column: one}))
