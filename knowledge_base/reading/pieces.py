"""What a format's reader finds, before it is tidied."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_FORMS = re.compile("[\ufb00-\ufdff\ufe70-\ufefc]+")  # ligatures and Arabic letters as printed
_DROPPED = re.compile("[\ufffe\ufeff\u00ad\u200b\x00-\x08\x0b\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Pieces:
    """Raw pages; `declared` is the title in the properties, `heading` the most prominent line of the first page."""

    pages: list[str]
    declared: str = ""
    heading: str = ""


def tidy(text: str) -> str:
    """Lines without stray spaces, letters as they are typed; empty lines come one at a time."""
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate says nothing
    text = _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), _DROPPED.sub("", text))
    lines = [re.sub(r"[ \t\u2000-\u200a]+", " ", line).strip() for line in re.split(r"\r\n|[\r\n\f\v]", text)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
