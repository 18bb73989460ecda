"""REST: recordings, their sound and what was said in them."""

from __future__ import annotations

import io
import wave

from flask import Response, jsonify

from simulator.ground.records import Recording
from simulator.rest.door import ACCOUNT, found, here, matching, page_of, rest
from simulator.rest.resources import recording_json, transcription_json

RATE = 8000
# An MPEG layer III frame of silence: 32 kbit/s, 44.1 kHz, one channel; 38 of them last a second.
SILENT_FRAME = bytes.fromhex("fffb10c4") + bytes(100)
FRAMES_A_SECOND = 38


@rest.get(f"{ACCOUNT}/Recordings.json", defaults={"of": ""})
@rest.get(f"{ACCOUNT}/Calls/<of>/Recordings.json")
@rest.get(f"{ACCOUNT}/Conferences/<of>/Recordings.json")
def list_recordings(account: str, of: str) -> Response:
    """All of them, or those of a call or a conference."""
    network = here()
    kept = [
        each for each in list(network.recordings.values()) if of in {"", each.call_sid, each.conference_sid}
    ]
    equal = {"CallSid": lambda each: each.call_sid, "ConferenceSid": lambda each: each.conference_sid}
    listed = matching(kept, equal, {"DateCreated": lambda each: each.created})
    return page_of("recordings", listed, lambda recording: recording_json(network, recording))


@rest.get(f"{ACCOUNT}/Recordings/<sid>.json")
def read_recording(account: str, sid: str) -> Response:
    return jsonify(recording_json(here(), found(here().recordings, sid)))


@rest.delete(f"{ACCOUNT}/Recordings/<sid>.json")
def delete_recording(account: str, sid: str) -> tuple[str, int]:
    network = here()
    network.forget(network.recordings, found(network.recordings, sid))
    return "", 204


@rest.get(f"{ACCOUNT}/Recordings/<sid>", defaults={"kind": "wav"})
@rest.get(f"{ACCOUNT}/Recordings/<sid>.<any(wav, mp3, txt):kind>")
def read_media(account: str, sid: str, kind: str) -> Response:
    """Silence as long as the words would last; the words themselves as `.txt`, which Twilio has not."""
    recording = found(here().recordings, sid)
    if kind == "txt":
        return Response(recording.words, mimetype="text/plain")
    if kind == "mp3":
        return Response(SILENT_FRAME * (FRAMES_A_SECOND * recording.seconds), mimetype="audio/mpeg")
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
