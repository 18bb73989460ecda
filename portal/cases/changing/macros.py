"""Macros: several things done to a case at one go, prepared without code, told before they are done, undone as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal import history
from portal.cases import checklists, keeping, notes, opening
from portal.cases.changing import deeds
from portal.cases.models import NATURES, PRIORITIES, Case, Deed, Macro
from portal.contacts import answering, templates
from portal.contacts.models import Contact
from portal.database import check_version, db, hold, locked
from portal.errors import N_, Refused
from portal.history import Person
from portal.rights import find_own
from portal.staff.models import Team

THEN = ("", "wait", "close")
# what a macro may do, in the order in which it is done, and what it says when it does not
DOES: dict[str, Any] = {
    "template_id": None,
    "nature": "",
    "priority": "",
    "owner": "",  # me, or somebody's id
    "team_id": None,
    "tags_add": [],
    "tags_remove": [],
    "checks": [],
    "note": "",
    "promise": "",
    "promise_days": None,
    "then": "",
    "waits_for": "",
}
MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class MacroDraft:
    """What the form says. `does` is by the names of DOES."""

    name: str
    about: str = ""
    does: dict[str, Any] = field(default_factory=dict)
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer a macro sends: where, by what, and its words once filled and read again by the agent."""

    contact: Contact
    channel: str
    body: str


def macros(organization_id: int, *, retired: bool = False) -> list[Macro]:
    """The organization's macros, by name; those in use, or all."""
    query = db.select(Macro).filter_by(organization_id=organization_id)
    query = query if retired else query.filter_by(retired=False)
    return list(db.session.scalars(query.order_by(Macro.name)))


def usable(case: Case) -> list[Macro]:
    """Those that may be run on this case now, by name."""
    return [one for one in macros(case.organization_id) if not why_not(one, case)]


def find_macro(macro_id: int, *, organization_id: int) -> Macro:
    """One macro of the organization."""
    return find_own(Macro, macro_id, organization_id)


def what(macro: Macro) -> dict[str, Any]:
    """All that it does and does not do, by name."""
    return {**DOES, **macro.does}


def save(macro_id: int | None, draft: MacroDraft, *, version: int, by: Person) -> Macro:
    """Keeps a macro; what it did before stays in its history. Refuses one that does nothing, or what is not there."""
    does = {name: value for name, value in draft.does.items() if value != DOES[name]}
    _check(draft, does, by.organization_id)
    values = {
        "name": draft.name.strip(),
        "about": draft.about.strip(),
        "does": does,
        "retired": draft.retired,
    }
    same = db.select(Macro.id).filter_by(organization_id=by.organization_id, name=values["name"])
    if db.session.scalar(same.where(Macro.id != (macro_id or 0))):
        raise Refused(N_("Ce nom est déjà pris."), field="name")
    if macro_id is None:
        macro = Macro(organization_id=by.organization_id, **values)
        db.session.add(macro)
    else:
        find_macro(macro_id, organization_id=by.organization_id)
        macro = db.session.scalars(locked(db.select(Macro).filter_by(id=macro_id))).one()
        check_version(macro, version, values)
        for name, value in values.items():
            setattr(macro, name, value)
    db.session.flush()
    history.record("macro.saved", macro, by=by.actor, details={**values, "version": macro.version})
    return macro


def run(
    macro: Macro,
    case: Case,
    *,
    answer: Answer | None = None,
    due_at: datetime | None = None,
    now_because: str = "",
    by: Person,
    form_key: str | None = None,
) -> Deed:
    """Does all of it to the case, as one deed. What stands by the answer is undone only while that has not left."""
    hold(case)
    known = deeds.done_by(form_key)
    if known is not None:
        return known
    does = what(macro)
    with deeds.doing("macro", macro.name, by=by, form_key=form_key) as act:
        if does["template_id"] and answer is not None:
            since = act.since()
            sent = answering.reply(
                answer.contact,
                answer.body,
                channel=answer.channel,
                form_key=None,
                by=by.actor,
                now_because=now_because,
            )
            keeping.answered(case, by=by.actor)
            act.bind(sent, since)
        apply(macro, case, due_at=due_at, by=by)
    return act.deed


def apply(macro: Macro, case: Case, *, due_at: datetime | None = None, by: Person) -> None:
    """All that it does but writing to the citizen; inside a deed, so that it can be undone."""
    does = what(macro)
    keeping.edit_case(case, case.version, by=by, **changes(does, case, by))
    for text in does["checks"]:
        checklists.add_check(case, text, by=by)
    if does["note"]:
        notes.write_note(case, does["note"], by=by)
    if does["promise"]:
        _promise(case, does["promise"], due_at, by)
    _then(case, does, by)


def why_not(macro: Macro, case: Case) -> str:
    """Why it cannot be run on this case, seen before the first thing is done: `closed`, `no_contact`, `full`."""
    does = what(macro)
    if case.state == "closed":
        return "closed"
    if does["promise"] and _newest(case) is None:
        return "no_contact"
    known = checklists.checks_of(case) if does["checks"] else []
    return "full" if len(known) + len(does["checks"]) > checklists.MOST else ""


def changes(does: Mapping[str, Any], case: Case, by: Person) -> dict[str, Any]:
    """What it changes of what the case is."""
    changed: dict[str, Any] = {name: does[name] for name in ("nature", "priority", "team_id") if does[name]}
    if does["owner"]:
        changed["owner_id"] = by.id if does["owner"] == "me" else int(does["owner"])
    if does["tags_add"] or does["tags_remove"]:
        kept = {one.name for one in case.tags} - set(does["tags_remove"])
        changed["tags"] = sorted(kept | set(does["tags_add"]))
    return changed


def _newest(case: Case) -> Contact | None:
    """The exchange that something is promised in: the latest."""
    query = db.select(Contact).filter_by(case_id=case.id).order_by(Contact.id.desc()).limit(1)
    return db.session.scalar(query)


def _promise(case: Case, text: str, due_at: datetime | None, by: Person) -> None:
    contact = _newest(case)
    if contact is None or due_at is None:
        raise Refused(N_("Cette affaire n’a pas d’échange où promettre quelque chose."))
    opening.promise(contact, text, due_at, by=by.actor)


def _then(case: Case, does: Mapping[str, Any], by: Person) -> None:
    if does["then"] == "wait":
        keeping.wait_for(case, does["waits_for"], by=by.actor)
    elif does["then"] == "close":
        opening.close_case(case, by=by.actor)


def _check(draft: MacroDraft, does: Mapping[str, Any], organization_id: int) -> None:
    if not draft.name.strip():
        raise Refused(N_("Donnez un nom à la macro."), field="name")
    if not does:
        raise Refused(N_("Choisissez au moins une chose à faire."), field="name")
    for name, allowed in (("nature", NATURES), ("priority", PRIORITIES), ("then", THEN)):
        if does.get(name) and does[name] not in allowed:
            raise Refused(N_("Choisissez une des réponses proposées."), field=name)
    if does.get("template_id"):
        templates.template(does["template_id"], organization_id=organization_id)
    if (
        does.get("team_id")
        and getattr(db.session.get(Team, does["team_id"]), "organization_id", 0) != organization_id
    ):
        raise Refused(N_("Cette équipe n’existe pas."), field="team_id")
    if does.get("owner", "me") != "me":
        keeping.check_owner(int(does["owner"]), organization_id)
    if bool(does.get("promise")) != bool(does.get("promise_days")):
        raise Refused(N_("Dites ce qui est promis, et sous combien de jours."), field="promise")
    if not 0 <= (does.get("promise_days") or 0) <= MOST_DAYS:
        raise Refused(N_("Un an au plus."), field="promise_days")
    if does.get("then") == "wait" and not does.get("waits_for"):
        raise Refused(N_("Dites ce que la personne doit donner."), field="waits_for")
