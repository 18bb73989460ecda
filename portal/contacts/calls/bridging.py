"""Where the telephones of a call are wanted, and who must be told to go there.

A leg's `seat` is what is wanted; a job has the network ask our door what that telephone must do now, and the door
answers by the seat at that instant. So it may be asked twice, late or out of order, and ends as wanted.
"""

from __future__ import annotations

from portal import jobs
from portal.contacts.models import Leg


def move(*moves: tuple[Leg, str]) -> None:
    """These legs are wanted elsewhere.

    Of two that a `<Dial>` put through, only the one that was dialled is told: the other's `<Dial>` then ends, and the
    network asks what comes next. Telling the other first would hang up the first.
    """
    bridged = any(leg.seat == "bridge" for leg, _seat in moves)
    for leg, seat in moves:
        changed, leg.seat = leg.seat != seat, seat
        if changed and (leg.dialled_by_id is not None or not bridged):
            jobs.enqueue("move_leg", {"leg": leg.id, "seat": seat})


def room_of(contact_id: int, seat: str = "room") -> str:
    """What the network calls the room of a call, or the one apart; nobody's name is in it."""
    return f"contact-{contact_id}" if seat == "room" else f"{seat}-{contact_id}"
