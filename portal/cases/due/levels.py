"""What an organization undertakes: in how many working days a matter is answered, and done with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import Select, bindparam

from portal import history
from portal.articles.models import Topic
from portal.cases.models import NATURES, PRIORITIES, ServiceLevel
from portal.database import check_version, db, hold_name
from portal.errors import N_, Refused
from portal.history import Person
from portal.rights import find_own

LEVELS = 0x6C657665  # our part of the advisory locks' key space
ABOUT = ("nature", "topic_id", "priority")
AHEAD = ("warn_days", "escalate_days")
DAYS = ("first_answer_days", "resolution_days", *AHEAD)
MOST_DAYS = 120


class Level(NamedTuple):
    """Working days to answer and to be done, and how long before it is late somebody is told."""

    first_answer_days: int = 5
    resolution_days: int = 15
    warn_days: int = 2
    escalate_days: int = 1


# of who undertakes nothing else: letters are commonly answered in fifteen working days, e-mails in five
USUAL = Level()
URGENT = Level(1, 5, 1, 0)
AS_USUAL = {  # by nature, where the organization says nothing
    "information": Level(2, 5, 1, 0),
    "report": Level(2, 15, 1, 0),
    "decision": Level(5, 30, 2, 1),
    "appeal": Level(5, 30, 2, 1),
}


def levels_of(organization_id: int) -> Sequence[ServiceLevel]:
    """What the organization undertakes of its own, the widest first."""
    return db.session.scalars(_undertaken(), {"organization": organization_id}).all()


@cache
def _undertaken() -> Select[ServiceLevel]:
    """Asked for each matter that is opened: made once a process."""
    query = db.select(ServiceLevel).where(ServiceLevel.organization_id == bindparam("organization"))
    return query.order_by(ServiceLevel.topic_id, ServiceLevel.nature, ServiceLevel.id)


def level_for(
    undertaken: Sequence[ServiceLevel], *, nature: str, topic_id: int | None, priority: str
) -> Level:
    """The nearest of them: one for this topic before one for this nature, before one for this priority."""
    fit = [
        one
        for one in undertaken
        if one.nature in ("", nature) and one.topic_id in (None, topic_id) and one.priority in ("", priority)
    ]
    if not fit:
        return URGENT if priority == "urgent" else AS_USUAL.get(nature, USUAL)
    nearest = max(fit, key=lambda one: (one.topic_id is not None, one.nature != "", one.priority != ""))
    return Level(nearest.first_answer_days, nearest.resolution_days, nearest.warn_days, nearest.escalate_days)


def usual_nature(undertaken: Sequence[ServiceLevel], topic_id: int | None) -> str:
    """The one nature that the organization expects of a topic; empty if it expects several, or none."""
    natures = {one.nature for one in undertaken if one.topic_id is not None and one.topic_id == topic_id}
    return natures.pop() if len(natures) == 1 else ""


def level(person: Person, level_id: int) -> ServiceLevel:
    """What one's own organization undertakes; another's does not exist."""
    return find_own(ServiceLevel, level_id, person.organization_id)


def save_level(
    found: ServiceLevel | None, version: int | None = None, *, by: Person, **values: Any
) -> ServiceLevel:
    """A level of one's own (`None`: a new one), refused where another already says this of the same matters.

    What is due already moves only when its case does: nobody is late by an edit.
    """
    _check(values)
    hold_name(LEVELS, str(by.organization_id))
    same = db.select(ServiceLevel).filter_by(
        organization_id=by.organization_id, **{name: values[name] for name in ABOUT}
    )
    other = db.session.scalar(same)
    if other is not None and found is None and all(getattr(other, one) == values[one] for one in DAYS):
        return other  # the same form, sent twice
    if other is not None and other is not found:
        raise Refused(N_("Un engagement existe déjà pour ces affaires : modifiez-le."), field="nature")
    before = {name: getattr(found, name) for name in (*ABOUT, *DAYS)} if found is not None else {}
    if before == values:
        return cast(ServiceLevel, found)
    verb = "level.changed" if found is not None else "level.added"
    if found is not None:
        check_version(found, version or 0, values)
    found = found or ServiceLevel(organization_id=by.organization_id)
    for name, value in values.items():
        setattr(found, name, value)
    db.session.add(found)
    history.record(verb, found, by=by.actor, details={"before": before, "after": values})
    return found


def remove_level(found: ServiceLevel, *, by: Person) -> None:
    """The next nearest counts from now on."""
    values = {name: getattr(found, name) for name in (*ABOUT, *DAYS)}
    history.record("level.removed", found, by=by.actor, details={"before": values})
    db.session.delete(found)


def _check(values: dict[str, Any]) -> None:
    if values["nature"] not in ("", *NATURES) or values["priority"] not in ("", *PRIORITIES):
        raise Refused(N_("Choisissez une des réponses proposées."), field="nature")
    if values["topic_id"] is not None and db.session.get(Topic, values["topic_id"]) is None:
        raise Refused(N_("Ce thème n’existe pas ou n’existe plus."), field="topic_id")
    for name in DAYS:
        least = 0 if name in AHEAD else 1
        if not least <= values[name] <= MOST_DAYS:
            raise Refused(
                N_("Écrivez un nombre de jours entre %(least)s et %(most)s."),
                field=name,
                least=least,
                most=MOST_DAYS,
            )
    if values["resolution_days"] < values["first_answer_days"]:
        raise Refused(
            N_("La réponse complète ne peut pas être due avant la première réponse."), field="resolution_days"
        )
    if values["escalate_days"] > values["warn_days"]:
        raise Refused(
            N_("Prévenez la personne responsable avant, ou en même temps que l’encadrement."),
            field="escalate_days",
        )
