"""The music that people on hold hear: our own, played by arithmetic, so that nobody holds rights over it."""

from __future__ import annotations

import io
import math
import wave
from functools import cache

RATE = 8000  # a telephone carries no more
NOTE_S = 0.5
LOUDNESS = 0.22
# Broken chords, in semitones above the A of 220 Hz: quiet, without an end that one could wait for.
TUNE = (3, 7, 10, 15, 10, 7, 0, 3, 7, 12, 7, 3, -4, 0, 3, 8, 3, 0, -2, 2, 5, 10, 5, 2) * 2


@cache
def sound() -> bytes:
    """Twenty-four seconds of it, as a WAV file."""
    samples = bytearray()
    for semitone in TUNE:
        pitch = 2 * math.pi * 220 * 2 ** (semitone / 12) / RATE
        for n in range(int(RATE * NOTE_S)):
            fading = math.exp(-3 * n / (RATE * NOTE_S)) * min(1, n / 80)
            value = math.sin(pitch * n) + 0.3 * math.sin(2 * pitch * n)
            samples.append(128 + int(127 * LOUDNESS * fading * value))
    kept = io.BytesIO()
    with wave.open(kept, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(1)
        written.setframerate(RATE)
        written.writeframes(bytes(samples))
    return kept.getvalue()
