"""Which commune is meant by a name, a postcode or a code, as people type them.

All communes are kept in memory, once for each process, under their folded names. The shelf bears the stamp of the
table: whoever changes a commune changes the stamp in the same transaction, and each process then reads them anew.
Never a guess among several: what does not name one commune gives those that it may name, to ask which.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from portal.database import db
from portal.directory import stamps
from portal.directory.finding.slips import LAST, Names
from portal.directory.models import Commune, Department, Postcode
from portal.directory.names import name_key

STAMP = "communes"
MOST = 60  # candidates at most: 46 communes share one postcode
ORDINAL = re.compile(r" 0?(\d+) ?(?:er|e|eme|ieme)?(?: arrondissement)?$")
CODE = re.compile(r"\b(\d{5}|2[AB]\d{3})\b", re.IGNORECASE)
DEPARTMENT = re.compile(r"\((\d{2,3}|2[AB])\)$|\s(2[AB]|97\d)$", re.IGNORECASE)
CEDEX = re.compile(r"\s+cedex\b.*", re.IGNORECASE)


class Town(NamedTuple):
    """A commune, or a part of one, as it is kept in memory."""

    code: str
    name: str
    department: str = ""
    type: str = "current"
    parent: str = ""
    population: int = 0
    postcodes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """« Saint-Elvin (96017) »: two communes may bear one name."""
        return f"{self.name} ({self.code})"


class Which(NamedTuple):
    """The commune that was meant, or those that may be; `slip` says that the name was not typed quite so."""

    commune: Town | None = None
    candidates: tuple[Town, ...] = ()
    slip: bool = False


def which(name: str, postcode: str = "") -> Which:
    """The commune meant by a name, a postcode, a code, or a name and a postcode; else those it may be.

    A name that is borne by several communes, or a postcode that several share, is a question. A name with a slip
    counts only where no name is typed exactly so. A name and a postcode that do not go together are a question too.
    """
    return _shelf().which(" ".join(name.split())[:200], postcode.strip())


def town(code: str) -> Town | None:
    """The commune of this INSEE code, or that took the place of the one which bore it."""
    return towns([code]).get(code)


def towns(codes: Iterable[str]) -> dict[str, Town]:
    """By INSEE code, the communes of these, or those that took their places; a code that nobody knows is left out."""
    shelf = _shelf()
    found = (
        (code, shelf.towns.get(code) or shelf.towns.get(shelf.successors.get(code, ""))) for code in codes
    )
    return {code: town for code, town in found if town is not None}


def parts_of(code: str) -> list[Town]:
    """The delegated and associated communes and arrondissements of a commune."""
    return _shelf().parts.get(code, [])


class Around(NamedTuple):
    """A commune with what it is made of: its parts, and the codes of the communes whose place it took."""

    town: Town | None
    parts: tuple[str, ...] = ()
    former: tuple[str, ...] = ()


def around(code: str) -> Around:
    """The commune of this INSEE code, or that took the place of the one which bore it, with what it is made of."""
    shelf = _shelf()
    found = shelf.towns.get(code) or shelf.towns.get(shelf.successors.get(code, ""))
    if found is None:
        return Around(None)
    parts = tuple(part.code for part in shelf.parts.get(found.code, ()))
    return Around(found, parts, tuple(shelf.former.get(found.code, ())))


def codes_of(code: str) -> tuple[str, ...]:
    """The codes under which this commune may have been kept: its own, and those of communes that are no more."""
    found, shelf = around(code), _shelf()
    if found.town is None:
        return (code,)
    return (found.town.code, *(one for one in found.former if one not in shelf.towns))


def find(text: str, limit: int = 10) -> list[Town]:
    """What completes `text`: names, postcodes and codes that begin so, then names that hold it, then with a slip."""
    return _shelf().find(" ".join(text.split())[:100], limit)


def commune_of(text: str, postcode: str = "") -> Town | None:
    """The one commune that is named exactly: by its code, its name, or a postcode it has to itself."""
    found = which(text, postcode)
    return None if found.slip else found.commune


class Shelf:
    """All communes, by code, by postcode and by the folded forms of their names."""

    def __init__(
        self,
        towns: Mapping[Town, str],
        other_names: dict[str, list[str]],
        former: dict[str, list[str]],
        regions: Mapping[str, str],
    ) -> None:
        self.towns = {one.code: one for one in towns}
        self.former = former
        self.regions = regions
        self.successors = {old: code for code, codes in former.items() for old in codes}
        self.parts: dict[str, list[Town]] = defaultdict(list)
        self.by_postcode: dict[str, list[Town]] = defaultdict(list)
        self.by_form: dict[str, list[Town]] = defaultdict(list)
        self._keys: list[tuple[Any, ...]] = []
        for one, key in towns.items():
            if one.parent and one.parent != one.code:
                self.parts[one.parent].append(one)
            for postcode in one.postcodes:
                self.by_postcode[postcode].append(one)
            for form in (key, *map(name_key, other_names.get(one.code, ()))):
                self._file(form, one)
        self._keys.sort(key=lambda pair: (pair[0], pair[1].code))
        self._names = Names(self.by_form)

    def _file(self, key: str, one: Town) -> None:
        self._keys.append((key, one))
        for form in forms(key):
            if one not in self.by_form[form]:
                self.by_form[form].append(one)

    def which(self, name: str, postcode: str) -> Which:
        name, postcode, department = _apart(name, postcode)
        if not name:
            return _settled(self._at(postcode))
        exact = self._called(forms(name_key(name)))
        near = exact or self._called(
            [form for typed in forms(name_key(name)) for form in self._names.near(typed)]
        )
        if department:
            near = [one for one in near if one.department == department] or near
        there = [one for one in near if postcode in self._postcodes(one) or postcode == one.code]
        if postcode and not there and exact:
            return self._despite(name, postcode, exact)
        if postcode and not there:
            return _settled([*near, *self._at(postcode)], asked=True)
        return _settled(there or near, slip=not exact)

    def _despite(self, name: str, postcode: str, exact: list[Town]) -> Which:
        """The name exists, but not there: a slip made it another's, or the postcode is wrong. A question, then."""
        near = self._called([form for typed in forms(name_key(name)) for form in self._names.near(typed)])
        there = [one for one in near if postcode in self._postcodes(one)]
        if there:
            return _settled([*there, *exact], asked=True)
        return _settled([*exact, *self._at(postcode)], asked=bool(self._at(postcode)))

    def _called(self, typed: Iterable[str]) -> list[Town]:
        found = {one.code: one for form in typed for one in self.by_form.get(form, ())}
        return [one for one in found.values() if one.parent not in found or one.parent == one.code]

    def _at(self, postcode: str) -> list[Town]:
        """Those of a postcode or a code: a city whose arrondissement has the postcode gives way to it."""
        found = {one.code: one for one in self.by_postcode.get(postcode, ())}
        if exactly := self.towns.get(postcode) or self.towns.get(self.successors.get(postcode, "")):
            found[exactly.code] = exactly
        wholes = {one.parent for one in found.values() if one.type == "arrondissement"}
        whole = {one.code for one in found.values()}
        parts = {one.code for one in found.values() if one.type != "arrondissement" and one.parent in whole}
        return [one for code, one in found.items() if code not in wholes | parts]

    def _postcodes(self, one: Town) -> tuple[str, ...]:
        """Its own, and where it has none those of the whole that it is a part of."""
        whole = self.towns.get(one.parent)
        return one.postcodes or (whole.postcodes if whole else ())

    def find(self, text: str, limit: int) -> list[Town]:
        name, postcode, _ = _apart(text, "")
        if not name and postcode:
            return _in_order(self._at(postcode))[:limit]
        if text.isdecimal():
            begins = (code for code in sorted(self.by_postcode) if code.startswith(text))
            there = (one for code in begins for one in _in_order(self.by_postcode[code]))
            return list(dict.fromkeys(there))[:limit]
        key = name_key(name)
        if not key:
            return []
        exact = _in_order(self._called(forms(key)))
        begins_so = self._keys[bisect_left(self._keys, (key,)) : bisect_left(self._keys, (key + LAST,))]
        found = dict.fromkeys([*exact, *(one for _, one in begins_so)])
        if len(found) < limit:
            found |= dict.fromkeys(one for known, one in self._keys if f" {key}" in known)
        return list(found or _in_order(self.which(name, postcode).candidates))[:limit]


def forms(key: str) -> list[str]:
    """The ways a folded name is typed, without spaces: « Saint » cut short, an arrondissement's bare number."""
    ordinal = key if key.isalpha() else ORDINAL.sub(r" \1", key)
    short = re.sub(r"\bsaint(e?)\b", r"st\1", key) if "saint" in key else key
    return list(dict.fromkeys(form.replace(" ", "") for form in (key, ordinal, short)))


def department_names(codes: Iterable[str]) -> dict[str, str]:
    """What these departments are called, by their code."""
    query = db.select(Department.code, Department.name).where(Department.code.in_(set(codes)))
    return {row.code: row.name for row in db.session.execute(query)}


def region_of(department: str) -> str:
    """The region that a department is in; empty where that is not known."""
    return _shelf().regions.get(department, "")


def departments_of(region: str) -> tuple[str, ...]:
    """The departments of a region."""
    return tuple(code for code, other in _shelf().regions.items() if other == region) if region else ()


def renew(session: Any) -> None:
    """Says that communes changed, where an import goes around the session."""
    stamps.renew(session, STAMP)


def _apart(name: str, postcode: str) -> tuple[str, str, str]:
    """What was typed in one go: name, postcode or code, and department."""
    if found := CODE.search(name):
        postcode, name = found.group(1).upper(), (name[: found.start()] + name[found.end() :]).strip(" ()-,")
    name, department = CEDEX.sub("", name), ""
    if found := DEPARTMENT.search(name):
        department, name = (found.group(1) or found.group(2)).upper(), name[: found.start()].strip()
    return name, postcode.upper(), department


def _settled(found: list[Town], *, slip: bool = False, asked: bool = False) -> Which:
    """The one that is left, or a question among them; also for one alone if it must be asked."""
    found = _in_order(dict.fromkeys(found))
    if len(found) == 1 and not asked:
        return Which(found[0], (found[0],), slip)
    return Which(None, tuple(found[:MOST]), slip)


def _in_order(towns: Iterable[Town]) -> list[Town]:
    return sorted(towns, key=lambda one: (-one.population, one.name, one.code))


def _shelf() -> Shelf:
    return stamps.kept(STAMP, _read_shelf)


def _read_shelf() -> Shelf:
    postcodes: dict[str, list[str]] = defaultdict(list)
    pairs = db.select(Postcode.commune, Postcode.postcode).order_by(Postcode.postcode)
    for code, postcode in db.session.execute(pairs):
        postcodes[code].append(postcode)
    columns = (
        Commune.code,
        Commune.name,
        Commune.department,
        Commune.type,
        Commune.parent,
        Commune.population,
    )
    towns = {}
    for key, code, *values in db.session.execute(db.select(Commune.name_key, *columns)):
        towns[Town._make((code, *values, tuple(postcodes.get(code, ()))))] = key
    departments = db.select(Department.code, Department.region).order_by(Department.code)
    regions = {row.code: row.region for row in db.session.execute(departments)}
    return Shelf(towns, _lists(Commune.other_names), _lists(Commune.former_codes), regions)


def _lists(column: Any) -> dict[str, list[str]]:
    """A column of lists that few communes fill, of those."""
    filled = db.cast(column, db.String) != "[]"
    return {row[0]: row[1] for row in db.session.execute(db.select(Commune.code, column).where(filled))}


stamps.follow(STAMP, Commune, Postcode, Department)
