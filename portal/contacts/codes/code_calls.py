"""Calls that say a one-time code, to whoever holds a telephone that reads no texts.

Placed as any call of ours: the intent is a row, the network is asked after the commit, and never twice blindly. The
code itself is in no address, no log and no event: it is made when the telephone is picked up (`codes.digits_of`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from portal import clock, jobs
from portal.citizens import codes
from portal.citizens.models import Code, CodeCall, Identifier
from portal.contacts.calls.legs import RANK, STATES
from portal.contacts.codes import code_rates
from portal.contacts.models import Contact, Leg
from portal.database import db, hold_name, locked
from portal.telephony import alerts, numbers

FEW, A_MONTH = 5, timedelta(days=30)
CALLED = 0x63616C6C  # our part of the advisory locks' key space
UNFIT = (
    "Un code n’a pas été dit au téléphone : depuis ce numéro, la loi ne permet à une machine d’appeler que cinq "
    "personnes en trente jours. Donnez à une ligne un numéro d’appels automatiques (Lignes)."
)
TO_PLACE = ("waiting", "sending", "unknown")


def may_ring(sender: str, used: Identifier | None = None) -> bool:
    """Whether a machine of ours may call from `sender`: it is a number for that, or few have been called from it.

    The law lets any number call five people in thirty days; `used` may be one of them.
    """
    if not sender or numbers.suits_machines(sender):
        return bool(sender)
    called = db.select(Code.identifier_id).join(CodeCall, CodeCall.code_id == Code.id).distinct()
    called = called.where(CodeCall.sender == sender, CodeCall.at > clock.now() - A_MONTH)
    known = set(db.session.scalars(called))
    return len(known) < FEW or (used is not None and used.id in known)


def ask(used: Identifier, subject: Any, *, sender: str, language: str, secret: str, address: str) -> bool:
    """This telephone is to ring from our number `sender`, and a code for `subject` to be said; within the budgets.

    False where no machine may call from there: the administrators are told, and another way is to be found.
    """
    if not numbers.suits_machines(sender):
        hold_name(CALLED, sender)  # two at once are not both the fifth
    if not may_ring(sender, used):
        alerts.alert("machine_calls", UNFIT, organization_id=subject.organization_id)
        return False
    if not code_rates.may_go(used.value):
        return True
    call = codes.draw_spoken(used, subject, sender=sender, language=language, secret=secret, address=address)
    if call is not None:
        jobs.enqueue("call_code", {"call": call.id}, dedupe_key=f"code_call:{call.id}")
    return True


def hold(call_id: int) -> CodeCall | None:
    """The call, held until the commit."""
    query = db.select(CodeCall).filter_by(id=call_id)
    return db.session.scalar(locked(query).execution_options(populate_existing=True))


def hear(call: CodeCall, status: str, provider_ref: str) -> None:
    """What the network tells of it, in any order: its state never goes back. Hold it first."""
    call.provider_ref = call.provider_ref or provider_ref or None
    advance(call, STATES.get(status, ""))


def advance(call: CodeCall, state: str) -> None:
    if RANK.get(state, -1) > RANK[call.state]:
        call.state = state


def known(provider_refs: Collection[str]) -> set[str]:
    """Which of the calls that the network lists are some that we know of."""
    found: set[str] = set()
    for table in (CodeCall, Leg, Contact):
        query = db.select(table.provider_ref).where(table.provider_ref.in_(provider_refs))
        found |= {ref for ref in db.session.scalars(query) if ref}
    return found
