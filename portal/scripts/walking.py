"""An agent goes through a script beside a call, and the way taken is kept on the contact.

A step is told by its place in the path and by the answer chosen: sent twice it is one. Hold the contact first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import joinedload

from portal import clock, history
from portal.contacts import answering
from portal.contacts.models import Contact
from portal.database import db
from portal.errors import N_, Missing, Refused
from portal.history import Person
from portal.scripts import trees
from portal.scripts.models import Script, ScriptPath, ScriptVersion, script_queues, script_topics
from portal.scripts.trees import Step


@dataclass(frozen=True, slots=True)
class Offered:
    """The scripts of a contact's organization: those for its topic or queue, and the others."""

    fitting: Sequence[Script]
    others: Sequence[Script]


def offered(contact: Contact) -> Offered:
    """The published scripts that an agent may begin here."""
    begun = db.select(ScriptPath.script_id).where(ScriptPath.contact_id == contact.id)
    query = db.select(Script).filter_by(organization_id=contact.organization_id)
    query = query.where(Script.versions.any(ScriptVersion.state == "published"), Script.id.not_in(begun))
    found = db.session.scalars(query.order_by(Script.name, Script.id)).all()
    by_topic = db.select(script_topics.c.script_id).where(script_topics.c.topic_id == contact.topic_id)
    by_queue = db.select(script_queues.c.script_id).where(script_queues.c.queue_id == contact.queue_id)
    fitting = set(db.session.scalars(by_topic.union(by_queue)))
    return Offered(
        [script for script in found if script.id in fitting],
        [script for script in found if script.id not in fitting],
    )


def paths_of(contact: Contact) -> list[ScriptPath]:
    """The ways taken in this contact, the latest begun last."""
    query = db.select(ScriptPath).filter_by(contact_id=contact.id)
    query = query.options(joinedload(ScriptPath.version), joinedload(ScriptPath.script))
    return list(db.session.scalars(query.order_by(ScriptPath.begun_at, ScriptPath.id)))


def begin(contact: Contact, script_id: int, *, by: Person) -> ScriptPath:
    """Begins a script beside the contact, with what is published now; begun already, it goes on."""
    answering.check_held(contact, by=by)
    known = db.session.scalar(db.select(ScriptPath).filter_by(contact_id=contact.id, script_id=script_id))
    if known is not None:
        return known
    query = db.select(ScriptVersion).filter_by(script_id=script_id, state="published").join(Script)
    version = db.session.scalar(query.where(Script.organization_id == contact.organization_id))
    if version is None:
        raise Missing
    path = ScriptPath(contact_id=contact.id, script_id=script_id, version=version, steps=[])
    db.session.add(path)
    _note(contact, path, "contact.script_begun", by)
    return path


def take_step(contact: Contact, path_id: int, place: int, choice: int, *, by: Person) -> ScriptPath:
    """Goes on by the answer numbered `choice` of the step at this place. The same again changes nothing; another
    answer at a place already passed goes on from there instead."""
    path = _path(contact, path_id, by)
    if place > len(path.steps):
        raise Refused(N_("Le script a changé d’étape entre-temps. Reprenez-le où il en est."))
    if place < len(path.steps) and path.steps[place]["choice"] == choice:
        return path
    key = key_at(path, place)
    step = trees.step_at(path.version.tree, key) or {}
    answers = trees.answers(step)
    if not 0 <= choice < len(answers):
        raise Refused(N_("Choisissez une des réponses proposées."))
    taken = {"step": key, "asked": step.get("asks", ""), "choice": choice, "by": by.id}
    said = {"answer": answers[choice]["words"], "then": answers[choice]["then"]}
    path.steps = [*path.steps[:place], {**taken, **said, "at": clock.now().isoformat()}]
    ended = not trees.answers(current(path))
    path.ended_at = clock.now() if ended else None
    _note(contact, path, "contact.script_ended" if ended else "contact.script_answered", by, said["answer"])
    return path


def go_back(contact: Contact, path_id: int, place: int, *, by: Person) -> ScriptPath:
    """Comes back to the step at this place, whose answer is forgotten, and those after it."""
    path = _path(contact, path_id, by)
    if place < len(path.steps):
        path.steps, path.ended_at = path.steps[:place], None
        _note(contact, path, "contact.script_went_back", by)
    return path


def key_at(path: ScriptPath, place: int) -> str:
    """The step at this place in the path."""
    return str(path.steps[place - 1]["then"] if place else path.version.tree["first"])


def current(path: ScriptPath) -> Step:
    """The step where the agent is now."""
    return trees.step_at(path.version.tree, key_at(path, len(path.steps))) or {}


def _path(contact: Contact, path_id: int, by: Person) -> ScriptPath:
    answering.check_held(contact, by=by)
    path = db.session.get(ScriptPath, path_id, populate_existing=True)
    if path is None or path.contact_id != contact.id:
        raise Missing
    return path


def _note(contact: Contact, path: ScriptPath, verb: str, by: Person, answer: str = "") -> None:
    db.session.flush()
    details = {"path": path.id, "script": path.script.slug, "version": path.version.number}
    if answer:
        details["answer"] = answer
    history.record(verb, contact, by=by.actor, citizen_id=contact.citizen_id, details=details)
