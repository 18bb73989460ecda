"""The life of a referral: who has it, what they said of it, and when it comes back.

    proposed → sent → received → accepted → done | done_without_help | unreachable
                  ↘ refused, expired: back at its sender's desk

Each act holds the row, after its exchange. It moves forward only: done twice, late or out of order it does nothing
and says so by `False`; a final state never goes back. The citizen and the sender's desk are told of each.
"""

from __future__ import annotations

from datetime import datetime

from portal import clock, history
from portal.cases import keeping, opening
from portal.cases.due import clocks as counting
from portal.cases.models import Case
from portal.contacts.models import Contact
from portal.database import db, hold
from portal.directory.models import Service
from portal.errors import N_, Refused
from portal.history import NETWORK, PARTNER, SYSTEM, Actor
from portal.referrals.following import chains, clocks, receivers, sharing, telling
from portal.referrals.following.referring import hold_referrals
from portal.referrals.models import PASSED_ON, Referral
from portal.referrals.partners import keys as partners

RANK = {"proposed": 0, "sent": 1, "received": 2, "accepted": 3}
FINAL = 4
REFUSALS = ("not_for_us", "wrong_area", "missing_piece", "duplicate", "unreachable")
OUTCOMES = ("done", "done_without_help", "unreachable")
BACK = {  # what the desk reads first of what came back
    "not_for_us": "Orientation refusée : ne relève pas de ce service",
    "wrong_area": "Orientation refusée : hors de son territoire",
    "missing_piece": "Orientation refusée : il manque une pièce",
    "duplicate": "Orientation refusée : déjà reçue",
    "unreachable": "Le service n’a pas pu être joint",
    "ping_pong": "Renvoyé d’un service à l’autre : à l’encadrement de décider",
    "expired": "Orientation restée sans réponse malgré deux rappels",
    "done_without_help": "Reçu par le service, sans avoir été aidé",
    "letter_refused": "Un e-mail au service qui s’en occupe n’est pas arrivé : voyez son adresse",
    "not_reached": "Le service n’a pas pu joindre la personne",
}


class Overtaken(Refused):
    """Somebody else acted since the page was drawn: nothing is done, and the page shows what they did."""

    status = 409


def is_final(referral: Referral) -> bool:
    return referral.state not in RANK


def send(
    referral: Referral,
    way: str,
    *,
    nature: str = "",
    fields: tuple[str, ...] = (),
    by: Actor,
) -> bool:
    """Sends the person on: `told` where to go, by `phone`, by `email`, at its desk `here` or by `api`, with these
    fields and no other.

    Whatever is passed on has a reference, by which the citizen follows it. `nature` is what they ask for: where it is
    said, their matter says the same from now on; where it is not, it is as their matter says.
    """
    hold_referrals(referral)
    if referral.state != "proposed":
        return False
    _check_way(referral.service, way, nature)
    contact = db.session.get_one(Contact, referral.contact_id)
    case = _matter(contact, way, nature, by)
    referral.way, referral.sent_at = way, clock.now()
    referral.nature = case.nature if case is not None else nature or referral.nature
    if way != "told":
        if referral.former_id is not None:  # with the piece that was missing, or to somebody else
            keeping.resume(db.session.get_one(Case, contact.case_id), by=by)
        referral.shared = sharing.chosen(contact, fields)
    if way in PASSED_ON:
        referral.shared = {**referral.shared, "reason": referral.reason}
    referral.case_id = contact.case_id
    referral.first_received_at = referral.first_received_at or _begun(contact)
    referral.remind_at = clocks.reminder_at(referral, receivers.partner_of(referral.service))
    _move(referral, "sent", by, way=way, nature=referral.nature, shared=sorted(referral.shared))
    if way == "email":
        telling.write_to_receiver([referral])
    elif way == "here" or (way == "api" and not partners.is_told(referral)):
        arrive(referral, by=by)  # it sees it, or asks us for what there is, and may at once
    return True


def arrive(referral: Referral, *, by: Actor = NETWORK) -> bool:
    """Its letter was taken, or it sees it at its desk or in its system: from here the competent administration has it,
    read or not (L114-3)."""
    hold_referrals(referral)
    if referral.arrived_at is not None or referral.state == "proposed" or is_final(referral):
        return False
    referral.arrived_at = clock.now()
    history.record("referral.arrived", referral, by=by, citizen_id=referral.citizen_id)
    telling.tell_desk(referral)
    return True


def not_delivered(referral: Referral, why: str) -> None:
    """A letter about it was not taken, or came back: it is back at the desk, which sees why. What a service already
    sees to stays with it, and the desk is told all the same."""
    hold_referrals(referral)
    if is_final(referral):
        return
    history.record(
        "referral.letter_refused", referral, by=NETWORK, citizen_id=referral.citizen_id, details={"why": why}
    )
    if referral.state == "accepted":
        telling.bring_back(referral, BACK["letter_refused"], by=NETWORK)
        telling.tell_desk(referral)
    else:
        refuse(referral, "unreachable", by=NETWORK)


def receive(referral: Referral, *, who: str = "", form_key: str = "", by: Actor = PARTNER) -> bool:
    """The receiver has it, and has not yet said whether it is theirs."""
    hold_referrals(referral)
    if not _goes_on(referral, RANK["received"]):
        return False
    referral.received_at, referral.receiver = clock.now(), who.strip()[:100]
    _move(referral, "received", by, who=referral.receiver, form_key=form_key)
    return True


def accept(
    referral: Referral, *, who: str = "", note: str = "", form_key: str = "", by: Actor = PARTNER
) -> bool:
    """It is theirs, and they see to it: the competent administration has had it since it arrived there."""
    hold_referrals(referral)
    if not _goes_on(referral, RANK["accepted"]):
        return False
    now = clock.now()
    referral.received_at = referral.received_at or now
    referral.competent_received_at, referral.answered_at = _had_at(referral), now
    referral.receiver = who.strip()[:100] or referral.receiver
    referral.note = note.strip()
    referral.remind_at = clocks.outcome_at(referral, receivers.partner_of(referral.service))
    _move(referral, "accepted", by, who=referral.receiver, form_key=form_key)
    return True


def refuse(
    referral: Referral,
    reason: str,
    *,
    note: str = "",
    redirect_to: int | None = None,
    who: str = "",
    form_key: str = "",
    by: Actor = PARTNER,
) -> bool:
    """It is not theirs, and why; perhaps whose it is. It is back at the sender's desk at once."""
    if reason not in REFUSALS:
        raise Refused(N_("Dites pourquoi vous refusez."), field="reason")
    if reason == "missing_piece" and not note.strip():
        raise Refused(N_("Dites quelle pièce il manque : nous la demandons à la personne."), field="note")
    hold_referrals(referral)
    if not _goes_on(referral, FINAL):
        return False
    other = db.session.get(Service, redirect_to) if redirect_to else None
    referral.redirect_to = other if other is not None and other.active else None
    referral.refusal, referral.note = reason, note.strip()
    referral.receiver = who.strip()[:100] or referral.receiver
    referral.ping_pong = other is not None and chains.has_had_it(referral, other)
    referral.answered_at = referral.closed_at = clock.now()
    if reason in chains.NOT_THEIRS:  # taken by mistake, it was not with the competent one
        referral.competent_received_at = None
    back = "ping_pong" if referral.ping_pong else reason
    details = {"reason": reason, "redirect_to": other.slug if other else "", "form_key": form_key}
    _end(referral, "refused", by, back=back, **details)
    if reason == "missing_piece":
        _await_piece(referral, by)
    return True


def close(
    referral: Referral,
    outcome: str,
    *,
    note: str = "",
    who: str = "",
    form_key: str = "",
    by: Actor = PARTNER,
) -> bool:
    """What came of it. Whoever was not helped, or not reached, is back at the sender's desk."""
    if outcome not in OUTCOMES:
        raise Refused(N_("Dites ce qu’il en est advenu."), field="outcome")
    hold_referrals(referral)
    if not _goes_on(referral, FINAL):
        return False
    now = clock.now()
    referral.received_at = referral.received_at or now
    referral.competent_received_at = referral.competent_received_at or _had_at(referral)
    referral.closed_at, referral.note = now, note.strip() or referral.note
    referral.receiver = who.strip()[:100] or referral.receiver
    back = {"done": "", "unreachable": "not_reached"}.get(outcome, outcome)
    _end(referral, outcome, by, back=back, form_key=form_key)
    return True


def expire(referral: Referral, *, by: Actor = SYSTEM) -> bool:
    """Nobody answered, twice asked: its sender takes it back."""
    hold_referrals(referral)
    if not _goes_on(referral, RANK["accepted"]):
        return False
    referral.closed_at = clock.now()
    _end(referral, "expired", by, back="expired")
    return True


def check_seen(referral: Referral, seen: str) -> None:
    """Refuses an act decided on another state than the present one: two colleagues had the same page open."""
    hold_referrals(referral)
    if referral.state != seen:
        raise Overtaken(N_("Entre-temps, quelqu’un d’autre a répondu. Voici où cela en est."))


def _had_at(referral: Referral) -> datetime | None:
    """Since when its receiver has it: since it arrived, else since somebody there said so."""
    known = [at for at in (referral.arrived_at, referral.received_at) if at is not None]
    return min(known, default=None)


def _await_piece(referral: Referral, by: Actor) -> None:
    """Its matter waits for the citizen too, until they give it or it goes on."""
    case = db.session.get(Case, referral.case_id) if referral.case_id else None
    if case is not None and case.state == "open":
        keeping.wait_for(case, referral.note, by=by)


def _matter(contact: Contact, way: str, nature: str, by: Actor) -> Case | None:
    """What it is about, of the nature that was said; whoever is only told where to go may have no matter with us."""
    if way == "told" and contact.case_id is None:
        return None
    case = opening.open_case(contact, by=by, nature=nature)
    if nature:
        keeping.say_nature(case, nature, by=by)
    if way != "told":
        hold(case)
        counting.pass_on(case)
    return case


def _begun(contact: Contact) -> datetime:
    """Since when we have the request: with this exchange, or with an earlier one of the same matter."""
    case = db.session.get(Case, contact.case_id) if contact.case_id else None
    return min(case.opened_at, contact.started_at) if case is not None else contact.started_at


def _check_way(service: Service, way: str, nature: str) -> None:
    if nature and nature not in clocks.REGIMES:
        raise Refused(N_("Choisissez une des réponses proposées."), field="nature")
    if way not in receivers.WAYS:
        raise Refused(N_("Dites comment la personne est orientée."), field="way")
    if way not in receivers.ways(service):
        raise Refused(N_("Ce service ne reçoit pas d’orientation par ce moyen."), field="way")


def _goes_on(referral: Referral, rank: int) -> bool:
    """Whether it was sent, and an act of this rank is a step forward."""
    return 0 < RANK.get(referral.state, FINAL) < rank


def _end(referral: Referral, state: str, by: Actor, *, back: str = "", **details: object) -> None:
    referral.remind_at = None
    if back:
        telling.bring_back(referral, BACK[back], by=by)
        _ours_again(referral)
    _move(referral, state, by, **details)


def _ours_again(referral: Referral) -> None:
    case = db.session.get(Case, referral.case_id) if referral.case_id else None
    if case is not None:
        hold(case)
        counting.take_back(case)


def _move(referral: Referral, state: str, by: Actor, **details: object) -> None:
    """Writes the step in the history of the citizen and of the rule, and tells whom it concerns."""
    referral.state = state
    said = {"rule": referral.rule_version_id, "service": referral.service.slug, **details}
    said = {name: value for name, value in said.items() if value}
    history.record(f"referral.{state}", referral, by=by, citizen_id=referral.citizen_id, details=said)
    db.session.flush()
    telling.tell(referral, state)
    telling.tell_system(referral, f"referral.{state}")
