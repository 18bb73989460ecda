"""What the network remembers: phones, texts, calls, recordings, lines, queues. Times count from 1970."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from time import time
from typing import Any

LIVE = frozenset({"queued", "ringing", "in-progress"})


def new_sid(prefix: str) -> str:
    """Never drawn from the seed: the portal tells things apart by it, across restarts too."""
    return prefix + uuid.uuid4().hex


@dataclass
class Callback:
    """Where progress is to be told, and which steps of it."""

    url: str = ""
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)


@dataclass
class Text:
    """One text message, either way."""

    sender: str
    to: str
    body: str
    direction: str
    status: str
    sid: str = field(default_factory=lambda: new_sid("SM"))
    service: str = ""
    callback: str = ""
    error_code: int | None = None
    # The error that awaits it, and how long it may stand in the network's queue.
    fate: int = 0
    validity_s: float | None = None
    send_at: float | None = None
    created: float = field(default_factory=time)
    updated: float = field(default_factory=time)
    sent: float | None = None
    # What came with it: its kind and its bytes in base 64, by the name that the network gives it.
    pictures: dict[str, list[str]] = field(default_factory=dict)

    @property
    def phone(self) -> str:
        """The handset's end of it."""
        return self.sender if self.direction == "inbound" else self.to

    @property
    def live(self) -> bool:
        return self.status in {"accepted", "scheduled", "queued"}


@dataclass
class Line:
    """A number of the portal's, and where it wants to be called."""

    number: str
    name: str = ""
    sid: str = field(default_factory=lambda: new_sid("PN"))
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    status_callback: str = ""
    status_callback_method: str = "POST"
    created: float = field(default_factory=time)
    updated: float = field(default_factory=time)


@dataclass
class Heard:
    """One thing heard on a call: by the line, the phone, the other party, or the network itself."""

    by: str
    text: str
    kind: str = "speech"
    language: str = ""
    at: float = field(default_factory=time)


@dataclass
class Call:
    """One leg between the network and a handset (`phone`)."""

    sender: str
    to: str
    phone: str
    direction: str
    status: str = "queued"
    sid: str = field(default_factory=lambda: new_sid("CA"))
    parent: str = ""
    line_sid: str = ""
    callback: Callback = field(default_factory=Callback)
    told: int = 0
    answered_by: str = ""
    queue: str = ""
    queue_s: float = 0
    # How long it stood behind other calls before it was placed.
    held_s: float = 0
    created: float = field(default_factory=time)
    updated: float = field(default_factory=time)
    started: float | None = None
    ended: float | None = None
    transcript: list[Heard] = field(default_factory=list)

    @property
    def live(self) -> bool:
        return self.status in LIVE

    @property
    def line(self) -> str:
        """The other end of it, as the handset knows it."""
        return self.to if self.direction == "inbound" else self.sender

    @property
    def seconds(self) -> int:
        """Answered to over, rounded up as bills are."""
        if self.started is None:
            return 0
        return max(1, round((self.ended or time()) - self.started))


@dataclass
class Recording:
    """What was left after the tone: the words typed stand for the voice."""

    call_sid: str
    words: str
    seconds: int
    source: str = "RecordVerb"
    channels: int = 1
    conference_sid: str = ""
    sid: str = field(default_factory=lambda: new_sid("RE"))
    transcription_sid: str = ""
    created: float = field(default_factory=time)


@dataclass
class Queue:
    """People waiting, by the SID of their call, first come first."""

    name: str
    max_size: int = 1000
    sid: str = field(default_factory=lambda: new_sid("QU"))
    waiting: list[str] = field(default_factory=list)
    since: dict[str, float] = field(default_factory=dict)
    created: float = field(default_factory=time)

    def average_wait(self) -> int:
        waits = [time() - since for since in self.since.values()]
        return round(sum(waits) / len(waits)) if waits else 0


@dataclass
class Conference:
    """People who talk together, from the first who comes in to the last who leaves."""

    name: str
    status: str = "init"
    sid: str = field(default_factory=lambda: new_sid("CF"))
    callback: Callback = field(default_factory=Callback)
    told: int = 0
    ended_because: str = ""
    ended_by: str = ""
    created: float = field(default_factory=time)
    updated: float = field(default_factory=time)
    # What was said while it was recorded; None when it is not.
    tape: list[str] | None = None
    # Who is in it or on the way, by the SID of their call: the seats of `calls.conference`.
    seats: dict[str, Any] = field(default_factory=dict)

    @property
    def live(self) -> bool:
        return self.status != "completed"

    @property
    def phone(self) -> str:
        """It belongs to no phone."""
        return ""


@dataclass
class Phone:
    """A handset somebody may hold in the browser."""

    number: str
    name: str = ""
    reachable: bool = True
    # The call whose traces were put away, so that the screen is free again.
    put_away: str = ""
