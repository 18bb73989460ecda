"""What a verb may raise for a person to read, shown by one handler at the doors; and what logs may say of the rest."""

from traceback import format_tb
from typing import Any


def N_(sentence: str) -> str:
    """Marks a sentence for translation where it is written; the door translates it where it is shown."""
    return sentence


class Refused(Exception):
    """The act is not done, and this is why. `sentence` is in French (the catalogue's key), `values` fill it."""

    status = 422

    def __init__(self, sentence: str, /, field: str | None = None, **values: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.values = values


class NotYours(Refused):
    """The thing exists, but this person has no right to it."""

    status = 403


class Missing(Refused):
    """No such thing, or none that this person may know of."""

    status = 404

    def __init__(
        self, sentence: str = N_("Cette page n’existe pas ou n’existe plus."), **values: Any
    ) -> None:
        super().__init__(sentence, **values)


class Stale(Refused):
    """Someone saved meanwhile. Carries both versions, field by field, so that the door shows them side by side."""

    status = 409

    def __init__(self, theirs: dict[str, Any], yours: dict[str, Any]) -> None:
        super().__init__(N_("Quelqu’un a modifié cette fiche pendant que vous l’éditiez. Rien n’est perdu."))
        self.theirs = theirs
        self.yours = yours


def trace_of(error: BaseException) -> str:
    """Where an error came from, and its type: its own words may quote what a citizen wrote, and stay out of logs."""
    return "".join(format_tb(error.__traceback__)) + type(error).__name__
