"""What a contact's citizen read and asked on the site before, where a code of theirs brought it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from portal.articles import reading
from portal.articles.reading import Reference
from portal.contacts.codes import bridge_codes


@dataclass(frozen=True, slots=True)
class Visited:
    """The articles read and the questions asked, oldest first, each once."""

    read: tuple[Reference, ...] = ()
    asked: tuple[str, ...] = ()

    @property
    def question(self) -> str:
        """What to look for first: the last question, else what the last article is about."""
        return self.asked[-1] if self.asked else self.read[-1].title if self.read else ""


def visited(contact_ids: Collection[int]) -> Visited:
    """What codes brought to these contacts, as staff read it."""
    codes = bridge_codes.brought_to(contact_ids)[::-1]
    slugs = list(dict.fromkeys(slug for code in codes for slug in code.read))
    asked = tuple(dict.fromkeys(words for code in codes for words in code.asked))
    return Visited(tuple(reading.titles_of(slugs, "fr")) if slugs else (), asked)
