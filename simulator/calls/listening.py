"""The verbs that listen: keys and words gathered, messages recorded."""

from __future__ import annotations

from math import ceil

from simulator.calls.leg import Leg, Over, spoken_seconds
from simulator.calls.script import VERBS, Next, Step, verb
from simulator.ground.records import Recording, new_sid
from simulator.ground.twiml import Document, Verb

CONFIDENCE = "0.9128826"
# Before the first word of a message, a person who types is waited for longer than one who speaks.
FIRST_WORD_S = 60.0
ALL_KEYS = "1234567890*#"


@verb
def gather(leg: Leg, order: Verb, document: Document) -> Step:
    """Prompts that a key cuts short, then keys or words; silence goes on to the next verb unless told."""
    inputs = order.get("input", "dtmf").split()
    leg.expect(" ".join("keys" if each == "dtmf" else each for each in inputs))
    try:
        for prompt in order.nested:
            if not leg.has_input():
                VERBS[prompt.name](leg, prompt, document)
        found = _gathered(leg, order)
    finally:
        leg.forget_input()
        leg.expect("")
    if not found and not order.is_true("actionOnEmptyResult"):
        return None
    method = order.get("method", "POST")
    return Next(document.leads_to(order.get("action")), method, found or _digits("", ""))


def _gathered(leg: Leg, order: Verb) -> dict[str, str]:
    """What came first, keys or words; empty when nothing came in time."""
    seconds = order.seconds("timeout", 5)
    leg.wait_for_input(leg.has_input, seconds)
    if "keys" in leg.expects and leg.keys:
        return _keys(leg, order, seconds)
    if leg.has_input():
        words = " ".join(leg.forget_input())
        return {"SpeechResult": words, "Confidence": CONFIDENCE, "Language": order.get("language", "en-US")}
    return {}


def _keys(leg: Leg, order: Verb, seconds: float) -> dict[str, str]:
    last = order.get("finishOnKey", "#")
    wanted = int(order.seconds("numDigits", 0))
    pressed, ended_by = "", ""
    while not ended_by and (not wanted or len(pressed) < wanted):
        if not leg.wait_for_input(lambda: bool(leg.keys), seconds):
            break
        key = leg.keys.popleft()
        pressed, ended_by = (pressed, key) if key in last else (pressed + key, "")
    return _digits(pressed, ended_by) if pressed else {}


def _digits(pressed: str, ended_by: str) -> dict[str, str]:
    return {"Digits": pressed, "FinishedOnKey": ended_by, "msg": "Gather End"}


@verb
def record(leg: Leg, order: Verb, document: Document) -> Step:
    """Keep what is said after the tone; without a word, go on to the next verb."""
    leg.forget_input()
    if order.get("playBeep", "true").lower() != "false":
        leg.hear("network", "bip", "sound")
    leg.expect("record")
    words: list[str] = []
    try:
        digits = _recorded(leg, order, words)
    except Over:
        if words or leg.words:
            _leave_behind(leg, order, document, words + leg.forget_input())
        raise
    finally:
        leg.expect("")
    if not words:
        return None
    recording = keep_recording(leg, order, document, words)
    fields = recording_fields(leg, recording) | {"Digits": digits}
    return Next(document.leads_to(order.get("action")), order.get("method", "POST"), fields)


def _recorded(leg: Leg, order: Verb, words: list[str]) -> str:
    """Fill `words` until silence, a key or the longest length; the key that ended it is given back."""
    silence, longest = order.seconds("timeout", 5), order.seconds("maxLength", 3600)
    enders = order.get("finishOnKey", ALL_KEYS)
    while spoken_seconds(" ".join(words)) < longest:
        heard = leg.wait_for_input(lambda: bool(leg.words or leg.keys), silence if words else FIRST_WORD_S)
        if not heard:
            return ""
        with leg.network.changed:
            words.extend(leg.words)
            leg.words.clear()
            pressed = next((key for key in leg.keys if key in enders), "")
            leg.keys.clear()
        if pressed:
            return pressed
    return ""


def _leave_behind(leg: Leg, order: Verb, document: Document, words: list[str]) -> None:
    """Hanging up ends a recording as well: its action is told, and nobody is left to hear the answer."""
    recording = keep_recording(leg, order, document, words)
    fields = recording_fields(leg, recording) | {"Digits": "hangup", "CallStatus": "completed"}
    url = document.leads_to(order.get("action"))
    leg.network.tell(
        leg.call.sid, url, leg.network.call_fields(leg.call, **fields), order.get("method", "POST")
    )


def keep_recording(
    leg: Leg,
    order: Verb,
    document: Document,
    words: list[str],
    *,
    source: str = "RecordVerb",
    channels: int = 1,
    conference_sid: str = "",
) -> Recording:
    network = leg.network
    said = " ".join(words)
    longest = int(order.seconds("maxLength", 3600))
    seconds = min(longest, max(1, ceil(spoken_seconds(said))))
    recording = Recording(leg.call.sid, said, seconds, source, channels, conference_sid)
    network.keep(network.recordings, recording)
    callback = order.get("recordingStatusCallback")
    if callback:
        fields = recording_fields(leg, recording) | {
            "AccountSid": network.settings.account_sid,
            "RecordingStatus": "completed",
            "RecordingChannels": str(channels),
            "RecordingSource": recording.source,
            "ErrorCode": "0",
        }
        fields |= {"ConferenceSid": conference_sid} if conference_sid else {"CallSid": leg.call.sid}
        network.tell(recording.sid, document.leads_to(callback), fields)
    if order.is_true("transcribe") or order.get("transcribeCallback"):
        _transcribe(leg, order, document, recording)
    return recording


def _transcribe(leg: Leg, order: Verb, document: Document, recording: Recording) -> None:
    recording.transcription_sid = new_sid("TR")
    callback = order.get("transcribeCallback")
    if not callback:
        return
    network = leg.network
    account = f"{network.settings.own_url}/2010-04-01/Accounts/{network.settings.account_sid}"
    fields = network.call_fields(leg.call) | {
        "TranscriptionSid": recording.transcription_sid,
        "TranscriptionText": recording.words,
        "TranscriptionStatus": "completed",
        "TranscriptionType": "fast",
        "TranscriptionUrl": f"{account}/Transcriptions/{recording.transcription_sid}",
        "RecordingSid": recording.sid,
        "RecordingUrl": f"{account}/Recordings/{recording.sid}",
        "url": document.leads_to(callback),
    }
    network.tell(recording.transcription_sid, document.leads_to(callback), fields)


def recording_fields(leg: Leg, recording: Recording) -> dict[str, str]:
    settings = leg.network.settings
    url = f"{settings.own_url}/2010-04-01/Accounts/{settings.account_sid}/Recordings/{recording.sid}"
    return {"RecordingUrl": url, "RecordingSid": recording.sid, "RecordingDuration": str(recording.seconds)}
