"""Names as they are looked up: no accent, lower case, one space."""

from __future__ import annotations

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "’": " ", "'": " ", "-": " "})


def name_key(name: str) -> str:
    """The form of a name that two spellings of it share: `Éloïse  Lefèvre-Cœur` gives `eloise lefevre coeur`."""
    plain = unicodedata.normalize("NFKD", name.translate(_LIGATURES))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", plain).strip().casefold()
