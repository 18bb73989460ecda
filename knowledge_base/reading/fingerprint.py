"""Recognising one text in two formats: the sketch of its runs of words.

Formats differ in line ends, page footers and lists' marks, so runs of letters are compared, not layout. The
sketch keeps the smallest hashes of all runs: two sketches tell the share of runs that two texts have in common,
whatever the texts' lengths.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

RUN = 4
KEPT = 256
ALIKE = 0.8  # formats of one text: 0.92 and more; two letters from one model, or two years of a charter: 0.68


def fingerprint(text: str) -> str:
    """The sketch, as text: hashes of 40 bits in base 16, smallest first; empty for a text of few words."""
    words = re.findall(r"[^\W\d_]+", _folded(text))
    runs = {" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}
    hashes = sorted(hashlib.blake2b(run.encode(), digest_size=5).hexdigest() for run in runs)
    return "".join(hashes[:KEPT])


def likeness(a: str, b: str) -> float:
    """The share of runs in common, from 0 to 1, estimated on the sketches."""
    ours, theirs = _hashes(a), _hashes(b)
    if not ours or not theirs:
        return 0.0
    union = sorted(ours | theirs)[: max(len(ours), len(theirs))]
    return sum(one in ours and one in theirs for one in union) / len(union)


def alike(a: str, b: str) -> bool:
    return likeness(a, b) >= ALIKE


def _hashes(sketch: str) -> set[str]:
    return {sketch[at : at + 10] for at in range(0, len(sketch), 10)}


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in apart if not unicodedata.combining(char))
