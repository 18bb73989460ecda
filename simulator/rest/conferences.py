"""REST: conferences and who is in them: called in, put on hold, muted, spoken to, sent away; and their end."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from simulator.calls import conference as rooms
from simulator.calls.leg import Leg
from simulator.calls.placing import Wanted, call_phone
from simulator.calls.script import Next
from simulator.calls.seat import NOT_REACHED, SENT_AWAY, Seat, change, present
from simulator.ground.network import Network
from simulator.ground.numbers import normal
from simulator.ground.records import Callback, Conference
from simulator.rest.calls import LONGEST_TIMEOUT_S, check_call, progress_asked
from simulator.rest.door import ACCOUNT, found, here, matching, number, page_of, rest
from simulator.rest.refusals import Refusal
from simulator.rest.resources import conference_json, participant_json

ROOM = f"{ACCOUNT}/Conferences/<sid>"
SEAT = f"{ROOM}/Participants/<who>.json"


@rest.get(f"{ACCOUNT}/Conferences.json")
def list_conferences(account: str) -> Response:
    network = here()
    with network.changed:
        kept = list(network.conferences.values())
    equal = {"FriendlyName": lambda room: room.name, "Status": lambda room: room.status}
    times = {"DateCreated": lambda room: room.created, "DateUpdated": lambda room: room.updated}
    return page_of("conferences", matching(kept, equal, times), lambda room: conference_json(network, room))


@rest.get(f"{ROOM}.json")
def read_conference(account: str, sid: str) -> Response:
    return jsonify(conference_json(here(), _room(sid)))


@rest.post(f"{ROOM}.json")
def update_conference(account: str, sid: str) -> Response:
    """End it for all, or say something to all who are in it."""
    network, room = here(), _room(sid)
    with network.changed:
        if request.form.get("Status") == "completed" and room.live:
            rooms.end(network, room, "conference-ended-via-api")
        announcement = _document("Announce")
        for seat in present(room) if announcement else []:
            change(seat, announcement=announcement)
    return jsonify(conference_json(network, room))


@rest.get(f"{ROOM}/Participants.json")
def list_participants(account: str, sid: str) -> Response:
    network, room = here(), _room(sid)
    with network.changed:
        seats = list(room.seats.values())
    equal = {
        "Muted": lambda seat: str(seat.muted).lower(),
        "Hold": lambda seat: str(seat.hold).lower(),
        "Coaching": lambda seat: str(bool(seat.coaches)).lower(),
    }
    return page_of("participants", matching(seats, equal, {}), lambda seat: participant_json(network, seat))


@rest.post(f"{ROOM}/Participants.json")
def create_participant(account: str, sid: str) -> tuple[Response, int]:
    """Call somebody into it; under a name nobody bears yet, the conference is made."""
    network, form = here(), request.form
    to, sender = normal(form.get("To", "")), normal(form.get("From", ""))
    check_call(to, sender)
    room = _room(sid) if sid.startswith("CF") else rooms.named(network, sid)
    if not room.live:
        raise Refusal(20404, "The conference is over")
    asked = Callback(form.get("ConferenceStatusCallback", ""), "POST", _events("Conference", "start end"))
    rooms.ask_to_know(room, asked)
    timeout = min(number("Timeout", 60), LONGEST_TIMEOUT_S)
    wanted = Wanted(
        _come_in, timeout, progress_asked(), bool(form.get("MachineDetection")), not_taken=_never_came
    )
    with network.changed:
        leg = network.legs[call_phone(network, sender, to, wanted).sid]
        seat = leg.seat = room.seats[leg.call.sid] = _seat(leg, room)
        _let_hear_the_ringing(seat)
    return jsonify(participant_json(network, seat)), 201


def _seat(leg: Leg, room: Conference) -> Seat:
    form = request.form
    seat = Seat(leg, room, form.get("Label", ""), _yes("Muted"))
    seat.starts = form.get("StartConferenceOnEnter", "true").lower() != "false"
    seat.ends, seat.beep = _yes("EndConferenceOnExit"), form.get("Beep", "true")
    seat.coaches = form.get("CallSidToCoach", "") if _yes("Coaching") else ""
    seat.waiting = _document("Wait", "") if "WaitUrl" in form else None
    return seat


def _let_hear_the_ringing(seat: Seat) -> None:
    """Early media: those who are in the conference hear that somebody is being called."""
    if request.form.get("EarlyMedia", "true").lower() != "false":
        for each in present(seat.conference):
            each.leg.hear("network", "sonnerie", "sound")


def _come_in(leg: Leg) -> None:
    if leg.seat:
        rooms.sit(leg.seat)


def _never_came(leg: Leg) -> None:
    if leg.seat:
        leg.seat.out = leg.seat.out or NOT_REACHED
        rooms.leave(leg.seat)


@rest.get(SEAT)
def read_participant(account: str, sid: str, who: str) -> Response:
    return jsonify(participant_json(here(), _participant(_room(sid), who)))


@rest.post(SEAT)
def update_participant(account: str, sid: str, who: str) -> Response:
    network, form = here(), request.form
    seat = _participant(_room(sid), who)
    wanted: dict[str, Any] = {name.lower(): _yes(name) for name in ("Hold", "Muted") if name in form}
    if "HoldUrl" in form:
        wanted["holding"] = _document("Hold", "")
    if "WaitUrl" in form:
        wanted["waiting"] = _document("Wait", "")
    if form.get("AnnounceUrl"):
        wanted["announcement"] = _document("Announce")
    if "EndConferenceOnExit" in form:
        wanted["ends"] = _yes("EndConferenceOnExit")
    if "Coaching" in form:
        wanted["coaches"] = form.get("CallSidToCoach", "") if _yes("Coaching") else ""
    change(seat, **wanted)
    return jsonify(participant_json(network, seat))


@rest.delete(SEAT)
def delete_participant(account: str, sid: str, who: str) -> tuple[str, int]:
    """Out of it: whoever still has something to do after `<Dial>` goes on with it."""
    network = here()
    seat = _participant(_room(sid), who)
    with network.changed:
        if seat.joined:
            change(seat, out=SENT_AWAY)
        else:
            seat.leg.hang_up()
    return "", 204


def _room(sid: str) -> Conference:
    """By its SID: a name is understood where somebody is called in, and nowhere else."""
    network: Network = here()
    with network.changed:
        return found(network.conferences, sid)


def _participant(room: Conference, who: str) -> Seat:
    with here().changed:
        labelled = {seat.label: seat for seat in room.seats.values() if seat.label}
        return found({**labelled, **room.seats}, who)


def _yes(name: str) -> bool:
    return request.form.get(name, "").lower() == "true"


def _document(name: str, default: str | None = None) -> Any:
    """`HoldUrl` with its `HoldMethod`, and their like."""
    url = request.form.get(f"{name}Url")
    return Next(url, request.form.get(f"{name}Method", "POST")) if url else default


def _events(of: str, default: str) -> tuple[str, ...]:
    given = request.form.getlist(f"{of}StatusCallbackEvent")
    return tuple(" ".join(given).split()) or tuple(default.split())
