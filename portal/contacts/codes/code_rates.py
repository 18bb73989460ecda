"""Whether the codes that we send are used. Where hardly any is, somebody may be having them sent for the money that
each text or call earns them: the administrators are told, and that block of numbers is served slowly.

Counted are the codes of a day that are over: used, replaced, or past their ten minutes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import func

from portal import budgets, clock
from portal.citizens.models import Code, Identifier
from portal.database import db
from portal.telephony import alerts, numbers

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATEST = 5000  # codes that are looked at: no more go in a day (`codes.BUDGETS`)
LEAST_USED = 0.25  # of those sent; people use most of theirs
BLOCK_DIGITS = 4  # a block is what an operator is given: ten thousand numbers that begin alike
A_BLOCK, A_COUNTRY = 20, 100  # fewer codes than that say nothing
SLOWLY = 5  # codes an hour, to a whole block

WARNED = (
    "Des codes partent vers les numéros en {prefix}… et presque aucun ne sert : {used} sur {sent} en un jour. "
    "Quelqu’un les fait peut-être envoyer pour être payé."
)
SLOWED = " Ces numéros en reçoivent désormais {most} par heure au plus."


class Conversion(NamedTuple):
    """Of the codes `sent` to the numbers that begin with `prefix`, how many were `used`."""

    prefix: str
    sent: int
    used: int

    def is_poor(self, floor: int) -> bool:
        return self.sent >= floor and self.used < self.sent * LEAST_USED


def may_go(number: str) -> bool:
    """Whether one more code may go to this number now; the administrators are told where too few are used.

    A whole country is never slowed: one who pays for nothing could keep all the others from their matters.
    """
    block, country = (_conversion(one) for one in (number[:-BLOCK_DIGITS], numbers.calling_code(number)))
    if country.is_poor(A_COUNTRY):
        _tell(country, WARNED)
    if not block.is_poor(A_BLOCK):
        return True
    _tell(block, WARNED + SLOWED)
    return budgets.spend("code:block", block.prefix, most=SLOWLY, per=HOUR)


def _conversion(prefix: str) -> Conversion:
    is_over = (Code.expires_at <= clock.now()) | Code.used_at.is_not(None)
    latest = db.select(func.max(Code.id)).scalar_subquery()
    query: Any = db.select(func.count(), func.count(Code.used_at)).join(Code.identifier)
    query = query.where(Code.id > latest - LATEST, Code.created_at > clock.now() - DAY, is_over)
    query = query.where(Identifier.kind == "phone", Identifier.value.startswith(prefix, autoescape=True))
    sent, used = db.session.execute(query).one()
    return Conversion(prefix, sent, used)


def _tell(found: Conversion, sentence: str) -> None:
    told = sentence.format(prefix=found.prefix, used=found.used, sent=found.sent, most=SLOWLY)
    alerts.alert(f"codes:{found.prefix}", told)
