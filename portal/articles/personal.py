"""Personal data in a text that is to be published: found, marked, and proposed for removal. A person decides.

Nothing here is sure. What is found is what a form and its words give away: numbers, addresses, dates of birth, and
names where they are known, introduced (« Mme », « je m’appelle »), or sign. What is ours (a service's number, the town
hall's address) is not personal.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from portal import clock
from portal.citizens.names import name_key
from portal.errors import N_, Refused

INSTEAD = {  # what stands in its place
    "name": "[nom]",
    "phone": "[téléphone]",
    "email": "[adresse e-mail]",
    "address": "[adresse]",
    "birth": "[date de naissance]",
    "reference": "[référence]",
    "number": "[numéro]",
}
A_CHILD_AT_LEAST = 2  # years: an older full date may be somebody's birth
MONTHS = "janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre"
DATE = rf"(?:\d{{1,2}}[/.\-]\d{{1,2}}[/.\-](?:\d{{4}}|\d{{2}})|\d{{1,2}}(?:er)?\s+(?:{MONTHS})\s+\d{{4}})"
STREET = (
    r"rue|avenue|av\.|boulevard|bd\.?|impasse|allées?|chemin|place|quai|route|square|cours|passage|résidence|"
    r"residence|lotissement|hameau|voie|sentier|rond-point|cité|esplanade|villa|clos|mail|ruelle|faubourg"
)
NAME = r"[A-ZÀ-ÖØ-Ý][\wÀ-ÿ]*(?:[-’'][A-ZÀ-ÖØ-Ý][\wÀ-ÿ]*)*"
NAMES = rf"{NAME}(?:\s+(?:(?:de|du|des|la|le|el|ben|van|von)\s+|d[’'])?{NAME}){{0,2}}"
BEGINS = (
    r"je m[’']appelle|je suis|je me nomme|au nom de|signé|"
    r"m(?:on|a) (?:fils|fille|mari|femme|épouse|époux|conjointe?|père|mère|frère|sœur|soeur|compagne|compagnon|"
    r"voisine?)"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something personal in a text: from where to where, what it is, and the words themselves."""

    start: int
    end: int
    kind: str
    text: str


def _compiled(pattern: str, *, any_case: bool = True) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE if any_case else 0)


# in each, `what` is the part that goes; the first that finds it says what it is
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", _compiled(r"(?P<what>[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+)")),
    ("number", _compiled(r"\b(?P<what>FR\d{2}(?:\s?[A-Z0-9]{4}){5}\s?[A-Z0-9]{3})\b")),
    (
        "number",
        _compiled(
            r"(?<!\d)(?P<what>[12]\s?\d{2}\s?(?:0[1-9]|1[0-2]|[2-9]\d)\s?(?:\d{2}|2[AB])\s?\d{3}\s?\d{3}(?:\s?\d{2})?)(?!\d)"
        ),
    ),
    (
        "phone",
        _compiled(r"(?<![\d+])(?P<what>(?:\+33\s?(?:\(0\)\s?)?|0033\s?|0)[1-9](?:[\s.\-]?\d{2}){4})(?!\d)"),
    ),
    ("phone", _compiled(r"(?P<what>\+(?!33)\d{1,3}(?:[\s.\-]?\d{2,4}){2,5})(?!\d)")),
    (
        "reference",
        _compiled(r"\b(?P<what>[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{2})\b"),
    ),
    (
        "reference",
        _compiled(
            r"\b(?:référence|reference|réf|ref|dossier|allocataire|matricule|identifiant|contrat|titre|fiscal|passeport|permis)"
            r"\s*(?:est(?:\s+le)?\s*)?(?:n[°o]\s*|numéro\s*|:\s*|\.\s*)*(?P<what>(?=[\w\-/]*\d)[A-Z0-9][A-Z0-9\-/]{4,})"
        ),
    ),
    ("number", _compiled(r"\b(?P<what>[A-HJ-NP-TV-Z]{2}-\d{3}-[A-HJ-NP-TV-Z]{2})\b", any_case=False)),
    (
        "birth",
        _compiled(
            rf"\b(?:née?s?\s+le|naissance\s*(?:est\s*)?(?:le\s*|:\s*)*|nés?\(e\)\s+le)\s*(?P<what>{DATE})"
        ),
    ),
    (
        "address",
        _compiled(
            rf"(?P<what>\b\d{{1,4}}\s?(?:bis|ter|quater|[A-D](?=[\s,]))?,?\s+(?:{STREET})\s+[^,.;:\n()!?]{{2,60}}"
            r"(?:,\s*(?:\d{5}\s+[A-ZÀ-Ý][^,.;\n()!?]{1,40}|(?:appartement|appt?|bâtiment|bat|étage)\b[^,.;\n]{0,20}))*)"
        ),
    ),
)
PEOPLE: tuple[re.Pattern[str], ...] = (
    re.compile(
        rf"\b(?:M\.|MM\.|Mme|Mmes|Mlle|Monsieur|Madame|Mademoiselle|Dr|Maître|Me)\s+(?P<what>{NAMES})"
    ),
    re.compile(rf"\b(?i:{BEGINS})\s+(?P<what>{NAMES})"),
    re.compile(r"\b(?P<what>[A-ZÀ-Ý][a-zà-ÿ]+(?:-[A-ZÀ-Ý][a-zà-ÿ]+)?\s+[A-ZÀ-Ý]{2,}(?:-[A-ZÀ-Ý]{2,})?)\b"),
    # alone on the last line: it signs
    re.compile(rf"(?:^|\n)[ \t]*(?P<what>{NAME}(?:\s+{NAME}){{1,2}})[ \t]*$"),
)
TITLES = {
    "maire",
    "mairie",
    "adjoint",
    "adjointe",
    "president",
    "presidente",
    "prefet",
    "prefete",
    "ministre",
}
TITLES |= {
    "directeur",
    "directrice",
    "bonjour",
    "service",
    "monsieur",
    "madame",
    "messieurs",
    "mesdames",
    "docteur",
}


def personal(text: str, *, names: Iterable[str] = (), ours: Collection[str] = ()) -> list[Mark]:
    """What is personal in this text, in order. `names` are people's; `ours`, numbers and addresses, are nobody's."""
    public = {_plain(one) for one in ours}
    found = [one for one in _all(text, names) if _plain(one.text) not in public]
    kept: list[Mark] = []
    for one in sorted(found, key=lambda mark: (mark.start, -mark.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def without(text: str, marks: Iterable[Mark]) -> str:
    """The text with what is marked replaced by what it was."""
    said, at = [], 0
    for one in marks:
        said += [text[at : one.start], INSTEAD[one.kind]]
        at = one.end
    return "".join([*said, text[at:]])


def check(field: str, text: str, marks: Iterable[Mark]) -> None:
    """Refuses a text in which something personal is left."""
    left = ", ".join(dict.fromkeys(one.text for one in marks))
    if left:
        raise Refused(N_("Il reste peut-être des données personnelles : %(left)s."), field=field, left=left)


def _all(text: str, names: Iterable[str]) -> Iterator[Mark]:
    for kind, pattern in PATTERNS:
        for found in pattern.finditer(text):
            yield _mark(found, kind)
    for found in re.finditer(rf"(?<!\d){DATE}(?!\d)", text, re.IGNORECASE):
        year = re.search(r"(\d{4})$", found[0])
        if year and 1900 <= int(year[1]) <= clock.local_day().year - A_CHILD_AT_LEAST:
            yield Mark(found.start(), found.end(), "birth", found[0])
    for pattern in PEOPLE:
        for found in pattern.finditer(text):
            if name_key(found["what"]).split()[0] not in TITLES:
                yield _mark(found, "name")
    yield from _known(text, names)


def _known(text: str, names: Iterable[str]) -> Iterator[Mark]:
    """The names we know, whole or in part, whatever their accents and capitals."""
    parts = {part for name in names for part in name_key(name).split() if len(part) > 2}
    words = [(found.start(), found.end()) for found in re.finditer(r"[^\W\d_]+", text)]
    known = [(start, end) for start, end in words if name_key(text[start:end]) in parts]
    joined: list[tuple[int, int]] = []
    for start, end in known:
        if joined and re.fullmatch(r"[\s\-’']{1,2}", text[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    yield from (Mark(start, end, "name", text[start:end]) for start, end in joined)


def _mark(found: re.Match[str], kind: str) -> Mark:
    text = found["what"].rstrip()
    return Mark(found.start("what"), found.start("what") + len(text), kind, text)


def _plain(text: str) -> str:
    """A number or an address as two writings of it share it."""
    digits = re.sub(r"[\s.\-()]", "", text)
    if re.fullmatch(r"(?:\+33|0033|0)\d{9}", digits):
        return "+33" + digits[-9:]
    return " ".join(name_key(text).replace(",", " ").split())
