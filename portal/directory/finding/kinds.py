"""Kinds of service: what they are called, how their offices are told apart, and whom to look for where there is none.

The table is an administrator's. What it does not hold is taken from our own file, so that a kind that an article
names can be spoken of before any directory was imported.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from portal import history
from portal.database import check_version, db, locked
from portal.directory import stamps
from portal.directory.models import Kind, Service
from portal.directory.names import search_key, search_words
from portal.errors import N_, Missing, Refused
from portal.history import Actor

DATA = Path(__file__).parent / "data" / "kinds.json"
REFERENCE = "fr"
STAMP = "kinds"
LEVELS = {  # what makes an office the right one, as an administrator reads it
    "commune": "Le seul de la commune",
    "department": "Le seul du département",
    "region": "Le seul de la région",
    "none": "Plusieurs : à vérifier",
}


def kind(code: str) -> Kind:
    """The kind of this code; for one that the table does not hold, what our own file says of it."""
    return db.session.scalar(db.select(Kind).filter_by(code=code)) or given(code)


def find_kind(code: str) -> Kind:
    """The kind of this code, for who edits it: of the table, of our file, or borne by a service. Raises `Missing`."""
    known = code in stamps.kept(STAMP, _read) or code in own_kinds()
    if not known and db.session.scalar(db.select(Service.id).filter_by(kind=code).limit(1)) is None:
        raise Missing(N_("Ce genre de service n’existe pas."))
    return kind(code)


def kinds() -> list[Kind]:
    """All the kinds of the table, by name."""
    return sorted(db.session.scalars(db.select(Kind)), key=lambda one: name_of(one).casefold())


def kinds_named(text: str) -> list[Kind]:
    """Those whose name or code has words that begin so; all of them where nothing is asked."""
    wanted, found = search_words(text), kinds()
    keys = [search_key(name_of(one), one.code.replace("_", " ")) for one in found]
    return [one for one, key in zip(found, keys, strict=True) if all(f" {word}" in key for word in wanted)]


def told(codes: Iterable[str]) -> dict[str, Kind]:
    """What is said of these kinds, to be read only: not of the session, and kept in memory."""
    stored = stamps.kept(STAMP, _read)
    return {code: stored.get(code) or given(code) for code in codes}


def levels() -> dict[str, str]:
    """What an office of each kind of the table serves."""
    return {code: one.level for code, one in stamps.kept(STAMP, _read).items()}


def given(code: str) -> Kind:
    """A kind as our own file has it, not of the session."""
    own = own_kinds().get(code, {})
    return Kind(
        code=code,
        names=dict(own.get("names", {})),
        level=own.get("level", "none"),
        answered_by=list(own.get("answered_by", [])),
        national=dict(own.get("national", {})),
        look_for=dict(own.get("look_for", {})),
    )


def name_of(one: Kind, language: str = REFERENCE) -> str:
    """What the kind is called in a language, else in French, else by its code."""
    return one.names.get(language) or one.names.get(REFERENCE) or one.code.replace("_", " ")


def look_for(one: Kind, language: str = REFERENCE) -> str:
    """Whom to look for where no office and no national contact is known, in a language or in French."""
    said = one.look_for.get(language) or one.look_for.get(REFERENCE)
    general: dict[str, str] = own_data()["look_for"]
    return said or general.get(language, general[REFERENCE]).format(name=name_of(one, language))


def save_kind(code: str, *, by: Actor, version: int | None = None, **values: Any) -> Kind:
    """A new kind (no version), or new values of one: names, level, answered_by, national, look_for.

    Refuses a kind without a French name, a level that is none, one answered by itself, an address not of the web.
    """
    row = db.session.scalar(locked(db.select(Kind).filter_by(code=code)))
    if row is None and version is not None:
        raise Missing(N_("Ce type de service n’existe pas ou n’existe plus."))
    if row is not None and version is None:
        raise Refused(N_("Ce nom est déjà pris : %(name)s."), field="code", name=code)
    values = _checked(code, values, row)
    if row is None:
        row = Kind(code=code, **{**_blank(), **values})
        db.session.add(row)
        history.record("kind.added", row, by=by, details={"code": code})
        return row
    before = {name: getattr(row, name) for name in values}
    changed = {name: [before[name], values[name]] for name in values if before[name] != values[name]}
    if changed:  # the same form sent twice is no conflict
        check_version(row, version or 0, values)
        for name in changed:
            setattr(row, name, values[name])
        history.record("kind.changed", row, by=by, details={"code": code, "changed": changed})
    return row


@cache
def own_data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


def own_kinds() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = own_data()["kinds"]
    return found


def _read() -> dict[str, Kind]:
    columns = [getattr(Kind, name) for name in ("code", *_blank())]
    return {row.code: Kind(**row._mapping) for row in db.session.execute(db.select(*columns))}


stamps.follow(STAMP, Kind)


def _blank() -> dict[str, Any]:
    return {"names": {}, "level": "none", "answered_by": [], "national": {}, "look_for": {}}


def _checked(code: str, values: dict[str, Any], row: Kind | None) -> dict[str, Any]:
    for name in ("names", "look_for"):
        if name in values:
            values[name] = {language: text.strip() for language, text in values[name].items() if text.strip()}
    if not values.get("names", row.names if row else {}).get(REFERENCE):
        raise Refused(N_("Donnez au type de service un nom en français."), field="name_fr")
    if values.get("level", "none") not in LEVELS:
        raise Refused(N_("Choisissez une réponse de la liste."), field="level")
    if code in values.get("answered_by", ()):
        raise Refused(N_("Un type de service ne se remplace pas lui-même."), field="answered_by")
    url = values.get("national", {}).get("url", "")
    if url and not url.startswith(("https://", "http://")):
        raise Refused(N_("Une adresse de site commence par https://."), field="national_url")
    return values
