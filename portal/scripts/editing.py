"""The life of a script: added, drafted step by step, published, rolled back, retired. Each act is in its history.

A step is saved from the wording of it that the person saw: another step saved meanwhile by somebody else is no
obstacle, the same one is refused with both wordings. The same form sent twice is one act.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from portal import clock, history
from portal.articles.models import Article, Topic
from portal.database import db, hold
from portal.directory.models import Service
from portal.directory.names import slug_of
from portal.errors import N_, Missing, Refused, Stale
from portal.history import Actor, Person
from portal.rights import find_own
from portal.scripts import trees
from portal.scripts.models import Script, ScriptVersion, script_queues
from portal.scripts.trees import Finding, Step

NEW = "new"


def scripts_of(person: Person) -> list[Script]:
    """The scripts of one's own organization."""
    query = db.select(Script).filter_by(organization_id=person.organization_id)
    return list(db.session.scalars(query.order_by(Script.name, Script.id)))


def script(person: Person, script_id: int) -> Script:
    """A script of one's own organization; another's does not exist."""
    return find_own(Script, script_id, person.organization_id)


def add_script(name: str, *, organization_id: int, by: Actor, form_key: str = "", **attached: Any) -> Script:
    """A new script, as a draft of one empty step. `attached`: topics, queues."""
    slug = slug_of(name)
    if not slug:
        raise Refused(N_("Donnez un nom."), field="name")
    whose = db.session.scalar(db.select(Script.organization_id).filter_by(slug=slug))
    if whose not in (None, organization_id):  # another organization may have one of the same name
        slug = f"{slug}-{organization_id}"
    known = db.session.scalar(db.select(Script).filter_by(slug=slug))
    if known and history.came_from(known, form_key):
        return known
    if known:
        raise Refused(N_("Un script porte déjà ce nom."), field="name")
    made = Script(slug=slug, name=name.strip(), organization_id=organization_id)
    made.versions.append(ScriptVersion(number=1, tree=trees.empty(), made_by_id=by.id))
    db.session.add(made)
    db.session.flush()
    _attach(made, **attached)
    history.record("script.added", made, by=by, details={"slug": slug, "form_key": form_key})
    return made


def change_script(
    made: Script, *, name: str, topics: Collection[str], queues: Collection[int], version: int, by: Actor
) -> None:
    """Another name, other topics and queues. Refuses a save that started from an older version."""
    hold(made)
    before = attached_to(made)
    after = {"name": name.strip(), "topics": sorted(topics), "queues": sorted(queues)}
    if made.version != version:
        raise Stale(theirs=before, yours=after)
    if not after["name"]:
        raise Refused(N_("Donnez un nom."), field="name")
    made.name = name.strip()
    _attach(made, topics=topics, queues=queues)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changed:
        _touch(made)
        history.record("script.changed", made, by=by, details={"changed": changed})


def save_step(made: Script, key: str, step: Step, *, seen: str, by: Actor) -> str:
    """Writes a step of the draft, which is begun from what is published if there is none. An answer that leads to
    `new` makes the step it leads to. Returns the step's key; saving what is there changes nothing."""
    hold(made)
    step = trees.tidy(step)
    tree = _tree(made)
    before = trees.step_at(tree, key)
    if before is None:
        raise Missing
    if before == _as_saved(before, step):
        return key
    if trees.digest(before) != seen:
        raise Stale(theirs=before, yours=step)
    steps = {**tree["steps"], key: step}
    for answer in trees.answers(step):
        if answer["then"] == NEW:
            answer["then"] = trees.free_key({"steps": steps})
            steps[answer["then"]] = {}
    if len(steps) > trees.MOST_STEPS:
        raise Refused(N_("Un script compte au plus %(most)s étapes."), most=trees.MOST_STEPS)
    _write(made, {**tree, "steps": steps}, by)
    details = {"step": key, "changed": {key: [before, step]}}
    history.record("script.step_saved", made, by=by, details=details)
    return key


def add_step(made: Script, *, by: Actor) -> str:
    """An empty step, to which answers may then lead; one that is still empty is given again."""
    hold(made)
    tree = _tree(made)
    key = next((key for key, step in tree["steps"].items() if not step), "")
    if not key:
        key = trees.free_key(tree)
        _write(made, {**tree, "steps": {**tree["steps"], key: {}}}, by)
        history.record("script.step_added", made, by=by, details={"step": key})
    return key


def remove_step(made: Script, key: str, *, by: Actor) -> None:
    """Takes a step away; where the script begins stays. Taking away what is gone does nothing."""
    hold(made)
    tree = _tree(made)
    step = trees.step_at(tree, key)
    if step is None:
        return
    if tree["first"] == key:
        raise Refused(N_("Le script commence par cette étape : faites-le d’abord commencer par une autre."))
    _write(made, trees.without(tree, key), by)
    history.record("script.step_removed", made, by=by, details={"step": key, "changed": {key: [step, {}]}})


def begin_with(made: Script, key: str, *, by: Actor) -> None:
    """The script begins with this step."""
    hold(made)
    tree = _tree(made)
    if trees.step_at(tree, key) is None:
        raise Missing
    if tree["first"] != key:
        _write(made, {**tree, "first": key}, by)
        history.record("script.step_saved", made, by=by, details={"first": [tree["first"], key]})


def publish(made: Script, *, version: int, by: Actor) -> ScriptVersion:
    """Agents are given the draft from now on; calls that began with another go on with it."""
    hold(made)
    draft = draft_of(made)
    current = published_of(made)
    if draft is None and current is not None:
        return current  # the same form sent twice
    if draft is None:
        raise Refused(N_("Ce script n’a pas de brouillon à publier."))
    _refuse_stale(made, version)
    if any(finding.error for finding in findings(draft.tree)):
        raise Refused(N_("Corrigez d’abord les erreurs signalées aux étapes."))
    return _put_in_force(made, draft, "script.published", by)


def roll_back(made: Script, number: int, *, version: int, by: Actor) -> ScriptVersion:
    """What a former version said is published again, as a new version."""
    hold(made)
    current = published_of(made)
    former = next((one for one in made.versions if one.number == number and one.state == "retired"), None)
    if former is None:
        raise Missing
    if current is not None and current.tree == former.tree:
        return current
    _refuse_stale(made, version)
    again = ScriptVersion(number=_next_number(made), tree=dict(former.tree), made_by_id=by.id)
    made.versions.append(again)
    return _put_in_force(made, again, "script.rolled_back", by, restores=number)


def retire(made: Script, *, version: int, by: Actor) -> None:
    """Agents are no longer given this script. Its versions and the paths taken stay."""
    hold(made)
    current = published_of(made)
    if current is None:
        return
    _refuse_stale(made, version)
    current.state = "retired"
    _touch(made)
    history.record("script.retired", made, by=by, details={"number": current.number})


def drop_draft(made: Script, *, version: int, by: Actor) -> None:
    """Gives the draft up for what is published; the history keeps what was written."""
    hold(made)
    draft = draft_of(made)
    if draft is None or published_of(made) is None:
        return
    _refuse_stale(made, version)
    made.versions.remove(draft)
    db.session.delete(draft)
    _touch(made)
    history.record("script.draft_dropped", made, by=by, details={"tree": dict(draft.tree)})


def draft_of(made: Script) -> ScriptVersion | None:
    return next((one for one in made.versions if one.state == "draft"), None)


def published_of(made: Script) -> ScriptVersion | None:
    return next((one for one in made.versions if one.state == "published"), None)


def shown(made: Script) -> ScriptVersion:
    """What is worked on: the draft, else what is published, else what was last."""
    return draft_of(made) or published_of(made) or made.versions[-1]


def findings(tree: trees.Tree) -> list[Finding]:
    """What is wrong with a tree, and what it points at that citizens can no longer read or reach."""
    found = trees.check(tree)
    articles = {step["article"]: key for key, step in tree["steps"].items() if step.get("article")}
    services = {step["service"]: key for key, step in tree["steps"].items() if step.get("service")}
    published = db.select(Article.slug).where(Article.slug.in_(articles), Article.state == "published")
    active = db.select(Service.slug).where(Service.slug.in_(services), Service.active)
    for slug in sorted(set(articles) - set(db.session.scalars(published))):
        found.append(Finding(articles[slug], N_("L’article proposé n’est pas publié."), error=False))
    for slug in sorted(set(services) - set(db.session.scalars(active))):
        found.append(Finding(services[slug], N_("Le service proposé n’est plus en service."), error=False))
    return found


def attached_to(made: Script) -> dict[str, Any]:
    """The name, and when the script is proposed."""
    query = db.select(script_queues.c.queue_id).where(script_queues.c.script_id == made.id)
    topics = sorted(topic.slug for topic in made.topics)
    return {"name": made.name, "topics": topics, "queues": sorted(db.session.scalars(query))}


def _attach(made: Script, *, topics: Collection[str] = (), queues: Collection[int] = ()) -> None:
    """Replaces the topics and queues. Those who call know that the queues are their organization's."""
    made.topics = list(db.session.scalars(db.select(Topic).where(Topic.slug.in_(topics))))
    db.session.execute(script_queues.delete().where(script_queues.c.script_id == made.id))
    for queue_id in sorted(set(queues)):
        db.session.execute(script_queues.insert().values(script_id=made.id, queue_id=queue_id))


def _tree(made: Script) -> dict[str, Any]:
    """What the draft says, or would begin with."""
    db.session.refresh(made, ["versions"])
    return dict(shown(made).tree)


def _as_saved(before: Step, step: Step) -> Step:
    """`step` with the keys of the steps that its `new` answers have made already, when it is sent again."""
    known = {one["words"]: one["then"] for one in trees.answers(before)}
    led = [
        {**one, "then": known.get(one["words"], NEW) if one["then"] == NEW else one["then"]}
        for one in trees.answers(step)
    ]
    return {**step, "answers": led} if led else step


def _write(made: Script, tree: dict[str, Any], by: Actor) -> None:
    draft = draft_of(made)
    if draft is None:
        draft = ScriptVersion(number=_next_number(made), made_by_id=by.id)
        made.versions.append(draft)
    draft.tree = tree
    _touch(made)


def _put_in_force(
    made: Script, version: ScriptVersion, verb: str, by: Actor, **details: Any
) -> ScriptVersion:
    current = published_of(made)
    if current is not None:
        current.state = "retired"
    version.state, version.published_at, version.published_by_id = "published", clock.now(), by.id
    _touch(made)
    history.record(verb, made, by=by, details={"number": version.number, **details})
    return version


def _refuse_stale(made: Script, version: int) -> None:
    if made.version != version:
        raise Stale(theirs={}, yours={})


def _next_number(made: Script) -> int:
    return max((one.number for one in made.versions), default=0) + 1


def _touch(made: Script) -> None:
    """A change of its versions is a change of the script."""
    made.version += 1
    db.session.flush()
