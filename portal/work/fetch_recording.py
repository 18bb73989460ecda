"""Fetches a sound from the network, with our credentials and from its own host only."""

from __future__ import annotations

from portal import jobs, storage
from portal.contacts.calls import recordings
from portal.contacts.models import Recording
from portal.database import db, locked
from portal.jobs import Job
from portal.telephony import sending
from portal.work.context import settings

MOST_TRIES = 6  # a recording that has only just ended is not ready at once


def fetch_recording(job: Job) -> None:
    """Put on disk first, then named by its row: killed in between, it is fetched again."""
    recording = db.session.get_one(Recording, job.payload["recording"])
    ref = recording.provider_ref
    db.session.commit()
    if recording.state == "waiting":
        try:
            sound = sending.fetch_recording(settings(), ref)
        except sending.Rejected as refusal:
            if job.attempts < MOST_TRIES:
                jobs.put_back(job, str(refusal.code))
                db.session.commit()
                return
            recording.state = "lost"
        else:
            digest = storage.keep(recordings.folder(settings().files_dir), sound)
            held = db.session.scalars(locked(db.select(Recording).filter_by(id=recording.id))).one()
            recordings.keep(held, digest, size=len(sound), media_type="audio/mpeg")
    jobs.finish(job)
    db.session.commit()
