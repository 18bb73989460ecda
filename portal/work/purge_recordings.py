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
from portal.work.rounds import each

EVERY = timedelta(days=1)
KEPT_THERE = "Le réseau refuse d’effacer un enregistrement de plus de six mois (erreur {code})."


def purge_recordings(job: Job) -> None:
    """One after the other; what the network does not answer for is tried again, and what it refuses, or what goes
    wrong here, tomorrow: it keeps no other."""
    now, last = clock.now(), None
    silence = sending.Busy, sending.Unsure
    while found := recordings.past(now, after=last):
        last = found[-1].at, found[-1].id
        sounds = [(one.id, one.provider_ref) for one in found]
        db.session.commit()
        each(sounds, _purge, lambda one: f"purging recording {one[0]}", stops=silence)
    jobs.finish(job)
    db.session.commit()


def _purge(sound: tuple[int, str]) -> None:
    """Gone at the network, and then here too."""
    try:
        sending.delete_recording(settings(), sound[1])
    except sending.Rejected as refusal:
        alerts.alert("recording_kept", KEPT_THERE.format(code=refusal.code))
        return
    recording = db.session.get_one(Recording, sound[0])
    if recording.digest and not recordings.is_still_needed(recording.digest, (recording.id,)):
        storage.place(recordings.folder(settings().files_dir), recording.digest).unlink(missing_ok=True)
    recordings.purge(recording)
