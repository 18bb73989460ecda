"""REST: the portal's own numbers and where they lead; recordings and what was said in them."""

from __future__ import annotations

import io
import wave

from flask import Response, jsonify, request

from simulator.ground.network import Network
from simulator.ground.numbers import is_number, normal
from simulator.ground.records import Line, Recording
from simulator.rest.door import ACCOUNT, found, here, page_of, rest
from simulator.rest.refusals import Refusal
from simulator.rest.resources import line_json, recording_json, transcription_json

SETTINGS = {
    "FriendlyName": "name",
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsFallbackUrl": "sms_fallback_url",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
}
RATE = 8000


@rest.get(f"{ACCOUNT}/IncomingPhoneNumbers.json")
def list_lines(account: str) -> Response:
    network = here()
    wanted = request.args.get("PhoneNumber", "")
    lines = [line for line in list(network.lines.values()) if wanted in line.number]
    return page_of("incoming_phone_numbers", lines, lambda line: line_json(network, line))


@rest.post(f"{ACCOUNT}/IncomingPhoneNumbers.json")
def create_line(account: str) -> tuple[Response, int]:
    """Take a number, or set up again one that is ours."""
    phone_number = normal(request.form.get("PhoneNumber", ""))
    if not is_number(phone_number):
        raise Refusal(21211, "The phone number is not valid.")
    return jsonify(_set_up(here(), here().line(phone_number))), 201


@rest.get(f"{ACCOUNT}/IncomingPhoneNumbers/<sid>.json")
def read_line(account: str, sid: str) -> Response:
    return jsonify(line_json(here(), _line(sid)))


@rest.post(f"{ACCOUNT}/IncomingPhoneNumbers/<sid>.json")
def update_line(account: str, sid: str) -> Response:
    return jsonify(_set_up(here(), _line(sid)))


def _line(sid: str) -> Line:
    return found({line.sid: line for line in list(here().lines.values())}, sid)


def _set_up(network: Network, line: Line) -> dict[str, object]:
    with network.changed:
        for parameter, field in SETTINGS.items():
            if parameter in request.form:
                setattr(line, field, request.form[parameter])
        network.notify()
    return line_json(network, line)


@rest.get(f"{ACCOUNT}/Recordings.json", defaults={"call_sid": ""})
@rest.get(f"{ACCOUNT}/Calls/<call_sid>/Recordings.json")
def list_recordings(account: str, call_sid: str) -> Response:
    network, wanted = here(), call_sid or request.args.get("CallSid", "")
    kept = [each for each in list(network.recordings.values()) if not wanted or each.call_sid == wanted]
    return page_of("recordings", kept[::-1], lambda recording: recording_json(network, recording))


@rest.get(f"{ACCOUNT}/Recordings/<sid>.json")
def read_recording(account: str, sid: str) -> Response:
    return jsonify(recording_json(here(), found(here().recordings, sid)))


@rest.delete(f"{ACCOUNT}/Recordings/<sid>.json")
def delete_recording(account: str, sid: str) -> tuple[str, int]:
    network = here()
    found(network.recordings, sid)
    with network.changed:
        del network.recordings[sid]
        network.notify()
    return "", 204


@rest.get(f"{ACCOUNT}/Recordings/<sid>", defaults={"kind": "wav"})
@rest.get(f"{ACCOUNT}/Recordings/<sid>.<any(wav, mp3, txt):kind>")
def read_media(account: str, sid: str, kind: str) -> Response:
    """Silence as long as the words would last; the words themselves as `.txt`, which Twilio has not."""
    recording = found(here().recordings, sid)
    if kind == "txt":
        return Response(recording.words, mimetype="text/plain")
    return Response(_silence(recording), mimetype="audio/x-wav")


def _silence(recording: Recording) -> bytes:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(RATE)
        out.writeframes(b"\x80" * RATE * recording.seconds)
    return sound.getvalue()


@rest.get(f"{ACCOUNT}/Recordings/<sid>/Transcriptions.json")
def list_transcriptions(account: str, sid: str) -> Response:
    network = here()
    recording = found(network.recordings, sid)
    kept = [recording] if recording.transcription_sid else []
    return page_of("transcriptions", kept, lambda each: transcription_json(network, each))


@rest.get(f"{ACCOUNT}/Transcriptions/<sid>.json")
def read_transcription(account: str, sid: str) -> Response:
    network = here()
    known = {
        each.transcription_sid: each for each in list(network.recordings.values()) if each.transcription_sid
    }
    return jsonify(transcription_json(network, found(known, sid)))
