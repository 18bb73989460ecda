"""Changing a line: its numbers, languages, hours and words, its emergency, what it records.

Each save starts from the version that the person saw, and says in the history what it changed.
"""

from __future__ import annotations

import re
from typing import Any

from portal import history
from portal.citizens.identifying import phone_number
from portal.database import db, hold
from portal.directory.hours.opening import check_schedule
from portal.errors import N_, Refused, Stale
from portal.history import Actor, Person
from portal.lines.models import Line
from portal.lines.saying import has_number
from portal.lines.tree import REFERENCE
from portal.rights import find_own
from portal.telephony.numbers import suits_machines

SHORT = re.compile(r"\d{3,6}")
UNFIT = N_(
    "La loi n’admet ici qu’un numéro vérifié (0162, 0163, 0270, 0271, 0377, 0378, 0424, 0425, 0568, 0569, 0948, 0949 "
    "ou, outre-mer, 09475 à 09479), un numéro spécial en 08 sauf 089, ou un numéro court en 30 ou 31."
)
SCHEDULES = ("schedule", "relay_schedule")


def lines_of(person: Person) -> list[Line]:
    """The lines of one's own organization."""
    query = db.select(Line).filter_by(organization_id=person.organization_id)
    return list(db.session.scalars(query.order_by(Line.name, Line.id)))


def line(person: Person, line_id: int) -> Line:
    """A line of one's own organization; another's does not exist."""
    return find_own(Line, line_id, person.organization_id)


def add_line(*, organization_id: int, by: Actor, form_key: str = "", **values: Any) -> Line:
    """A new line. It says nothing yet, and is always open."""
    values = _checked(values)
    known = db.session.scalar(db.select(Line).filter_by(number=values["number"]))
    if known and history.came_from(known, form_key):
        return known
    _refuse_taken(values, None)
    made = Line(organization_id=organization_id, **values)
    db.session.add(made)
    history.record("line.added", made, by=by, details={"number": made.number, "form_key": form_key})
    return made


def save_line(made: Line, *, version: int, by: Actor, **values: Any) -> Line:
    """New values of a line: name, numbers, languages, texts, hours, relay. Refuses a save that started from an older
    version, with both."""
    hold(made)
    values = _checked(values)
    before = {name: _plain(getattr(made, name)) for name in values}
    if made.version != version:
        raise Stale(theirs=before, yours=values)
    _refuse_taken(values, made)
    changed = {name: [before[name], values[name]] for name in values if before[name] != values[name]}
    for name in changed:
        setattr(made, name, values[name])
    if changed:
        history.record("line.changed", made, by=by, details={"changed": changed})
    return made


def declare_emergency(made: Line, texts: dict[str, str], *, by: Actor) -> None:
    """From the next call on, this is heard before all else. Said again, it changes the words."""
    texts = {language: text.strip() for language, text in texts.items() if text.strip()}
    if REFERENCE not in texts:
        raise Refused(N_("Écrivez en français ce qu’entendra qui appelle."), field="emergency_fr")
    hold(made)
    if made.emergency and made.texts.get("emergency") == texts:
        return
    made.emergency, made.texts = True, {**made.texts, "emergency": texts}
    history.record("line.emergency_declared", made, by=by, details={"texts": texts})


def end_emergency(made: Line, *, by: Actor) -> None:
    """Calls are greeted as usual again. The words are kept for another time."""
    hold(made)
    if made.emergency:
        made.emergency = False
        history.record("line.emergency_ended", made, by=by)


def record_calls(made: Line, records: bool, *, by: Actor) -> None:
    """Whether conversations are recorded, after a notice and the right to refuse."""
    hold(made)
    if made.records_calls != records:
        made.records_calls = records
        history.record("line.recording_on" if records else "line.recording_off", made, by=by)


def line_number(typed: str, field: str) -> str:
    """A number of ours: a short code as it is, another in E.164."""
    plain = re.sub(r"[\s.]", "", typed)
    if SHORT.fullmatch(plain):
        return plain
    try:
        return phone_number(typed)
    except Refused as refusal:
        raise Refused(refusal.sentence, field=field) from None


def _automatic_number(typed: str) -> str:
    """A number that a machine may call from: a town hall's own, in 01 to 05 or 09, is kept for people."""
    number = line_number(typed, "automatic_number")
    if not suits_machines(number):
        raise Refused(UNFIT, field="automatic_number")
    return number


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    checked: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in values.items()
    }
    if "name" in checked and not checked["name"]:
        raise Refused(N_("Donnez un nom à cette ligne."), field="name")
    if "number" in checked:
        checked["number"] = line_number(checked["number"], "number")
    if "text_number" in checked:
        typed = checked["text_number"]
        checked["text_number"] = line_number(typed, "text_number") if typed else None
    if "automatic_number" in checked:
        typed = checked["automatic_number"]
        checked["automatic_number"] = _automatic_number(typed) if typed else None
    for name in SCHEDULES:
        if name in checked:
            checked[name] = check_schedule(checked[name])
    if checked.get("relay_url") and not checked["relay_url"].startswith("https://"):
        raise Refused(N_("Une adresse de site commence par https://."), field="relay_url")
    if "languages" in checked:
        _check_languages(checked)
    return checked


def _check_languages(values: dict[str, Any]) -> None:
    if REFERENCE not in values["languages"]:
        raise Refused(N_("Une ligne parle au moins français."), field="languages")
    keys = values.get("language_keys", {})
    for key, language in keys.items():
        if language not in values["languages"]:
            raise Refused(N_("Cette langue n’est pas de celles de la ligne."), field=f"key_{language}")
        if not re.fullmatch(r"[1-9]", key):
            raise Refused(N_("Une langue se choisit par une touche de 1 à 9."), field=f"key_{language}")


def _refuse_taken(values: dict[str, Any], made: Line | None) -> None:
    """A number, whatever it is for, belongs to one line."""
    for name in ("number", "text_number", "automatic_number"):
        number = values.get(name)
        others = db.select(Line.id).where(has_number(), Line.id != (made.id if made else 0))
        if number and db.session.scalar(others, {"number": number}):
            raise Refused(N_("Une ligne porte déjà ce numéro."), field=name)


def _plain(value: Any) -> Any:
    """A column's value as it was before, whatever becomes of the row."""
    return dict(value) if isinstance(value, dict) else list(value) if isinstance(value, list) else value
