"""Writing a line's menu one step at a time, in its draft.

A step is saved from the wording of it that the person saw: another step saved meanwhile by somebody else is no
obstacle, the same one is refused with both wordings. What is nested in a step stays when its own words change.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from portal import clock, history
from portal.database import db, hold
from portal.errors import N_, Missing, Refused, Stale
from portal.history import Actor
from portal.lines import menus
from portal.lines import tree as steps
from portal.lines.models import Line, MenuTrial, MenuVersion
from portal.lines.tree import NEXT, Step

NESTED = ("choices", "then")
GOES_ON = ("say", "text")  # what may be followed by another step


def current(line: Line) -> MenuVersion | None:
    """What is worked on: the draft, else what is published."""
    query = db.select(MenuVersion).filter_by(line_id=line.id)
    draft = query.filter_by(state="draft").order_by(MenuVersion.number.desc()).limit(1)
    return db.session.scalar(draft.execution_options(populate_existing=True)) or menus.published(line)


def own(step: Step | None) -> Step:
    """A step, or a choice, without what is nested in it."""
    return {name: value for name, value in (step or {}).items() if name not in NESTED}


def digest(step: Step | None) -> str:
    """What tells one wording of a step, or of a choice, from another."""
    return hashlib.sha256(json.dumps(own(step), sort_keys=True).encode()).hexdigest()[:16]


def save_step(line: Line, path: str, step: Step, *, seen: str, by: Actor) -> MenuVersion:
    """Writes the step at this path, a new one where nothing is yet. Choices stay with a menu that stays a menu, and
    what follows stays with what may be followed."""
    tree = _held_tree(line)
    before = steps.step_at(tree, path) if tree else None
    _refuse_stale(before, step, seen)
    kept: Step = {}
    if before and step.get("do") == "choose" and before.get("do") == "choose":
        kept["choices"] = before.get("choices", [])
    if before and step.get("do") in GOES_ON and before.get("do") in GOES_ON and "then" in before:
        kept["then"] = before["then"]
    return menus.draft(line, _put(tree, path, {**step, **kept}), by)


def save_choice(line: Line, path: str, key: str, choice: Step, *, seen: str, by: Actor) -> MenuVersion:
    """Writes a choice of the menu at this path: the one that had this key, or a new one where it is empty."""
    tree = _held_tree(line)
    menu = steps.step_at(tree, path)
    if menu is None or menu.get("do") != "choose":
        raise Missing
    before = steps.choice_for(menu, key) or steps.choice_for(menu, choice["key"])
    if key and before is None:
        raise Missing
    _refuse_stale(before if key else None, choice, seen, sent=before)
    if choice["key"] != key and steps.choice_for(menu, choice["key"]) and own(before) != choice:
        raise Refused(N_("Cette touche sert déjà dans ce menu."), field="key")
    then = {"then": before["then"]} if before and "then" in before else {}
    written = {**choice, **then}
    offered = [written if one is before else one for one in steps.choices(menu)]
    if before is None:
        offered = _before_zero(offered, written)
    return menus.draft(line, _put(tree, path, {**menu, "choices": offered}), by)


def move_choice(line: Line, path: str, key: str, place: int, *, by: Actor) -> MenuVersion:
    """Puts a choice at this place of its menu; there already, nothing changes."""
    tree = _held_tree(line)
    menu = steps.step_at(tree, path) or {}
    moved = steps.choice_for(menu, key)
    if moved is None:
        raise Missing
    rest = [one for one in steps.choices(menu) if one is not moved]
    rest.insert(place, moved)
    return menus.draft(line, _put(tree, path, {**menu, "choices": rest}), by)


def remove(line: Line, path: str, *, by: Actor) -> MenuVersion | None:
    """Takes away the choice, or the step that follows another, at the end of this path. Gone already, nothing
    changes."""
    tree = _held_tree(line)
    above = steps.step_at(tree, path[:-1]) if path else None
    if above is None:
        raise Refused(N_("Le menu commence par cette étape : remplacez-la plutôt."))
    left = {name: value for name, value in above.items() if name != "then" or path[-1] != NEXT}
    if path[-1] != NEXT and steps.choice_for(above, path[-1]):
        left["choices"] = [one for one in steps.choices(above) if one.get("key") != path[-1]]
    if left == above:
        return current(line)
    return menus.draft(line, _put(tree, path[:-1], left), by)


def _held_tree(line: Line) -> Step:
    """What the draft says, or would begin with; nobody else writes it until the commit."""
    hold(line)
    found = current(line)
    return dict(found.tree) if found else {}


def _refuse_stale(before: Step | None, yours: Step, seen: str, sent: Step | None = None) -> None:
    """The wording seen is the one there, or this very save was made already."""
    known = before if before is not None else sent
    if digest(before) != seen and own(known) != yours:
        raise Stale(theirs=own(known), yours=yours)


def _put(tree: Step, path: str, step: Step) -> Step:
    """The tree with another step at this path; the steps along the path are new, the others shared."""
    if not path:
        return step
    mark, rest = path[0], path[1:]
    if mark == NEXT:
        if tree.get("do") not in GOES_ON:
            raise Missing
        return {**tree, "then": _put(tree.get("then") or {}, rest, step)}
    choice = steps.choice_for(tree, mark)
    if choice is None:
        raise Missing
    written = {**choice, "then": _put(choice.get("then") or {}, rest, step)}
    return {**tree, "choices": [written if one is choice else one for one in steps.choices(tree)]}


def _before_zero(offered: list[Any], choice: Step) -> list[Any]:
    """A new choice comes last, but before 0: a person is told of at the end."""
    last = bool(offered) and offered[-1].get("key") == steps.PERSON_KEY
    return [*offered[:-1], choice, offered[-1]] if last else [*offered, choice]


def drop_draft(line: Line, *, by: Actor) -> None:
    """Gives the draft up for what is published; the history keeps what was written."""
    hold(line)
    draft = db.session.scalar(db.select(MenuVersion).filter_by(line_id=line.id, state="draft"))
    if draft is not None:
        db.session.execute(db.delete(MenuTrial).filter_by(version_id=draft.id))
        details = {"line": line.id, "number": draft.number, "tree": dict(draft.tree)}
        history.record("menu.draft_dropped", draft, by=by, details=details)
        db.session.delete(draft)


def trials_of(version: MenuVersion) -> list[MenuTrial]:
    """The telephones whose next call hears this version."""
    query = db.select(MenuTrial).filter_by(version_id=version.id).where(MenuTrial.call_ref.is_(None))
    query = query.where(MenuTrial.expires_at > clock.now())
    return list(db.session.scalars(query.order_by(MenuTrial.expires_at)))
