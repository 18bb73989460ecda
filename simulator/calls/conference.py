"""`<Conference>`: coming in, hearing what is to be heard there, going out; and how it ends for all."""

from __future__ import annotations

from time import time

from simulator.calls.leg import Leg, Over, Redirected, Shifted
from simulator.calls.listening import keep_recording
from simulator.calls.script import Next, follow, log_error
from simulator.calls.seat import (
    ENDED_BY_API,
    ENDED_BY_LEAVING,
    LEFT_BY_ITSELF,
    NOT_REACHED,
    SENT_AWAY,
    Seat,
    present,
    ring_all,
    tell,
)
from simulator.ground.network import Network
from simulator.ground.records import Callback, Conference
from simulator.ground.twiml import BEFORE_BRIDGE, MUSIC, NOT_SCHEMA, Document, TwimlError, Verb

LONGEST_S = 24 * 3600.0
NOT_ALLOWED_HERE = 13238
LABEL_TAKEN = 16025


def named(network: Network, name: str) -> Conference:
    """The conference going on under this name, or a new one."""
    with network.changed:
        if name not in network.rooms:
            network.rooms[name] = network.keep(network.conferences, Conference(name))
        return network.rooms[name]


def join(leg: Leg, order: Verb, noun: Verb, document: Document) -> str:
    """`<Dial><Conference>`: sit there until it is over; how it went, as the action is told."""
    conference = named(leg.network, noun.text)
    seat = Seat(leg, conference, noun.get("participantLabel"), noun.is_true("muted"))
    seat.starts = noun.get("startConferenceOnEnter", "true").lower() != "false"
    seat.ends, seat.coaches = noun.is_true("endConferenceOnExit"), noun.get("coach")
    seat.beep = noun.get("beep", "true")
    if "waitUrl" in noun.attributes:
        url = noun.get("waitUrl")
        seat.waiting = Next(document.leads_to(url), noun.get("waitMethod", "POST")) if url else ""
    if noun.get("statusCallback"):
        events = noun.get("statusCallbackEvent", "start end")
        url, method = document.leads_to(noun.get("statusCallback")), noun.get("statusCallbackMethod", "POST")
        ask_to_know(conference, Callback(url, method, tuple(events.split())))
    if noun.get("record") == "record-from-start" and conference.tape is None:
        conference.tape = []
    if seat.label and any(each.label == seat.label for each in conference.seats.values()):
        leg.network.log("error", code=LABEL_TAKEN, text=f"label {seat.label} is taken", about=leg.call.sid)
        return "failed"
    try:
        sit(seat, order.seconds("timeLimit", LONGEST_S))
    finally:
        if not conference.live and conference.tape:
            _keep_tape(leg, noun, document, conference)
    return "failed" if seat.out == NOT_REACHED else "answered"


def ask_to_know(conference: Conference, callback: Callback) -> None:
    """The first who asks to be told is told; the others are not."""
    if callback.url and not conference.callback.url:
        conference.callback = callback


def sit(seat: Seat, limit_s: float = LONGEST_S) -> None:
    """In the conference until one leaves it, is sent away, or it ends."""
    leg = seat.leg
    _enter(seat)
    try:
        while seat.wanted() != "out":
            seat.now = seat.wanted()
            try:
                _hear(seat, limit_s)
            except Shifted:
                continue
            except TwimlError as error:
                _complain(seat, error)
    except Redirected:
        seat.out = SENT_AWAY
        raise
    except Over:
        seat.out = seat.out or LEFT_BY_ITSELF
        raise
    finally:
        leg.seat = None
        leave(seat)


def _enter(seat: Seat) -> None:
    leg, conference = seat.leg, seat.conference
    with leg.network.changed:
        conference.seats[leg.call.sid] = seat
        seat.joined, leg.seat = True, seat
        tell(leg.network, conference, "participant-join", seat)
        _begin(leg.network, conference)
        _beep(seat, "onEnter")
        ring_all(conference)


def _begin(network: Network, conference: Conference) -> None:
    """It starts once two are there and one of them may start it."""
    there = present(conference)
    if conference.status == "init" and len(there) > 1 and any(each.starts for each in there):
        conference.status, conference.updated = "in-progress", time()
        tell(network, conference, "conference-start")


def _beep(seat: Seat, moment: str) -> None:
    if seat.beep in {"true", moment}:
        for each in present(seat.conference):
            if each.talks():
                each.leg.hear("network", "bip", "sound")


def _hear(seat: Seat, limit_s: float) -> None:
    """One thing to its end; what interrupts it is raised."""
    leg = seat.leg
    if seat.now == "announcement" and seat.announcement:
        follow(leg, seat.announcement, BEFORE_BRIDGE)
        seat.announcement = None
        tell(leg.network, seat.conference, "announcement-end", seat)
    elif seat.now in {"hold", "alone"}:
        _pass_the_time(seat, seat.holding if seat.now == "hold" else seat.waiting)
    elif not leg.wait(lambda: False, limit_s):
        seat.out = LEFT_BY_ITSELF  # the longest talk allowed is over


def _pass_the_time(seat: Seat, step: Next | str | None) -> None:
    """The document once, then silence, as at Twilio: whoever wants it again redirects to it."""
    leg = seat.leg
    if isinstance(step, Next):
        fields = {"ConferenceSid": seat.conference.sid, "FriendlyName": seat.conference.name}
        again_s = leg.network.settings.hold_s
        follow(leg, Next(step.url, step.method, fields), BEFORE_BRIDGE, again_s)
    elif step is None:
        leg.hear("line", MUSIC, "sound")
        leg.wait(lambda: False, LONGEST_S)
    _be_left_in_silence(leg)


def _be_left_in_silence(leg: Leg) -> None:
    try:
        leg.silent = True
        leg.ring()
        leg.wait(lambda: False, LONGEST_S)
    finally:
        leg.silent = False


def _complain(seat: Seat, error: TwimlError) -> None:
    """Alone with a document that fails, one is not in the conference; on hold, one hears music."""
    if error.code == NOT_SCHEMA:
        error.code = NOT_ALLOWED_HERE
    log_error(seat.leg, error)
    if seat.now == "alone":
        seat.out = NOT_REACHED
    seat.holding, seat.announcement = None, None


def leave(seat: Seat) -> None:
    """Out of it, or never come: the others stay, unless the conference ends with this one or with the last."""
    conference, network = seat.conference, seat.leg.network
    with network.changed:
        if conference.seats.pop(seat.leg.call.sid, None) is None:
            return
        _say_left(seat)
        _beep(seat, "onExit")
        if conference.live and (seat.ends or not conference.seats):
            last = "participant-with-end-conference-on-exit" if seat.ends else "last-participant"
            end(network, conference, f"{last}-{'kicked' if seat.out == SENT_AWAY else 'left'}", seat)
        ring_all(conference)


def _say_left(seat: Seat) -> None:
    seat.joined = False
    tell(seat.leg.network, seat.conference, "participant-leave", seat, **_why_left(seat))


def _why_left(seat: Seat) -> dict[str, str]:
    status = "completed" if seat.leg.hung_up and seat.leg.call.live else seat.leg.call.status
    return {"ReasonParticipantLeft": seat.out or LEFT_BY_ITSELF, "ParticipantCallStatus": status}


def end(network: Network, conference: Conference, because: str, by: Seat | None = None) -> None:
    """Over for all: who is in it goes on with what comes after, who was being called is called no more."""
    with network.changed:
        conference.status, conference.updated = "completed", time()
        network.rooms.pop(conference.name, None)
        conference.ended_because, conference.ended_by = because, by.leg.call.sid if by else ""
        while conference.seats:
            _, seat = conference.seats.popitem()
            seat.out = seat.out or (ENDED_BY_LEAVING if by else ENDED_BY_API)
            if not seat.joined:
                seat.leg.hang_up()
            _say_left(seat)
            seat.leg.ring()
        more = {"ReasonConferenceEnded": because}
        if by:
            more |= {"CallSidEndingConference": by.leg.call.sid}
            more |= {"ParticipantLabelEndingConference": by.label} if by.label else {}
        tell(network, conference, "conference-end", None, **more)


def _keep_tape(leg: Leg, noun: Verb, document: Document, conference: Conference) -> None:
    """The last to go leaves the recording behind."""
    with leg.network.changed:
        words, conference.tape = conference.tape or [], []
    if words:
        keep_recording(leg, noun, document, words, source="Conference", conference_sid=conference.sid)
