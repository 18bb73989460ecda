"""How many parts a text is cut into: 160 letters of the telephone's alphabet, or 70 once one is not."""

from __future__ import annotations

from math import ceil

GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = set("^{}\\[~]|€\f")


def segments(body: str) -> int:
    if all(letter in GSM or letter in DOUBLE for letter in body):
        size = sum(2 if letter in DOUBLE else 1 for letter in body)
        return 1 if size <= 160 else ceil(size / 153)
    size = len(body.encode("utf-16-le")) // 2
    return 1 if size <= 70 else ceil(size / 67)
