"""Texts that we write: whether one may go to this person, when, and within which budgets.

A budget used up does not undo what was being done: the message is kept, failed, with the reason beside it, and the
administrators are told once. Everything is counted in the transaction that writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam

from portal import clock, history
from portal.budgets import Use, spend_each
from portal.citizens import consents, lasting, people
from portal.citizens.models import Flag, Identifier, IdentifierLink
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.directory.hours import calendars
from portal.errors import N_, Refused
from portal.history import Actor
from portal.telephony import alerts, numbers, outcomes
from portal.telephony.models import Sender
from portal.telephony.senders import quiet_until, sender_for

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
A_NUMBER = (("hour", 10, HOUR), ("day", 30, DAY))
ANSWERS_A_DAY = 20  # automatic ones, to one number
ALL_A_DAY = 200_000
LIVE = timedelta(minutes=30)  # whoever wrote so recently is awake, and waits for the answer

# by purpose, how long the network may try to deliver what will then no longer be true
VALIDITY_S = {
    "code": 600,
    "distress": 900,
    "answer": 3600,
    "receipt": 4 * 3600,
    "consent": 4 * 3600,
    "reply": 4 * 3600,
    "notice": 4 * 3600,
    "appointment": 4 * 3600,
}
CAN_WAIT = ("reply", "notice", "appointment")  # for the morning

NO_NUMBER = N_("Pas de numéro de téléphone : on ne peut pas écrire de SMS.")
STOPPED = N_("Cette personne a demandé à ne plus recevoir de SMS. Appelez, ou écrivez un e-mail.")
NO_MESSAGE = N_("Ne pas laisser de message à cette personne. Appelez, et ne parlez qu’à elle.")


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a composer says before anything is written: why no text may go, or from whom and when it would."""

    why_not: str
    sender: Sender
    held_until: datetime | None


def texts_from(contact: Contact) -> str:
    """The number of ours that a text in this exchange leaves from: a call came in at the line's number for calls."""
    if contact.channel != "phone" or not contact.line:
        return contact.line
    lines = db.table("lines", db.column("number"), db.column("text_number"))
    query = db.select(lines.c.text_number).where(lines.c.number == contact.line)
    return db.session.scalar(query) or contact.line


def outlook(contact: Contact) -> Outlook:
    """What would become of a text written now in this contact."""
    sender = sender_for(texts_from(contact))
    why = why_not(contact)
    to_be_typed = contact.id is None and contact.identifier is None  # an exchange that is about to begin
    held = _held(contact, sender, "reply") if to_be_typed or not why else None
    return Outlook(why, sender, held)


def why_not(contact: Contact, purpose: str = "reply") -> str:
    """Why no text may go to this person; empty when one may. What answers STOP itself goes all the same."""
    used = contact.identifier
    if used is None or used.kind != "phone":
        return NO_NUMBER
    unfit = numbers.refusal(used.value) or outcomes.outcome(used.text_error).sentence
    if unfit or purpose == "consent":
        return unfit
    if consents.stopped(used, texts_from(contact)):
        return STOPPED
    return NO_MESSAGE if _wants_no_message(contact, used) else ""


def was_sent(contact: Contact, purpose: str) -> bool:
    """Whether a text of this purpose was written in this contact and leaves, as far as we know."""
    query = db.select(Message.id).filter_by(contact_id=contact.id, direction="out", purpose=purpose)
    return db.session.scalar(query.where(Message.state != "failed").limit(1)) is not None


def way_to_tell(contact: Contact, *, texts: bool = True) -> str:
    """How this person may be told of something by us: `email`, `text`; empty where only a page of ours says it."""
    used = contact.identifier
    if used is not None and used.kind == "email" and used.returned_at is None:
        return "email"
    return "text" if texts and not why_not(contact, "notice") else ""


def plan(contact: Contact, *, purpose: str, automatic: bool, now_because: str, by: Actor) -> dict[str, Any]:
    """What becomes of a text about to be written: refused, held until the morning, or failed for want of budget."""
    why = why_not(contact, purpose)
    if why:
        raise Refused(why, field="body")
    sender = sender_for(texts_from(contact))
    over = spend(contact, sender, automatic=automatic, purpose=purpose)
    if over:
        return {"purpose": purpose, "state": "failed", "error": f"budget:{over}"}
    held_until = _held(contact, sender, purpose)
    if held_until is not None and now_because.strip():
        held_until = None
        details = {"reason": now_because.strip()[:300]}
        history.record("message.not_held", contact, by=by, citizen_id=contact.citizen_id, details=details)
    return {"purpose": purpose, "state": "waiting", "held_until": held_until}


def _held(contact: Contact, sender: Sender, purpose: str) -> datetime | None:
    used = contact.identifier
    if purpose not in CAN_WAIT or _is_live(contact):
        return None
    return quiet_until(sender, used.value if used else "", clock.now())


def _is_live(contact: Contact) -> bool:
    query = db.select(Message.id).filter_by(contact_id=contact.id, direction="in")
    return db.session.scalar(query.where(Message.at > clock.now() - LIVE).limit(1)) is not None


def _wants_no_message(contact: Contact, used: Identifier) -> bool:
    """A flag of any of those who use the number: a text is read by whoever picks the phone up."""
    files = people.ids(*db.session.scalars(_users(), {"used": used.id}), contact.citizen_id)
    if not files:  # somebody new
        return False
    query = db.select(Flag.id).where(
        Flag.kind == "no_message", Flag.citizen_id.in_(files), lasting.lasts(Flag)
    )
    return db.session.scalar(query.limit(1)) is not None


@cache
def _users() -> Select[int]:
    """Asked before each text: made once a process."""
    return db.select(IdentifierLink.citizen_id).where(IdentifierLink.identifier_id == bindparam("used"))


def spend(contact: Contact, sender: Sender, *, automatic: bool, purpose: str) -> str:
    """Counts one text, and says which budget it exceeds. What a number may not cost, its organization does not pay.

    A day is one of the place where the organization is. The numbers to call in distress go whatever the organization
    spent: theirs and the general budget hold them.
    """
    whom, town = str(contact.identifier_id), contact.organization_id
    zone = calendars.of_organization(town).timezone
    uses = [Use("number", f"text:number:{name}", whom, most, per, zone) for name, most, per in A_NUMBER]
    if automatic:
        uses.append(Use("number", "text:number:answers", whom, ANSWERS_A_DAY, DAY, zone))
    paid = (("hour", sender.most_hour, HOUR), ("day", sender.most_day, DAY)) if purpose != "distress" else ()
    theirs = [
        Use("sender", f"text:organization:{name}", str(town), most, per, zone) for name, most, per in paid
    ]
    over = spend_each(uses) or spend_each([*theirs, Use("all", "text:all", "", ALL_A_DAY, DAY)])
    if not over:
        return ""
    told = {
        "number": "Trop de SMS vers un même numéro : les suivants ne partent pas.",
        "sender": "Le plafond de SMS de l’organisme est atteint : les suivants ne partent pas.",
        "all": "Le plafond général de SMS est atteint : les suivants ne partent pas.",
    }
    alerts.alert(f"texts:{over[0]}", told[over[0]], organization_id=town)
    return over[0]
