"""Forgets the sounds that were kept for six months, at the network first, then here."""

from __future__ import annotations

from datetime import timedelta

from portal import clock, jobs, storage
from portal.contacts import recordings
from portal.contacts.models import Recording
from portal.database import db
from portal.jobs import Job
from portal.telephony import sending
from portal.work.context import settings

EVERY = timedelta(days=1)


def purge_recordings(job: Job) -> None:
    """One after the other; what the network does not answer for is tried again, and tomorrow."""
    jobs.go_on(job.kind, every=EVERY)
    while found := recordings.past(clock.now()):
        db.session.commit()
        for recording in found:
            _purge(recording)
    jobs.finish(job)
    db.session.commit()


def _purge(recording: Recording) -> None:
    sending.delete_recording(settings(), recording.provider_ref)
    if recording.digest and not recordings.is_still_needed(recording.digest, (recording.id,)):
        storage.place(recordings.folder(settings().files_dir), recording.digest).unlink(missing_ok=True)
    recordings.purge(recording)
    db.session.commit()
