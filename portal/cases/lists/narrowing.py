"""What a case must be to be listed, as conditions on the tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, null, or_
from sqlalchemy.orm import aliased

from knowledge_base.analysis import analyzer_for, fold
from portal.cases.lists.filters import Filters, Stretch
from portal.cases.models import Case, Clock, Promise, case_tags
from portal.citizens.models import Citizen
from portal.database import db
from portal.history import Person
from portal.staff.models import team_members

Conditions = list[ColumnElement[bool]]
SHORTEST_STEM = 4  # letters: a shorter one is in too many words


def of_reader(sought: Filters, by: Person, *, passing: bool = False) -> Conditions:
    """The cases of the reader's organization in the state that is looked for."""
    organization: Any = _passing(Case.organization_id) if passing else Case.organization_id
    return [organization == by.organization_id, *_state(sought)]


def narrowed(sought: Filters, by: Person, *, passing: bool = False) -> Conditions:
    """What else a case must be. Whoever may not know a protected person does not find them by words.

    With `passing`, no index is asked for it: rows are walked in the order of another, and those that it keeps out are
    passed over. SQLite would else begin with it, and sort all that it finds.
    """
    found = _whose(sought, by)
    for name, column in _columns(passing).items():
        if value := getattr(sought, name):
            found.append(column == (int(value) if value.isdigit() else value))
    if sought.tag:
        tagged = db.select(case_tags.c.case_id).where(case_tags.c.tag_id == int(sought.tag))
        found.append((_passing(Case.id) if passing else Case.id).in_(tagged))
    if words := fold(sought.words).split():
        found += [_says(word) for word in words]
        if not by.may_open_protected:
            found.append(~_protected())
    return found


def _says(word: str) -> ColumnElement[bool]:
    """That a subject has this word, or another ending of it: « fuites » is in « Fuite d’eau »."""
    stem = analyzer_for("fr").stem(word)
    either = {word, stem} if len(stem) >= SHORTEST_STEM else {word}
    return or_(*(Case.subject_key.contains(one, autoescape=True) for one in sorted(either)))


def _columns(passing: bool) -> dict[str, Any]:
    columns = {
        "nature": Case.nature,
        "priority": Case.priority,
        "topic": Case.topic_id,
        "owner": Case.owner_id,
        "team": Case.team_id,
    }
    return {name: _passing(column) if passing else column for name, column in columns.items()}


def _passing(column: Any) -> Any:
    """The column as no index has it. PostgreSQL knows how many rows there are, and needs not to be told."""
    if db.engine.dialect.name == "postgresql":
        return column
    return column.concat("") if column.type.python_type is str else column + 0


def _protected() -> ColumnElement[bool]:
    """That a case is a protected person's, of whom one file or another is marked so: asked of what was found alone."""
    file, other = aliased(Citizen), aliased(Citizen)
    head = db.func.coalesce(file.person_id, file.id)
    one_person = or_(other.id == head, other.person_id == head)
    return db.exists().where(file.id == Case.citizen_id, one_person, other.protected)


def _state(sought: Filters) -> Conditions:
    """Written out, so that the index of what is not closed serves."""
    if not sought.state:
        return [Case.state != literal_column("'closed'")]
    return [] if sought.state == "any" else [Case.state == sought.state]


def _whose(sought: Filters, by: Person) -> Conditions:
    if sought.whose == "mine":
        return [Case.owner_id == by.id]
    if sought.whose == "unowned":
        return [Case.owner_id.is_(None)]
    return [_of_team(by)] if sought.whose == "team" else []


def _of_team(by: Person) -> ColumnElement[bool]:
    """A case of a team of this person, or of someone who is in one with them."""
    mine = db.select(team_members.c.team_id).where(team_members.c.staff_id == by.id)
    together = db.select(team_members.c.staff_id).where(team_members.c.team_id.in_(mine))
    return or_(Case.team_id.in_(mine), Case.owner_id.in_(together))


@dataclass(frozen=True, slots=True)
class Source:
    """Where something due is read: clocks that run, or promises to keep."""

    model: Any

    def live(self, row: Any) -> Conditions:
        """Written out as its partial index is."""
        if self.model is Clock:
            return [row.state == literal_column("'running'")]
        return [row.kept_at.is_(null()), row.given_up_at.is_(null()), row.case_id.is_not(null())]

    def within(self, row: Any, stretch: Stretch) -> Conditions:
        begins, ends = stretch
        found: Conditions = [row.due_at >= begins] if begins else []
        return [*found, row.due_at < ends] if ends else found

    def cases(self, organization_id: int, stretch: Stretch) -> Select[tuple[int]]:
        """Of which cases of the organization such a thing is due in this stretch."""
        row = self.model
        ours = db.select(row.case_id).where(row.organization_id == organization_id)
        return ours.where(*self.live(row), *self.within(row, stretch))

    def exists(self, case_id: Any, stretch: Stretch, *more: Any) -> ColumnElement[bool]:
        """Whether such a thing is due in this stretch; `more` are conditions on it."""
        row = aliased(self.model)
        query = db.select(row.id).where(row.case_id == case_id, *self.live(row), *self.within(row, stretch))
        return query.where(*(condition(row) for condition in more)).exists()


def sources(by: str, state: str = "") -> list[Source]:
    """Clocks, promises or both; no clock runs in a case that is closed."""
    both = {"clock": Source(Clock), "promise": Source(Promise)}
    if state == "closed":
        del both["clock"]
    return [one for name, one in both.items() if by in ("", name)]
