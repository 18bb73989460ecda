"""What the pages about many cases share: whom the rows are of, and what each filter may be, in words."""

from __future__ import annotations

from typing import Any

from portal.cases import whose
from portal.cases.lists.filters import Filters
from portal.cases.models import Case, Promise, Tag
from portal.citizens.models import Citizen
from portal.database import db
from portal.rights import READERS
from portal.staff import managing, teams
from portal.views import kept
from portal.views.console.cases import words as case_words
from portal.views.console.door import may_read, me

CLOSED_LISTS = {
    "whose": "WHOSE",
    "state": "SOUGHT",
    "nature": "NATURES",
    "priority": "PRIORITIES",
    "due": "DUE",
    "by": "BY",
}


def filters_said(sought: Filters) -> str:
    """What is looked for, a line for each filter."""
    choices = {name: dict(options) for name, options in choices_of_filters().items()}
    said = [
        f"{case_words.FILTERS[name]} : {choices.get(name, {}).get(value, value)}"
        for name, value in sought.said().items()
    ]
    return "\n".join(said) or "Toutes les affaires qui ne sont pas terminées"


def choices_of_filters() -> dict[str, list[tuple[str, str]]]:
    """What each filter may be, with its words."""
    tags = db.select(Tag).filter_by(organization_id=me().organization_id).order_by(Tag.name)
    staff = [one for one in managing.staff_of(me()) if one.role in READERS]
    rows = {
        "topic": [(str(key), name) for key, name in kept.topics()],
        "tag": [(str(one.id), one.name) for one in db.session.scalars(tags)],
        "owner": [(str(one.id), one.name) for one in staff],
        "team": [(str(one.id), one.name) for one in teams.teams_of(me())],
    }
    closed = {name: getattr(case_words, words) for name, words in CLOSED_LISTS.items()}
    return {**{name: list(words.items()) for name, words in closed.items()}, **rows}


def team_names() -> dict[int, str]:
    """The teams of the reader's organization."""
    return {one.id: one.name for one in teams.teams_of(me())}


def side_by_side(theirs: dict[str, Any], yours: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What somebody else saved and what you typed, field by field of a case, in words."""
    owners = {value for said in (theirs, yours) if isinstance(value := said.get("owner_id"), int)}
    known: dict[str, Any] = {
        "nature": case_words.NATURES,
        "priority": case_words.PRIORITIES,
        "topic_id": dict(kept.topics()),
        "team_id": team_names(),
        "owner_id": managing.names_of(owners),
    }

    def told(name: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        return ", ".join(value) if isinstance(value, list) else str(known.get(name, {}).get(value, value))

    return [
        (case_words.FIELDS.get(name, name), told(name, theirs.get(name)), told(name, value))
        for name, value in yours.items()
        if theirs.get(name) != value
    ]


def shown_of(cases: list[Case]) -> dict[str, Any]:
    """Who the cases of a list are of, and who has them; of a protected person nothing to whoever may not know."""
    ids = {case.citizen_id for case in cases if case.citizen_id}
    people = {one.id: one for one in db.session.scalars(db.select(Citizen).where(Citizen.id.in_(ids)))}
    owners = {case.owner_id for case in cases} | {one.owner_id for case in cases for one in case.promises}
    return {
        "people": people,
        "unsure": whose.unsure_of([case.id for case in cases]),
        "hidden": {
            case.id for case in cases if case.citizen_id in people and not may_read(people[case.citizen_id])
        },
        "names": managing.names_of(owners),
        "teams": team_names(),
        "topic_names": dict(kept.topics()),
    }


def unread(promises: list[Promise]) -> set[int]:
    """Those made to a protected person, whom the reader may not know: their numbers."""
    ids = {one.citizen_id for one in promises if one.citizen_id}
    people = db.session.scalars(db.select(Citizen).where(Citizen.id.in_(ids))) if ids else ()
    hidden = {one.id for one in people if not may_read(one)}
    return {one.id for one in promises if one.citizen_id in hidden}
