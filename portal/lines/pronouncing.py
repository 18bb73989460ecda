"""How a voice is to read what is written: the hour of a clock, in words that no voice stumbles over."""

from __future__ import annotations

import re
from collections.abc import Callable

_CLOCK = r"(?<![\d:.,])(?P<hour>[01]?\d|2[0-3])"
_MINUTES = r"(?P<minute>[0-5]\d)(?![\d:])"
_SPACE = "[ \u00a0\u202f]?"
_HOURS = {
    # « 8 h » may last rather than be the hour: 12 h is not always noon
    "fr": re.compile(rf"{_CLOCK}(?::{_MINUTES}|{_SPACE}h(?:{_SPACE}(?P<after>[0-5]\d))?(?!\w))"),
    "en": re.compile(
        rf"{_CLOCK}(?::{_MINUTES}|[.:](?P<after>[0-5]\d)(?={_SPACE}(?i:[ap]\.?m)))"
        rf"(?:{_SPACE}(?P<half>(?i:[ap]))\.?(?i:m)\b)?\.?"
    ),
    "ar": re.compile(
        rf"(?:الساعة )?{_CLOCK}:{_MINUTES}"
        r"(?: (?P<half>(?:صباح|مساء|ظهر|عصر|ليل)[\u064b\w]*|بعد الظهر|[صم](?!\w)))?"
    ),
}
_ARABIC_LETTERS = {"ص": "صباحًا", "م": "مساءً"}  # as a.m. and p.m. are written short
_ARABIC_HOURS = (
    *("الثانية عشرة", "الواحدة", "الثانية", "الثالثة", "الرابعة", "الخامسة", "السادسة"),
    *("السابعة", "الثامنة", "التاسعة", "العاشرة", "الحادية عشرة"),
)
_ARABIC_MINUTES = {
    5: " وخمس دقائق",
    10: " وعشر دقائق",
    15: " والربع",
    20: " وعشرون دقيقة",
    25: " وخمس وعشرون دقيقة",
    30: " والنصف",
    35: " وخمس وثلاثون دقيقة",
    40: " وأربعون دقيقة",
    45: " وخمس وأربعون دقيقة",
    50: " وخمسون دقيقة",
    55: " وخمس وخمسون دقيقة",
}


def pronounced(text: str, language: str) -> str:
    """The text as the voice of this language is to read it: « 08:30 » is « 8 heures 30 », "8:30 a.m."."""
    hours, said = _HOURS.get(language), _SAID.get(language)
    return hours.sub(said, text) if hours and said else text


def _in_french(found: re.Match[str]) -> str:
    hour, minute = int(found["hour"]), int(found["minute"] or found["after"] or 0)
    if found["minute"] and minute == 0 and hour in (0, 12):
        return "midi" if hour else "minuit"
    return f"{hour} heure{'s' if hour > 1 else ''}{f' {minute}' if minute else ''}"


def _in_english(found: re.Match[str]) -> str:
    """Ends in a full stop, so the sentence's own is taken with it."""
    hour, minute = int(found["hour"]), int(found["minute"] or found["after"])
    stop = "." if found[0].endswith(".") else ""
    if minute == 0 and hour in (0, 12) and not found["half"]:
        return ("noon" if hour else "midnight") + stop
    half = (found["half"] or "").lower() or ("p" if hour >= 12 else "a")
    return f"{hour % 12 or 12}{f':{minute:02}' if minute else ''} {half}.m."


def _in_arabic(found: re.Match[str]) -> str:
    hour, minute = int(found["hour"]), int(found["minute"])
    if (hour, minute) == (0, 0):
        return "منتصف الليل"
    half = _ARABIC_LETTERS.get(found["half"], found["half"]) or _arabic_half(hour)
    minutes = _ARABIC_MINUTES.get(minute) or f" و {minute} {'دقائق' if 3 <= minute <= 10 else 'دقيقة'}"
    return f"الساعة {_ARABIC_HOURS[hour % 12]}{minutes if minute else ''} {half}"


def _arabic_half(hour: int) -> str:
    if hour < 12:
        return "صباحًا"
    if hour == 12:
        return "ظهرًا"
    return "بعد الظهر" if hour < 18 else "مساءً"


_SAID: dict[str, Callable[[re.Match[str]], str]] = {"fr": _in_french, "en": _in_english, "ar": _in_arabic}
