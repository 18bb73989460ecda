"""What one change of many cases makes of each: planned first, so that it can be looked at, then done by the case's own
verbs, with all that follows from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from portal.cases import keeping, opening
from portal.cases.changing import macros
from portal.cases.models import Case, Macro
from portal.contacts.models import Contact
from portal.database import db, hold_all
from portal.errors import N_, Refused
from portal.history import Person


@dataclass(frozen=True, slots=True)
class Change:
    """What to do to each: one of KINDS; `to` is the row's number, the word or the outcome, of a macro its number and
    the version that was looked at; `due` of a promise."""

    do: str
    to: str = ""
    due: str = ""

    @property
    def due_at(self) -> datetime | None:
        return datetime.fromisoformat(self.due) if self.due else None

    @property
    def row_id(self) -> int | None:
        return int(self.to) if self.to else None


class Left(Exception):
    """This case is left as it is: `same`, `closed`, `no_contact`, `full`, `macro_changed`."""


def _plan_row(name: str) -> Callable[[Case, Change], tuple[str, str]]:
    def plan(case: Case, change: Change) -> tuple[str, str]:
        before = getattr(case, name)
        return _unless_same(str(before or ""), change.to)

    return plan


def _unless_same(before: str, after: str) -> tuple[str, str]:
    if before == after:
        raise Left("same")
    return before, after


def _plan_tag(case: Case, change: Change) -> tuple[str, str]:
    names = {one.name for one in case.tags}
    word = {" ".join(change.to.split())[: keeping.LONGEST_TAG]}
    after = names | word if change.do == "tag" else names - word
    return _unless_same(", ".join(sorted(names)), ", ".join(sorted(after)))


def _plan_state(wanted: str) -> Callable[[Case, Change], tuple[str, str]]:
    def plan(case: Case, change: Change) -> tuple[str, str]:
        if change.do == "wait" and case.state == "closed":
            raise Left("closed")
        if change.do == "resume" and case.state != "waiting":
            raise Left("closed" if case.state == "closed" else "same")
        return _unless_same(case.state, wanted)

    return plan


def _plan_promise(case: Case, change: Change) -> tuple[str, str]:
    if case.state == "closed":
        raise Left("closed")
    if _contact_of(case) is None:
        raise Left("no_contact")
    return "", change.to


def _contact_of(case: Case) -> Contact | None:
    """The exchange that a promise in this case is made in: the latest."""
    query = db.select(Contact).filter_by(case_id=case.id, organization_id=case.organization_id)
    return db.session.scalar(query.order_by(Contact.id.desc()).limit(1))


def macro_of(change: Change, organization_id: int) -> Macro:
    """The macro of a change, as it was looked at. Refuses one that says something else by now, or that writes to the
    citizen: such an answer is read before it leaves, case by case."""
    macro_id, _, version = change.to.partition("-")
    if not (macro_id.isdigit() and version.isdigit()):
        raise Refused(N_("Choisissez ce qu’il faut changer."), field="change")
    macro = macros.find_macro(int(macro_id), organization_id=organization_id)
    if macro.retired or macro.version != int(version):
        raise Refused(N_("Cette macro a changé entre-temps : choisissez-la de nouveau."), field="change")
    if macros.what(macro)["template_id"]:
        raise Refused(
            N_("Cette macro écrit à la personne : lancez-la affaire par affaire, pour relire la réponse."),
            field="change",
        )
    return macro


def _plan_macro(case: Case, change: Change) -> tuple[str, str]:
    try:
        why = macros.why_not(macro_of(change, case.organization_id), case)
    except Refused:  # edited since it was looked at, while a worker was at it
        why = "macro_changed"
    if why:
        raise Left(why)
    return "", change.to


PLANS: dict[str, Callable[[Case, Change], tuple[str, str]]] = {
    "owner": _plan_row("owner_id"),
    "team": _plan_row("team_id"),
    "priority": _plan_row("priority"),
    "tag": _plan_tag,
    "untag": _plan_tag,
    "wait": _plan_state("waiting"),
    "resume": _plan_state("open"),
    "reopen": _plan_state("open"),
    "close": _plan_state("closed"),
    "promise": _plan_promise,
    "macro": _plan_macro,
}
KINDS = tuple(PLANS)


def hold(change: Change, cases: list[Case]) -> None:
    """What this will change, held before the first of them is, in the order of keys and not of the list."""
    if change.do in ("resume", "reopen"):
        opening.hold_kept(*cases)
    else:
        hold_all(Case, {one.id for one in cases})


def do(case: Case, change: Change, after: str, by: Person) -> None:
    """By the case's own verbs, with all that follows from them."""
    if change.do in ("owner", "team"):
        keeping.edit_case(case, case.version, by=by, **{f"{change.do}_id": change.row_id})
    elif change.do == "priority":
        keeping.edit_case(case, case.version, by=by, priority=change.to)
    elif change.do in ("tag", "untag"):
        keeping.edit_case(case, case.version, by=by, tags=after.split(", ") if after else [])
    elif change.do == "wait":
        keeping.wait_for(case, change.to, by=by.actor)
    elif change.do in ("resume", "reopen"):
        opening.reopen_case(case, by=by.actor)
    elif change.do == "close":
        opening.close_case(case, by=by.actor, outcome=change.to)
    elif change.do == "macro":
        macros.apply(macro_of(change, case.organization_id), case, due_at=change.due_at, by=by)
    elif (contact := _contact_of(case)) is not None and change.due_at is not None:
        opening.promise(contact, change.to, change.due_at, by=by.actor)
