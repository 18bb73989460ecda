"""Reading a form: values cleaned and kept as typed, errors by field, nothing lost when it is shown again."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from portal.errors import N_, Refused, Stale

LONGEST_TEXT = 10_000
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)  # beyond, a day may have no beginning or no end
REQUIRED = N_("Ce champ est nécessaire.")


class Form:
    """`values` hold what was typed, `errors` a sentence by field. Shown again as they are when not `valid`."""

    def __init__(self, data: MultiDict[str, str] | None = None) -> None:
        self.data: MultiDict[str, str] = data if data is not None else MultiDict()
        self.values: dict[str, str] = {name: _clean(value) for name, value in self.data.items()}
        self.errors: dict[str, str] = {}

    @property
    def valid(self) -> bool:
        return not self.errors

    def text(self, name: str, *, required: bool = False, longest: int = LONGEST_TEXT) -> str:
        value = self.values.get(name, "").strip()
        if required and not value:
            self.refuse(name, gettext(REQUIRED))
        elif len(value) > longest:
            self.refuse(name, gettext("Ce texte est trop long : %(most)s caractères au plus.", most=longest))
        return value

    def choice(self, name: str, allowed: Collection[str], *, required: bool = False) -> str:
        value = self.text(name, required=required)
        if value and value not in allowed:
            self.refuse(name, gettext("Choisissez une des réponses proposées."))
            return ""
        return value

    def number(self, name: str) -> int | None:
        value = self.text(name)
        if not value:
            return None
        if not value.isascii() or not value.isdigit() or len(value) > 12:
            self.refuse(name, gettext("Écrivez un nombre."))
            return None
        return int(value)

    def day(self, name: str) -> date | None:
        value = self.text(name)
        if not value:
            return None
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = date.min
        if FIRST <= found <= LAST:
            return found
        self.refuse(name, gettext("Écrivez une date, comme 2026-03-31."))
        return None

    def key(self) -> str:
        """The form's own key: the same form sent twice is one act. Drawn anew if the form came without."""
        value = self.values.get("form_key", "")
        return value if 16 <= len(value) <= 64 else new_key()

    def refuse(self, name: str, sentence: str) -> None:
        self.errors.setdefault(name, sentence)

    def refuse_unread(self) -> None:
        """Raises what could not even be read, before a verb is asked."""
        for name, sentence in self.errors.items():
            raise Refused(sentence, field=name)

    def take(self, refusal: Refused) -> None:
        """Shows a verb's refusal beside its field, or on top of the form."""
        self.refuse(refusal.field or "", gettext(refusal.sentence, **refusal.values))


def shown_again(
    form: Form, refusal: Refused, found: Any, values: dict[str, Any], both: Callable[..., list[Any]]
) -> dict[str, Any]:
    """What the page of a refused save shows: what is wrong, beside its field; and where somebody else saved meanwhile,
    both versions, as `both` tells them: the next save starts from theirs."""
    form.take(refusal)
    if not isinstance(refusal, Stale) or found is None:
        return {"values": values, "errors": form.errors, "rows": []}
    rows = both(refusal.theirs, refusal.yours)
    return {"values": {**values, "version": found.version}, "errors": form.errors, "rows": rows}


def new_key() -> str:
    """A key for a form about to be shown."""
    return secrets.token_urlsafe(18)


def _clean(value: str) -> str:
    """Typed text without what no person types: NUL, lone surrogates, other control characters. A browser ends a line
    by two of them, and each would be paid for in a text."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
