"""Sounds kept of a call: fetched from the network by a job, outside what the web serves, and forgotten in time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from portal import clock, history, jobs, storage
from portal.contacts import answering
from portal.contacts.models import Contact, Recording
from portal.database import db, insert
from portal.directory.hours.calendars import add_months
from portal.errors import N_, Missing
from portal.history import Person

KEPT_MONTHS = 6  # of the calendar: so many days may be more
# the network's names; nothing else may stand in an address of ours
A_NAME = re.compile(r"RE[0-9A-Za-z]{6,64}")


def note(contact: Contact, kind: str, provider_ref: str, seconds: int) -> None:
    """A sound is at the network: it will be fetched. Told twice, it is one."""
    if not A_NAME.fullmatch(provider_ref):
        return
    values = {"contact_id": contact.id, "kind": kind, "provider_ref": provider_ref, "seconds": seconds}
    statement = insert(Recording).values(**values).on_conflict_do_nothing(index_elements=["provider_ref"])
    made = db.session.scalar(statement.returning(Recording.id))
    if made is not None:
        jobs.enqueue("fetch_recording", {"recording": made}, dedupe_key=f"recording:{made}")


def of(contact: Contact) -> list[Recording]:
    """What can be listened to of a contact."""
    query = db.select(Recording).filter_by(contact_id=contact.id, state="kept").order_by(Recording.id)
    return list(db.session.scalars(query))


def find(recording_id: int, *, by: Person) -> Recording:
    """A sound that is kept here, for those who may see its contact."""
    found = db.session.get(Recording, recording_id)
    if found is None:
        raise Missing
    answering.find_contact(found.contact_id, by=by)
    if found.state != "kept":
        raise Missing(N_("Cet enregistrement n’est plus conservé."))
    return found


def path_of(files_dir: Path, recording: Recording) -> Path:
    """Where its sound is. Missing if it is not there."""
    path = storage.place(folder(files_dir), recording.digest)
    if not path.is_file():
        raise Missing(N_("Cet enregistrement n’est plus conservé."))
    return path


def folder(files_dir: Path) -> Path:
    """Sounds are kept apart from other files: they are purged by other rules."""
    return files_dir / "recordings"


def keep(recording: Recording, digest: str, *, size: int, media_type: str) -> None:
    """It is here now."""
    recording.state, recording.digest = "kept", digest
    recording.size, recording.media_type = size, media_type


def past(now: datetime, *, after: tuple[datetime, int] | None = None, limit: int = 100) -> list[Recording]:
    """Those kept for long enough, the oldest first; `after` the last one looked at."""
    oldest = clock.begins_at(add_months(clock.local_day(now), -KEPT_MONTHS))
    query = db.select(Recording).where(Recording.state != "purged", Recording.at < oldest)
    if after is not None:
        query = query.where(db.tuple_(Recording.at, Recording.id) > after)
    return list(db.session.scalars(query.order_by(Recording.at, Recording.id).limit(limit)))


def purge(recording: Recording) -> None:
    """Its sound is gone, here and at the network; that there was one is not forgotten."""
    recording.state, recording.purged_at = "purged", clock.now()
    history.record("recording.purged", recording, by=history.SYSTEM, details={"kind": recording.kind})


def is_still_needed(digest: str, besides: Iterable[int]) -> bool:
    """Whether another kept recording has the very same sound."""
    query = db.select(Recording.id).where(Recording.digest == digest, Recording.state == "kept")
    return db.session.scalar(query.where(Recording.id.not_in(list(besides))).limit(1)) is not None
