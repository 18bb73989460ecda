"""Keeping a matter: who may open it, whose it is, what it is about, what it waits for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from portal import clock, history, news
from portal.articles.models import Topic
from portal.cases.due import clocks
from portal.cases.models import NATURES, PRIORITIES, Case, Promise, Tag
from portal.citizens import access
from portal.contacts.models import Contact
from portal.database import db, hold, hold_all, locked
from portal.errors import N_, Refused, Stale
from portal.history import Actor, Person
from portal.rights import READERS, find_to_read
from portal.staff.models import Staff, Team

LONGEST_TAG, MOST_TAGS = 40, 20
COUNTED = ("nature", "topic_id", "priority")  # what the clocks follow
EDITED = ("subject", "team_id", "owner_id", *COUNTED)


def find_case(case_id: int, *, by: Person, reason: str = "") -> Case:
    """The case, for staff of its organization who answer people; to anyone else it does not exist.

    A protected citizen's asks for the right to it, or a written reason: given here, or a moment ago.
    """
    case = find_to_read(Case, case_id, by=by)
    if case.citizen_id is not None:
        reason = reason or access.recent_reason(case.citizen_id, by=by)
        access.open_citizen(case.citizen_id, by=by, reason=reason)
    return case


def hold_case(case_id: int, *, by: Person) -> Case:
    """As `find_case`, held until the commit: for whoever is about to change it."""
    case = find_case(case_id, by=by)
    hold(case)
    return case


def hold_with_exchanges(*cases: Case) -> list[Contact]:
    """These cases, and before them their exchanges, held until the commit in the order of their keys: for whoever is
    about to move exchanges. Whoever answers begins with the exchange, then holds its case."""
    db.session.flush()
    ids = [one.id for one in cases]
    exchanges = db.select(Contact).where(Contact.case_id.in_(ids)).order_by(Contact.id)
    held = list(db.session.scalars(locked(exchanges)))
    hold_all(Case, ids)
    return held


def values_of(case: Case) -> dict[str, Any]:
    """What can be edited of a case, as it stands."""
    return {**{name: getattr(case, name) for name in EDITED}, "tags": sorted(one.name for one in case.tags)}


def edit_case(case: Case, version: int, *, by: Person, **changes: Any) -> bool:
    """Changes what is given of `subject`, `nature`, `topic_id`, `team_id`, `owner_id`, `priority`, `tags` (names).

    A save begun from an older version is refused with both, unless it asks for nothing new: then it is False.
    """
    hold(case)
    asked = _checked(case, changes)
    before = values_of(case)
    changed = {name: value for name, value in asked.items() if value != before[name]}
    if not changed:
        return False
    if case.version != version:
        raise Stale(theirs={name: before[name] for name in asked}, yours=asked)
    former = case.owner_id
    for name, value in changed.items():
        if name == "tags":
            case.tags = _tags(case.organization_id, value)
            flag_modified(case, "subject")  # its version grows, whatever else changes
        else:
            setattr(case, name, value)
    details: dict[str, Any] = {"changed": {name: [before[name], value] for name, value in changed.items()}}
    if changed.keys() & set(COUNTED):
        details["clocks"] = clocks.recompute(case)
    record(case, "case.edited", by.actor, details)
    tell_of(case, former)
    return True


def say_nature(case: Case, nature: str, *, by: Actor) -> bool:
    """What the citizen asks for, as was said where it was passed on: what is due follows. Said twice is once."""
    hold(case)
    if case.nature == nature:
        return False
    before, case.nature = case.nature, nature
    changed = {"nature": [before, nature]}
    record(case, "case.edited", by, {"changed": changed, "clocks": clocks.recompute(case)})
    tell_of(case)
    return True


def wait_for(case: Case, what: str, *, by: Actor) -> None:
    """The citizen is to give something first: until then what is due from us stands still."""
    if not what.strip():
        raise Refused(N_("Dites ce que la personne doit donner."), field="waits_for")
    hold(case)
    if case.state == "closed":
        raise Refused(N_("Cette affaire est close : rouvrez-la d’abord."))
    if (case.state, case.waits_for) == ("waiting", what.strip()[:500]):
        return
    case.state, case.waits_for = "waiting", what.strip()[:500]
    clocks.pause(case, case.waits_for)
    record(case, "case.waiting", by, {"for": case.waits_for})
    tell_of(case)


def resume(case: Case, *, by: Actor) -> bool:
    """The citizen gave it, or need not any more: the clocks go on. False if nothing was waited for."""
    hold(case)
    if case.state != "waiting":
        return False
    case.state, case.waits_for = "open", ""
    clocks.resume(case)
    record(case, "case.resumed", by, {"due": dues(case)})
    tell_of(case)
    return True


def answered(case: Case, *, by: Actor, aloud: bool = False) -> None:
    """A person answered the citizen in this matter: the first answer is given. In writing, it acknowledges it too."""
    if by.kind != "staff":
        return
    hold(case)
    met = clocks.met(case, "first_answer", *(() if aloud else ("receipt",)))
    case.answered_at = case.answered_at or clock.now()
    if met:
        record(case, "case.answered", by, {"met": met})


def answered_in(contact: Contact, *, by: Actor, aloud: bool = False) -> None:
    """A person answered in this exchange: so they did in its matter, if it has one."""
    case = db.session.get(Case, contact.case_id) if contact.case_id else None
    if case is not None:
        answered(case, by=by, aloud=aloud)


def _checked(case: Case, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes, refused where they name what this organization does not have."""
    unknown = changes.keys() - {*EDITED, "tags"}
    if unknown:
        raise TypeError(f"a case has no {sorted(unknown)} to edit")
    found = dict(changes)
    for name, allowed in (("nature", NATURES), ("priority", PRIORITIES)):
        if name in found and found[name] not in allowed:
            raise Refused(N_("Choisissez une des réponses proposées."), field=name)
    if "subject" in found:
        found["subject"] = found["subject"].strip()[:200]
    if found.get("topic_id") is not None and db.session.get(Topic, found["topic_id"]) is None:
        raise Refused(N_("Ce thème n’existe pas ou n’existe plus."), field="topic_id")
    if found.get("team_id") is not None:
        team = db.session.get(Team, found["team_id"])
        if team is None or team.organization_id != case.organization_id:
            raise Refused(N_("Cette équipe n’existe pas."), field="team_id")
    if found.get("owner_id") is not None and found["owner_id"] != case.owner_id:
        check_owner(found["owner_id"], case.organization_id)
    if "tags" in found:
        found["tags"] = _names(found["tags"])
    return found


def check_owner(staff_id: int, organization_id: int) -> None:
    """Refuses as an owner whoever does not answer people in this organization."""
    owner = db.session.get(Staff, staff_id)
    if owner is None or owner.organization_id != organization_id:
        raise Refused(N_("Cette personne n’est pas de votre organisation."), field="owner_id")
    if owner.role not in READERS or owner.disabled_at is not None:
        raise Refused(N_("Cette personne ne suit pas d’affaires."), field="owner_id")


def _names(typed: Collection[str]) -> list[str]:
    names = {" ".join(one.split())[:LONGEST_TAG] for one in typed} - {""}
    if len(names) > MOST_TAGS:
        raise Refused(N_("Vingt étiquettes au plus."), field="tags")
    return sorted(names)


def _tags(organization_id: int, names: Collection[str]) -> list[Tag]:
    """These words of the house, made where they are new."""
    query = db.select(Tag).filter_by(organization_id=organization_id).where(Tag.name.in_(names))
    known = {one.name: one for one in db.session.scalars(query)}
    made = [Tag(organization_id=organization_id, name=one) for one in names if one not in known]
    db.session.add_all(made)
    return sorted([*known.values(), *made], key=lambda one: one.name)


def dues(case: Case) -> dict[str, str]:
    """By when each thing is due that goes on, for the history."""
    return {
        kind: one.due_at.isoformat() for kind, one in clocks.clocks_of(case).items() if one.state == "running"
    }


def record(case: Case, verb: str, by: Actor, details: dict[str, Any] | None = None) -> None:
    """Writes what was done to the matter, and by whom."""
    history.record(verb, case, by=by, citizen_id=case.citizen_id, details=details)


def tell_of(what: Case | Promise, *others: int | None) -> None:
    """Whoever has it, and had it, has something new to see; so have the desks of its organization."""
    people = {one for one in (what.owner_id, *others) if one is not None}
    news.tell(f"desk:{what.organization_id}", *(f"staff:{one}" for one in sorted(people)))
