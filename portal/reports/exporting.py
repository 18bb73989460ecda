"""Tables that a supervisor asks for: asked in a form, made by a worker, kept for a week, read by who asked alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from portal import clock, history, jobs
from portal.database import db
from portal.directory.hours import calendars
from portal.errors import N_, Missing, Refused
from portal.reports.figures import Asked
from portal.reports.models import Export
from portal.reports.scope import seen
from portal.reports.sheets import FORMATS
from portal.staff.models import Staff

KINDS = ("figures", "contacts")
KEPT = timedelta(days=7)
MOST_AT_ONCE = 3
FOLDER = "exports"  # under the files
UNDER_WAY = ("waiting", "making")
SHORTEST_PURPOSE = 10


def ask(asked: Asked, kind: str, format: str, *, purpose: str = "", form_key: str, by: Staff) -> Export:
    """A table of this period, once for the same form. Persons' data leave for a purpose that is written, and told in
    the history."""
    known = db.session.scalar(db.select(Export).filter_by(form_key=form_key, staff_id=by.id))
    if known:
        return known
    purpose = purpose.strip()
    if kind not in KINDS or format not in FORMATS:
        raise Refused(N_("Choisissez une des réponses proposées."), field="kind")
    if kind == "contacts" and len(purpose) < SHORTEST_PURPOSE:
        raise Refused(N_("Écrivez à quoi serviront ces données personnelles."), field="purpose")
    under_way = db.select(db.func.count()).where(Export.staff_id == by.id, Export.state.in_(UNDER_WAY))
    if (db.session.scalar(under_way) or 0) >= MOST_AT_ONCE:
        raise Refused(N_("Trois fichiers sont déjà en préparation : attendez qu’ils soient prêts."))
    row = Export(
        organization_id=by.organization_id,
        staff_id=by.id,
        kind=kind,
        format=format,
        asked=_kept(asked),
        purpose=purpose,
        form_key=form_key,
    )
    db.session.add(row)
    details = {"kind": kind, "format": format, "purpose": purpose, **row.asked}
    history.record("export.asked", row, by=by.actor, details=details)
    jobs.enqueue("make_export", {"export": row.id}, dedupe_key=f"export:{row.id}")
    return row


def find(export_id: int, *, by: Staff) -> Export:
    """An export that is ready, for who asked for it; to anyone else it does not exist."""
    row = db.session.get(Export, export_id)
    if row is None or row.staff_id != by.id or row.state != "ready" or row.at < clock.now() - KEPT:
        raise Missing
    return row


def mine(by: Staff, limit: int = 20) -> list[Export]:
    """What this supervisor asked for, the latest first."""
    query = db.select(Export).filter_by(staff_id=by.id).order_by(Export.id.desc())
    return list(db.session.scalars(query.limit(limit)))


def failed(exports: list[Export]) -> set[int]:
    """Those whose work was set aside: they will not be made by themselves."""
    keys = {f"export:{one.id}": one.id for one in exports if one.state in UNDER_WAY}
    return {keys[key] for key in jobs.set_aside_among(keys)}


def asked_for(export: Export) -> Asked:
    """What it is of; who asked sees what they see when it is made, not when they asked."""
    kept = dict(export.asked)
    first, last = date.fromisoformat(kept.pop("first")), date.fromisoformat(kept.pop("last"))
    timezone = calendars.of_organization(export.organization_id).timezone
    return Asked(seen(export.staff), first, last, timezone, **kept)


def old() -> list[Export]:
    """The exports whose week is over: gone, once their files are removed."""
    old = db.select(Export).where(Export.state != "gone", Export.at < clock.now() - KEPT)
    return list(db.session.scalars(old.limit(200)))


def name_of(export: Export) -> str:
    """Its file, on disk and when it is downloaded."""
    what = {"figures": "chiffres", "contacts": "contacts"}[export.kind]
    return f"{what}-{export.asked['first']}-{export.asked['last']}-{export.id}.{export.format}"


def _kept(asked: Asked) -> dict[str, Any]:
    return {
        "first": asked.first.isoformat(),
        "last": asked.last.isoformat(),
        "channel": asked.channel,
        "topic_id": asked.topic_id,
        "queue_id": asked.queue_id,
    }
