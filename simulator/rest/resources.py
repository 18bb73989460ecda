"""How Twilio's REST answers show each thing."""

from __future__ import annotations

from time import time
from typing import Any

from simulator.calls.seat import Seat
from simulator.ground.moments import rfc2822
from simulator.ground.network import VERSION, Network
from simulator.ground.records import Call, Conference, Line, Queue, Recording, Text
from simulator.texts.fate import ERRORS
from simulator.texts.segments import segments

PARTICIPANT_STATUSES = {
    "queued": "queued",
    "ringing": "ringing",
    "in-progress": "connected",
    "completed": "complete",
}
CALL_PARTS = (
    "notifications recordings payments events siprec streams transcriptions user_defined_messages"
    " user_defined_message_subscriptions"
)


def account_path(network: Network) -> str:
    return f"/{VERSION}/Accounts/{network.settings.account_sid}"


def _common(network: Network, sid: str, created: float, updated: float, kind: str) -> dict[str, Any]:
    return {
        "sid": sid,
        "account_sid": network.settings.account_sid,
        "date_created": rfc2822(created),
        "date_updated": rfc2822(updated),
        "uri": f"{account_path(network)}/{kind}/{sid}.json",
    }


def text_json(network: Network, text: Text) -> dict[str, Any]:
    uri = f"{account_path(network)}/Messages/{text.sid}"
    return _common(network, text.sid, text.created, text.updated, "Messages") | {
        "api_version": VERSION,
        "body": text.body,
        "date_sent": rfc2822(text.sent),
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": ERRORS.get(text.error_code or 0),
        "from": text.sender or None,
        "messaging_service_sid": text.service or None,
        "num_media": str(len(text.pictures)),
        "num_segments": "0" if text.status in {"accepted", "scheduled"} else str(segments(text.body)),
        "price": None,
        "price_unit": "USD",
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": text.to,
    }


def media_json(network: Network, text: Text, name: str) -> dict[str, Any]:
    kind = f"Messages/{text.sid}/Media"
    more = {"content_type": text.pictures[name][0], "parent_sid": text.sid}
    return _common(network, name, text.created, text.updated, kind) | more


def call_json(network: Network, call: Call) -> dict[str, Any]:
    uri = f"{account_path(network)}/Calls/{call.sid}"
    parts = {part: f"{uri}/{part.title().replace('_', '')}.json" for part in CALL_PARTS.split()}
    return _common(network, call.sid, call.created, call.updated, "Calls") | {
        "answered_by": call.answered_by or None,
        "api_version": VERSION,
        "caller_name": None,
        "direction": call.direction,
        "duration": str(call.seconds) if call.ended else None,
        "end_time": rfc2822(call.ended),
        "forwarded_from": None,
        "from": call.sender,
        "from_formatted": call.sender,
        "group_sid": None,
        "parent_call_sid": call.parent or None,
        "phone_number_sid": call.line_sid or None,
        "price": None,
        "price_unit": "USD",
        "queue_time": str(round(call.held_s * 1000)),
        "start_time": rfc2822(call.started),
        "status": call.status,
        "subresource_uris": parts,
        "to": call.to,
        "to_formatted": call.to,
        "trunk_sid": None,
    }


def recording_json(network: Network, recording: Recording) -> dict[str, Any]:
    uri = f"{account_path(network)}/Recordings/{recording.sid}"
    return _common(network, recording.sid, recording.created, recording.created, "Recordings") | {
        "api_version": VERSION,
        "call_sid": recording.call_sid,
        "channels": recording.channels,
        "conference_sid": recording.conference_sid or None,
        "duration": str(recording.seconds),
        "encryption_details": None,
        "error_code": None,
        "media_url": f"{network.settings.own_url}{uri}",
        "price": None,
        "price_unit": "USD",
        "source": recording.source,
        "start_time": rfc2822(recording.created),
        "status": "completed",
        "subresource_uris": {"transcriptions": f"{uri}/Transcriptions.json"},
    }


def transcription_json(network: Network, recording: Recording) -> dict[str, Any]:
    sid = recording.transcription_sid
    return _common(network, sid, recording.created, recording.created, "Transcriptions") | {
        "api_version": VERSION,
        "duration": str(recording.seconds),
        "price": None,
        "price_unit": "USD",
        "recording_sid": recording.sid,
        "status": "completed",
        "transcription_text": recording.words,
        "type": "fast",
    }


def queue_json(network: Network, queue: Queue) -> dict[str, Any]:
    uri = f"{account_path(network)}/Queues/{queue.sid}"
    return _common(network, queue.sid, queue.created, queue.created, "Queues") | {
        "average_wait_time": queue.average_wait(),
        "current_size": len(queue.waiting),
        "friendly_name": queue.name,
        "max_size": queue.max_size,
        "subresource_uris": {"members": f"{uri}/Members.json"},
    }


def member_json(network: Network, queue: Queue, call_sid: str) -> dict[str, Any]:
    since = queue.since.get(call_sid, time())
    return {
        "call_sid": call_sid,
        "date_enqueued": rfc2822(since),
        "position": queue.waiting.index(call_sid) + 1,
        "queue_sid": queue.sid,
        "uri": f"{account_path(network)}/Queues/{queue.sid}/Members/{call_sid}.json",
        "wait_time": round(time() - since),
    }


def conference_json(network: Network, room: Conference) -> dict[str, Any]:
    uri = f"{account_path(network)}/Conferences/{room.sid}"
    return _common(network, room.sid, room.created, room.updated, "Conferences") | {
        "api_version": VERSION,
        "call_sid_ending_conference": room.ended_by or None,
        "friendly_name": room.name,
        "reason_conference_ended": room.ended_because or None,
        "region": "us1",
        "status": room.status,
        "subresource_uris": {
            "participants": f"{uri}/Participants.json",
            "recordings": f"{uri}/Recordings.json",
        },
    }


def participant_json(network: Network, seat: Seat) -> dict[str, Any]:
    call, room = seat.leg.call, seat.conference
    return {
        "account_sid": network.settings.account_sid,
        "call_sid": call.sid,
        "call_sid_to_coach": seat.coaches or None,
        "coaching": bool(seat.coaches),
        "conference_sid": room.sid,
        "date_created": rfc2822(seat.created),
        "date_updated": rfc2822(seat.updated),
        "end_conference_on_exit": seat.ends,
        "hold": seat.hold,
        "label": seat.label or None,
        "muted": seat.muted,
        "queue_time": str(round(call.held_s * 1000)),
        "start_conference_on_enter": seat.starts,
        "status": PARTICIPANT_STATUSES.get(call.status, "failed"),
        "uri": f"{account_path(network)}/Conferences/{room.sid}/Participants/{call.sid}.json",
    }


def line_json(network: Network, line: Line) -> dict[str, Any]:
    empty = dict.fromkeys(
        (
            "address_sid",
            "bundle_sid",
            "emergency_address_sid",
            "identity_sid",
            "trunk_sid",
            "sms_application_sid",
        )
    )
    return (
        _common(network, line.sid, line.created, line.updated, "IncomingPhoneNumbers")
        | empty
        | {
            "address_requirements": "none",
            "api_version": VERSION,
            "beta": False,
            "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
            "emergency_address_status": "unregistered",
            "emergency_status": "Inactive",
            "friendly_name": line.name or line.number,
            "origin": "twilio",
            "phone_number": line.number,
            "sms_fallback_method": "POST",
            "sms_fallback_url": line.sms_fallback_url,
            "sms_method": line.sms_method,
            "sms_url": line.sms_url,
            "status": "in-use",
            "status_callback": line.status_callback,
            "status_callback_method": line.status_callback_method,
            "type": "local",
            "voice_application_sid": None,
            "voice_caller_id_lookup": False,
            "voice_fallback_method": "POST",
            "voice_fallback_url": line.voice_fallback_url,
            "voice_method": line.voice_method,
            "voice_receive_mode": "voice",
            "voice_url": line.voice_url,
        }
    )
