"""Forgets the sounds that were kept for six months, at the network first, then here."""

from __future__ import annotations

from datetime import timedelta

from portal import clock, jobs, storage
from portal.contacts.calls import recordings
from portal.contacts.models import Recording
from portal.database import db
from portal.jobs import Job
from portal.telephony import alerts, sending
from portal.work.context import settings

EVERY = timedelta(days=1)
KEPT_THERE = "Le réseau refuse d’effacer un enregistrement de plus de six mois (erreur {code})."


def purge_recordings(job: Job) -> None:
    """One after the other; what the network does not answer for is tried again, and what it refuses, tomorrow."""
    while found := recordings.past(clock.now()):
        db.session.commit()
        gone = [_purge(recording) for recording in found]
        if not any(gone):
            break
    jobs.finish(job)
    db.session.commit()


def _purge(recording: Recording) -> bool:
    """Whether it is gone at the network, and then here too. One that it will not forget keeps no other."""
    try:
        sending.delete_recording(settings(), recording.provider_ref)
    except sending.Rejected as refusal:
        alerts.alert("recording_kept", KEPT_THERE.format(code=refusal.code))
        db.session.commit()
        return False
    if recording.digest and not recordings.is_still_needed(recording.digest, (recording.id,)):
        storage.place(recordings.folder(settings().files_dir), recording.digest).unlink(missing_ok=True)
    recordings.purge(recording)
    db.session.commit()
    return True
