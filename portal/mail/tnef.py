"""The files in a `winmail.dat`, in which some versions of Outlook wrap what they send to the outside."""

from __future__ import annotations

from collections.abc import Iterator

KINDS = ("application/ms-tnef", "application/vnd.ms-tnef")
NAME = "winmail.dat"
MARK = bytes.fromhex("789f3e22")
BEGINS, TITLE, DATA = 0x9002, 0x8010, 0x800F  # of an attachment: a new one, its name, its bytes
OF_A_FILE = 2  # as against 1, of the letter itself
MOST = 50


def unpacked(data: bytes, name: str) -> list[tuple[str, bytes]]:
    """Name and bytes of each file; none where it only says how the letter looks. What cannot be read stays whole."""
    if not data.startswith(MARK):
        return [(name, data)]
    try:
        found = _files(data)
    except ValueError:
        return [(name, data)]
    return [(each or f"pièce {n}", inside) for n, (each, inside) in enumerate(found, 1)]


def _files(data: bytes) -> list[tuple[str, bytes]]:
    """Raises `ValueError` where some cannot be read, or are too many."""
    found: list[tuple[str, bytes]] = []
    for level, kind, value in _attributes(data):
        if level == OF_A_FILE and kind == BEGINS:
            found.append(("", b""))
        elif level == OF_A_FILE and kind == TITLE and found:
            found[-1] = (value.rstrip(b"\0").decode("cp1252", "replace"), found[-1][1])
        elif level == OF_A_FILE and kind == DATA and found:
            found[-1] = (found[-1][0], value)
        if len(found) > MOST:
            raise ValueError("too many files")
    if not all(inside for _, inside in found):
        raise ValueError("a file without its bytes")
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Level, kind and value of each: each says its length, and has two bytes of sum; some programs pad the end. Raises
    `ValueError` where they do not hold together to the end."""
    at = begin = len(MARK) + 2
    while at + 9 <= len(data):
        level, kind = data[at], int.from_bytes(data[at + 1 : at + 3], "little")
        end = at + 9 + int.from_bytes(data[at + 5 : at + 9], "little")
        if level not in (1, OF_A_FILE) or end > len(data):
            break
        yield level, kind, data[at + 9 : end]
        at = end + 2
    if at == begin or data[at:].strip(b"\0\r\n"):
        raise ValueError("cut short or damaged")
