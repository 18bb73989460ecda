"""A place in a conference: what whoever sits there is to hear, and by whom they are heard."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import time
from typing import TYPE_CHECKING

from simulator.ground.moments import now
from simulator.ground.records import Conference

if TYPE_CHECKING:
    from simulator.calls.leg import Leg
    from simulator.calls.script import Next
    from simulator.ground.network import Network

# Each event is asked for under the name of its family.
FAMILIES = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "announcement-end": "announcement",
}
LEFT_BY_ITSELF, SENT_AWAY, NOT_REACHED = (
    "participant_hung_up",
    "participant_updated_via_api",
    "participant_add_failed",
)
ENDED_BY_API, ENDED_BY_LEAVING = "conference_ended_via_api", "moderator_ended_conference"


@dataclass(eq=False)
class Seat:
    """One leg in a conference, or on its way there; changed under `network.changed`, like its leg."""

    leg: Leg
    conference: Conference
    label: str = ""
    muted: bool = False
    hold: bool = False
    starts: bool = True
    ends: bool = False
    beep: str = "true"
    # What is heard alone or on hold: a document, silence (""), or music when nothing was said.
    waiting: Next | str | None = None
    holding: Next | str | None = None
    announcement: Next | None = None
    coaches: str = ""
    joined: bool = False
    # Why it is to be left: the word for it in `participant-leave`.
    out: str = ""
    now: str = ""
    created: float = field(default_factory=time)
    updated: float = field(default_factory=time)

    def wanted(self) -> str:
        """What should be heard: `out`, `announcement`, `hold`, `alone` or `talk`."""
        if self.out:
            return "out"
        if self.announcement:
            return "announcement"
        if self.hold:
            return "hold"
        return (
            "talk"
            if self.conference.status == "in-progress" and len(present(self.conference)) > 1
            else "alone"
        )

    def shifted(self) -> bool:
        return bool(self.now) and self.now != self.wanted()

    def talks(self) -> bool:
        return self.joined and not self.hold and self.wanted() in {"talk", "announcement"}

    def listeners(self) -> list[Leg]:
        """Who hears this one: everybody who is not on hold, or the one who is coached alone."""
        if self.muted or not self.talks():
            return []
        heard = [each.leg for each in present(self.conference) if each is not self and each.talks()]
        return [leg for leg in heard if leg.call.sid == self.coaches] if self.coaches else heard

    def tape(self) -> list[str] | None:
        return self.conference.tape if self.listeners() else None


def present(conference: Conference) -> list[Seat]:
    return [seat for seat in conference.seats.values() if seat.joined]


def ring_all(conference: Conference) -> None:
    for seat in conference.seats.values():
        seat.leg.ring()


def change(seat: Seat, **wanted: object) -> None:
    """Mute, hold and the like: whoever asked to know is told of what changed."""
    with seat.leg.network.changed:
        before = {name: getattr(seat, name) for name in wanted}
        for name, value in wanted.items():
            setattr(seat, name, value)
        seat.updated = time()
        if ("holding" in wanted and seat.now == "hold") or ("waiting" in wanted and seat.now == "alone"):
            seat.now = "another document"
        for name, on, off in (("muted", "mute", "unmute"), ("hold", "hold", "unhold")):
            if name in wanted and wanted[name] != before[name]:
                tell(seat.leg.network, seat.conference, f"participant-{on if wanted[name] else off}", seat)
        ring_all(seat.conference)


def tell(network: Network, conference: Conference, event: str, seat: Seat | None = None, **more: str) -> None:
    """The conference's own progress, if this event was asked for; its number counts those told, from 1."""
    asked = conference.callback
    if not asked.url or FAMILIES[event] not in asked.events:
        return
    conference.told += 1
    fields = {
        "AccountSid": network.settings.account_sid,
        "ConferenceSid": conference.sid,
        "FriendlyName": conference.name,
        "StatusCallbackEvent": event,
        "SequenceNumber": str(conference.told),
        "Timestamp": now(),
    }
    if seat:
        fields |= _seat_fields(seat)
    network.tell(conference.sid, asked.url, fields | more, asked.method)


def _seat_fields(seat: Seat) -> dict[str, str]:
    fields = {
        "CallSid": seat.leg.call.sid,
        "Muted": _told(seat.muted),
        "Hold": _told(seat.hold),
        "Coaching": _told(bool(seat.coaches)),
        "StartConferenceOnEnter": _told(seat.starts),
        "EndConferenceOnExit": _told(seat.ends),
    }
    return fields | ({"ParticipantLabel": seat.label} if seat.label else {})


def _told(yes: bool) -> str:
    return str(yes).lower()
