"""What an organization undertakes: in how many working days a matter is answered, and done with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from portal.cases.models import ServiceLevel
from portal.database import db


class Level(NamedTuple):
    """Working days to answer and to be done, and how long before it is late somebody is told."""

    first_answer_days: int = 5
    resolution_days: int = 15
    warn_days: int = 2
    escalate_days: int = 1


USUAL = (
    Level()
)  # of who undertakes nothing else: letters are commonly answered in fifteen working days, e-mails in five
URGENT = Level(1, 5, 1, 0)
AS_USUAL = {  # by nature, where the organization says nothing
    "information": Level(2, 5, 1, 0),
    "report": Level(2, 15, 1, 0),
    "decision": Level(5, 30, 2, 1),
    "appeal": Level(5, 30, 2, 1),
}


def levels_of(organization_id: int) -> Sequence[ServiceLevel]:
    """What the organization undertakes of its own, the widest first."""
    query = db.select(ServiceLevel).filter_by(organization_id=organization_id)
    return db.session.scalars(
        query.order_by(ServiceLevel.topic_id, ServiceLevel.nature, ServiceLevel.id)
    ).all()


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
