"""A line's menu in its versions: drafted, checked, tried by telephone, published, rolled back.

One version of a line is published at a time; a call goes on with the one it began with. What a step is, see
`lines.tree`; what is wrong with one, `lines.checking`.
"""

from __future__ import annotations

from datetime import timedelta

from portal import clock, history
from portal.citizens.identifying import phone_number
from portal.database import check_version, db, hold
from portal.errors import N_, Missing, Refused
from portal.history import Actor
from portal.lines.checking import ERROR, Finding, check
from portal.lines.models import Line, MenuTrial, MenuVersion
from portal.lines.tree import Step, step_at

__all__ = [
    "Finding",
    "begin_trial",
    "check",
    "draft",
    "publish",
    "published",
    "roll_back",
    "step_at",
    "versions",
]

TRIAL_LASTS = timedelta(minutes=15)


def published(line: Line) -> MenuVersion | None:
    """What callers of this line hear now."""
    return db.session.scalar(db.select(MenuVersion).filter_by(line_id=line.id, state="published"))


def versions(line: Line) -> list[MenuVersion]:
    """Every version of a line's menu, the newest first."""
    query = db.select(MenuVersion).filter_by(line_id=line.id)
    return list(db.session.scalars(query.order_by(MenuVersion.number.desc())))


def draft(line: Line, tree: Step, by: Actor, *, version: int | None = None) -> MenuVersion:
    """Writes the line's draft: a new version, or the one being written. `version` is the row's, as it was read."""
    hold(line)
    being_written = db.select(MenuVersion).filter_by(line_id=line.id, state="draft")
    found: MenuVersion | None = db.session.scalar(being_written.order_by(MenuVersion.number.desc()).limit(1))
    if found is None:
        found = MenuVersion(line_id=line.id, number=_last_number(line) + 1, tree=tree, made_by_id=by.id)
        db.session.add(found)
    else:
        hold(found)
        if version is not None:
            check_version(found, version, {"tree": tree})
        if found.tree == tree:
            return found
        found.tree, found.made_by_id = tree, by.id
    db.session.flush()
    history.record("menu.drafted", found, by=by, details=_details(found))
    return found


def publish(version: MenuVersion, by: Actor) -> None:
    """From now on new calls hear this version; the former retires. Refuses what has errors. Again does nothing."""
    _put_in_force(version, "menu.published", by)


def roll_back(line: Line, number: int, by: Actor) -> MenuVersion:
    """Puts a former version of the line's menu in force again, at once."""
    query = db.select(MenuVersion).filter_by(line_id=line.id, number=number)
    version: MenuVersion | None = db.session.scalar(query)
    if version is None or version.state == "draft":
        raise Missing(N_("Cette version du menu n’a jamais été publiée."))
    _put_in_force(version, "menu.rolled_back", by)
    return version


def begin_trial(version: MenuVersion, phone: str, by: Actor) -> MenuTrial:
    """The next call of this telephone to the version's line, within a quarter of an hour, walks this version.

    Nothing is done for real: each step says what would happen.
    """
    expires = clock.now() + TRIAL_LASTS
    trial = MenuTrial(
        line_id=version.line_id,
        version_id=version.id,
        phone=phone_number(phone),
        by_id=by.id,
        expires_at=expires,
    )
    former = db.delete(MenuTrial).filter_by(line_id=version.line_id, phone=trial.phone)
    db.session.execute(former)
    db.session.add(trial)
    history.record("menu.trial_begun", version, by=by, details=_details(version))
    return trial


def _put_in_force(version: MenuVersion, verb: str, by: Actor) -> None:
    line = version.line
    hold(line)
    hold(version)
    if version.state == "published":
        return
    wrong = [finding for finding in check(version.tree, line) if finding.level == ERROR]
    if wrong:
        raise Refused(N_("Ce menu ne peut pas être publié. %(why)s"), field="tree", why=wrong[0].sentence)
    former = published(line)
    if former is not None:
        former.state = "retired"
    version.state, version.published_at, version.published_by_id = "published", clock.now(), by.id
    details = {**_details(version), "former": former.number if former else None}
    history.record(verb, version, by=by, details=details)


def _last_number(line: Line) -> int:
    query = db.select(db.func.max(MenuVersion.number)).filter_by(line_id=line.id)
    return db.session.scalar(query) or 0


def _details(version: MenuVersion) -> dict[str, int]:
    return {"line": version.line_id, "number": version.number}
